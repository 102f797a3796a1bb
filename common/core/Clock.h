#pragma once

#include <chrono>
#include <cstdint>

namespace impulse {

/// What time it is, behind a port so that tests can set it.
class Clock {
public:
    virtual ~Clock() = default;
    /// Wall time in milliseconds since 1970. It can be set, also back.
    virtual std::uint64_t nowMs() const = 0;
    /// Milliseconds since some moment before; never goes back. For limits and time-outs.
    virtual std::uint64_t elapsedMs() const = 0;
};

class SystemClock final : public Clock {
public:
    std::uint64_t nowMs() const override
    {
        using namespace std::chrono;
        return static_cast<std::uint64_t>(
            duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
    }
    std::uint64_t elapsedMs() const override
    {
        using namespace std::chrono;
        return static_cast<std::uint64_t>(
            duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
    }
};

} // namespace impulse
