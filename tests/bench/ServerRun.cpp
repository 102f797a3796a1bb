#include "tests/bench/ServerRun.h"

#include "tests/bench/Clock.h"

#include <csignal>
#include <fstream>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace impulse::bench {
namespace {

constexpr std::string_view readyText = "impulse-server ready on ";
constexpr std::int64_t startLimitNs = 60 * nsPerSecond;
constexpr std::int64_t stopLimitNs = 15 * nsPerSecond;

} // namespace

ServerRun::ServerRun(ServerChoice choice) : m_choice(std::move(choice))
{
    if (!m_choice.url.empty())
        return;
    auto pattern = (m_choice.folder / "impulse-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()))
        m_data = pattern;
}

ServerRun::~ServerRun()
{
    stop();
    std::error_code ignored;
    if (!m_data.empty())
        std::filesystem::remove_all(m_data, ignored);
}

std::optional<std::string> ServerRun::start()
{
    if (!m_choice.url.empty()) {
        m_url = m_choice.url;
        m_serverPid = m_choice.pid;
    } else {
        int ends[2];
        if (m_data.empty() || pipe2(ends, O_CLOEXEC) != 0)
            return "cannot make a data folder in " + m_choice.folder.string();
        const auto begunNs = nowNs();
        m_child = fork();
        if (m_child == 0)
            launch(ends[1]);
        close(ends[1]);
        const auto problem = readReadyLine(ends[0]);
        m_startNs = nowNs() - begunNs;
        close(ends[0]);
        if (problem)
            return problem;
        findServer();
    }
    const auto target = Target::ofUrl(m_url);
    if (!target)
        return "not ws://ADDRESS:PORT or wss://ADDRESS:PORT with an IPv4 address: " + m_url;
    m_target = *target;
    return std::nullopt;
}

void ServerRun::launch(int output) const
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    auto words = m_choice.prefix;
    words.insert(words.end(), {m_choice.program, "--data", (m_data / "data").string(), "--port",
                               "0", "--registration", "open"});
    words.insert(words.end(), m_choice.options.begin(), m_choice.options.end());
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int log = open((m_data / "server.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(output, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execvp(arguments.front(), arguments.data());
    dprintf(STDERR_FILENO, "cannot start %s\n", arguments.front());
    _exit(127);
}

std::optional<std::string> ServerRun::readReadyLine(int input)
{
    std::string line;
    const auto untilNs = nowNs() + startLimitNs;
    while (line.empty() || line.back() != '\n') {
        pollfd wait{input, POLLIN, 0};
        const auto leftMs = (untilNs - nowNs()) / nsPerMs;
        char byte = 0;
        if (leftMs <= 0 || poll(&wait, 1, static_cast<int>(leftMs)) <= 0 ||
            read(input, &byte, 1) != 1)
            return std::string("the server does not start");
        line.push_back(byte);
    }
    if (!line.starts_with(readyText))
        return "the server says " + line;
    m_url = line.substr(readyText.size(), line.size() - readyText.size() - 1);
    return std::nullopt;
}

void ServerRun::findServer()
{
    m_serverPid = m_child;
    if (m_choice.prefix.empty())
        return;
    const auto child = std::to_string(m_child);
    std::ifstream children("/proc/" + child + "/task/" + child + "/children");
    children >> m_serverPid;
}

void ServerRun::stop()
{
    if (m_child == 0)
        return;
    kill(m_serverPid != 0 ? m_serverPid : m_child, SIGTERM);
    const auto untilNs = nowNs() + stopLimitNs;
    while (waitpid(m_child, nullptr, WNOHANG) == 0) {
        if (nowNs() > untilNs) {
            kill(m_child, SIGKILL);
            waitpid(m_child, nullptr, 0);
            break;
        }
        usleep(1000);
    }
    m_child = 0;
    m_serverPid = 0;
}

std::string ServerRun::logTail() const
{
    std::ifstream input(m_data / "server.log");
    std::string all((std::istreambuf_iterator<char>(input)), std::istreambuf_iterator<char>());
    constexpr std::size_t most = 2000;
    return all.size() > most ? all.substr(all.size() - most) : all;
}

std::uint64_t ServerRun::databaseBytes() const
{
    std::uint64_t bytes = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(m_data / "data", ignored)) {
        const auto name = entry.path().filename().string();
        if (name == "impulse.db" || name == "impulse.db-wal")
            bytes += entry.file_size(ignored);
    }
    return bytes;
}

} // namespace impulse::bench
