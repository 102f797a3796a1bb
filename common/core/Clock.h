#pragma once

#include <chrono>
#include <cstdint>

namespace impulse {

/// Time in milliseconds, behind a port so that tests can set it.
class Clock {
public:
    virtual ~Clock() = default;
    virtual std::uint64_t nowMs() const = 0;
};

/// Wall time, since 1970. May be set back.
class SystemClock final : public Clock {
public:
    std::uint64_t nowMs() const override
    {
        using namespace std::chrono;
        return static_cast<std::uint64_t>(
            duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
    }
};

/// Since some moment of this computer's: for waits and windows, never set back.
class SteadyClock final : public Clock {
public:
    std::uint64_t nowMs() const override
    {
        using namespace std::chrono;
        return static_cast<std::uint64_t>(
            duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
    }
};

} // namespace impulse
