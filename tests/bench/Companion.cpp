#include "tests/bench/Companion.h"

#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace impulse::bench {
namespace {

int runOnce(std::vector<std::string> words)
{
    const auto child = fork();
    if (child == 0) {
        std::vector<char*> arguments;
        for (auto& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        execvp(arguments.front(), arguments.data());
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

/// In a process of its own: rounds until the other end of `goOn` is closed.
[[noreturn]] void runRounds(const std::vector<std::string>& command, int goOn, int done)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pollfd closed{goOn, POLLIN, 0};
    do {
        if (runOnce(command) != 0)
            _exit(1);
        constexpr char round = 1;
        if (write(done, &round, 1) != 1)
            _exit(1);
    } while (poll(&closed, 1, 0) == 0);
    _exit(0);
}

} // namespace

Companion::Companion(const std::string& command, const ServerRun& server)
{
    int goOn[2];
    int done[2];
    if (pipe2(goOn, O_CLOEXEC) != 0 || pipe2(done, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    m_child = fork();
    if (m_child == 0) {
        close(goOn[1]);
        runRounds({"env", "IMPULSE_BENCH_DATA=" + (server.dataFolder() / "data").string(),
                   "IMPULSE_BENCH_PID=" + std::to_string(server.pid()),
                   "IMPULSE_BENCH_URL=" + server.url(), "sh", "-c", command},
                  goOn[0], done[1]);
    }
    close(goOn[0]);
    close(done[1]);
    m_goOn = goOn[1];
    m_done = done[0];
}

std::optional<int> Companion::finish()
{
    if (m_child <= 0)
        return std::nullopt;
    close(m_goOn);
    int status = 0;
    waitpid(m_child, &status, 0);
    m_child = 0;
    char rounds[4096];
    const auto count = read(m_done, rounds, sizeof rounds);
    close(m_done);
    if (status != 0)
        return std::nullopt;
    return static_cast<int>(count);
}

} // namespace impulse::bench
