#pragma once

#include "common/core/Ids.h"

#include <cstdint>

namespace impulse::server {

/// Wrong passwords since the window began (wall time); none: zeros.
struct FailureCount {
    std::uint64_t sinceMs = 0;
    std::uint64_t failures = 0;
};

/// Wrong passwords of each account (encryption.md 2.2, the limit per account). What is counted per
/// address is RateLimiter's alone. See Store for threads and failures.
class LoginFailures {
public:
    virtual ~LoginFailures() = default;

    virtual FailureCount of(const UserId& user) const = 0;

    /// One more. A window that is over at `nowMs`, or that begins after it, begins anew.
    virtual void add(const UserId& user, std::uint64_t nowMs, std::uint64_t windowMs) = 0;
    /// Forgets windows that are over.
    virtual void prune(std::uint64_t nowMs, std::uint64_t windowMs) = 0;
};

} // namespace impulse::server
