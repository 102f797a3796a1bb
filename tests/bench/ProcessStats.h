#pragma once

#include <cstdint>

#include <sys/types.h>

namespace impulse::bench {

/// Of a process of this computer, from /proc. Zeros if it cannot be read.
struct MemoryUse {
    /// Private_Clean and Private_Dirty of all its mappings.
    std::uint64_t privateBytes = 0;
    std::uint64_t residentBytes = 0;

    static MemoryUse of(pid_t pid);
};

/// User and system time of all threads of a process so far, in microseconds (in steps of 10 ms); 0
/// if it cannot be read.
double cpuUsOf(pid_t pid);
/// Time that all processors together were busy so far, with whatever, in microseconds.
double busyUs();

/// User and system time of this process so far, in microseconds.
double ownCpuUs();

} // namespace impulse::bench
