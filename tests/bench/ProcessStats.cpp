#include "tests/bench/ProcessStats.h"

#include <fstream>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace impulse::bench {
namespace {

std::string folderOf(pid_t pid)
{
    return "/proc/" + std::to_string(pid);
}

} // namespace

double cpuUsOf(pid_t pid)
{
    std::ifstream file(folderOf(pid) + "/stat");
    std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto nameEnd = all.rfind(')');
    if (nameEnd == std::string::npos)
        return 0;
    std::istringstream rest(all.substr(nameEnd + 1));
    // proc(5): state is the third field, utime the 14th, stime the 15th.
    std::string skipped;
    for (int field = 3; field < 14; ++field)
        rest >> skipped;
    double user = 0;
    double system = 0;
    rest >> user >> system;
    return (user + system) * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

MemoryUse MemoryUse::of(pid_t pid)
{
    MemoryUse result;
    std::ifstream rollup(folderOf(pid) + "/smaps_rollup");
    constexpr std::uint64_t unit = 1024;
    for (std::string line; std::getline(rollup, line);) {
        std::istringstream words(line);
        std::string name;
        std::uint64_t kilobytes = 0;
        words >> name >> kilobytes;
        if (name == "Private_Clean:" || name == "Private_Dirty:")
            result.privateBytes += kilobytes * unit;
        else if (name == "Rss:")
            result.residentBytes = kilobytes * unit;
    }
    return result;
}

double busyUs()
{
    // proc(5): cpu user nice system idle iowait irq softirq steal
    std::ifstream file("/proc/stat");
    std::string name;
    file >> name;
    double busy = 0;
    for (int field = 0; field < 8; ++field) {
        double ticks = 0;
        file >> ticks;
        if (field != 3 && field != 4)
            busy += ticks;
    }
    return busy * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double ownCpuUs()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

} // namespace impulse::bench
