#pragma once

#include "tests/bench/Histogram.h"

namespace impulse::bench {

/// What several chats measure together.
struct Meter {
    std::uint64_t acknowledged = 0;
    std::uint64_t delivered = 0;
    /// Events that were not pushed (the server stops pushing to slow readers) but fetched.
    std::uint64_t fetched = 0;
    /// The rest counts only while this is set.
    bool isOn = false;
    /// From the sender's write to the receiver's read.
    Histogram delivery;
    /// From the sender's write to the sender's read of the answer.
    Histogram answer;
    /// From when a message was due to the sender's write, for load on a clock.
    Histogram lateness;
};

} // namespace impulse::bench
