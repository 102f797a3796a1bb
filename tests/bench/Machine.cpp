#include "tests/bench/Machine.h"

#include "tests/bench/Clock.h"

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
