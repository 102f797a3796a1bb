#include "tests/bench/Machine.h"

#include "tests/bench/Clock.h"

#include <cstdio>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace impulse::bench {
namespace {

std::string processor()
{
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos)
            return line.substr(colon + 2);
    }
    return "unknown processor";
}

/// Time (s since 1970) and name of the commit that lies in the sources of this program, or nothing.
std::string commit()
{
    constexpr auto command =
        "git -C '" IMPULSE_SOURCE_DIR "' log -1 --format='%ct %h' 2>/dev/null && "
        "{ git -C '" IMPULSE_SOURCE_DIR "' diff-index --quiet HEAD -- || "
        "echo and changes; }";
    std::string result;
    if (FILE* pipe = popen(command, "r")) {
        char part[128];
        while (std::fgets(part, sizeof part, pipe)) {
            result += part;
            result.back() = ' ';
        }
        pclose(pipe);
    }
    while (result.ends_with(' '))
        result.pop_back();
    return result;
}

} // namespace

Histogram syncTimes(const std::filesystem::path& folder)
{
    constexpr int rounds = 50;
    constexpr std::size_t page = 4096;
    Histogram times;
    const auto path = folder / ("impulse-bench-sync-" + std::to_string(getpid()));
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return times;
    const std::vector<char> bytes(page, 1);
    for (int i = 0; i < rounds && write(file, bytes.data(), page) > 0; ++i) {
        const auto begunNs = nowNs();
        fdatasync(file);
        times.add(nowNs() - begunNs);
    }
    close(file);
    unlink(path.c_str());
    return times;
}

void describeMachine(Report& report, const std::filesystem::path& folder)
{
    utsname system{};
    uname(&system);
    report.addMachine("cores", "cores", std::thread::hardware_concurrency(),
                      processor() + ", " + system.sysname + ' ' + system.release);
    const auto measured = commit();
    if (const auto space = measured.find(' '); space != std::string::npos)
        report.addMachine("commit", "s", std::stod(measured), measured.substr(space + 1));
    const auto times = syncTimes(folder);
    report.addMachine("fdatasync_p50", "ms", times.quantileMs(0.5), folder.string());
    report.addMachine("fdatasync_p99", "ms", times.quantileMs(0.99), folder.string());
    report.finish();
}

void raiseDescriptorLimit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace impulse::bench
