#pragma once

#include <chrono>
#include <cstdint>

namespace impulse {

/// Wall time in milliseconds since 1970, behind a port so that tests can set it.
class Clock {
public:
    virtual ~Clock() = default;
    virtual std::uint64_t nowMs() const = 0;
};

class SystemClock final : public Clock {
public:
    std::uint64_t nowMs() const override
    {
        using namespace std::chrono;
        return static_cast<std::uint64_t>(
            duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
    }
};

} // namespace impulse
