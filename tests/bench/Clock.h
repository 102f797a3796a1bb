#pragma once

#include <cstdint>
#include <ctime>

namespace impulse::bench {

/// Nanoseconds of the monotonic clock. Costs about 25 ns (no system call).
inline std::int64_t nowNs()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// Milliseconds since 1970, as an AAD carries them.
inline std::uint64_t wallMs()
{
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1000 +
           static_cast<std::uint64_t>(time.tv_nsec) / 1'000'000;
}

inline constexpr std::int64_t nsPerMs = 1'000'000;
inline constexpr std::int64_t nsPerSecond = 1'000'000'000;

inline std::int64_t secondsNs(double seconds)
{
    return static_cast<std::int64_t>(seconds * 1e9);
}

} // namespace impulse::bench
