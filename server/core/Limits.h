#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace impulse::server {

/// What is limited. The numbers are in Limits.cpp, and the operator may change them.
enum class Limit : std::uint8_t {
    /// Failed logins (encryption.md 2.2).
    FailuresPerAccountAndAddress,
    FailuresPerAddress,
    FailuresPerAccount,
    UsernameChecks,
    Registrations,
    Resolves,
    Bundles,
    Controls,
    Transients,
    Invites,
    ProfileChanges,
    ContactChanges,
    NewGroups,
    /// Work for the server: see costOf() in MessageDispatcher.cpp.
    Requests,
    /// What is kept of events and control envelopes, in bytes.
    StoredBytes,
    Last = StoredBytes
};

inline constexpr std::size_t limitCount = static_cast<std::size_t>(Limit::Last) + 1;

/// So many in one window of time.
struct LimitRule {
    std::uint64_t most = 0;
    std::uint64_t windowMs = 1;

    friend bool operator==(const LimitRule&, const LimitRule&) = default;
};

/// A rule for each limit, as the specification has them unless changed.
struct Limits {
    Limits();

    LimitRule& operator[](Limit limit) { return rules[static_cast<std::size_t>(limit)]; }
    const LimitRule& operator[](Limit limit) const
    {
        return rules[static_cast<std::size_t>(limit)];
    }

    std::array<LimitRule, limitCount> rules;
};

/// The rules that hold now. The main thread sets them, any thread reads them without waiting. Who
/// reads during a change may see the old count with the new window once, which harms nothing.
class LiveLimits {
public:
    explicit LiveLimits(const Limits& limits = {}) { set(limits); }

    LimitRule rule(Limit limit) const
    {
        const auto& slot = m_slots[static_cast<std::size_t>(limit)];
        return {slot.most.load(std::memory_order_relaxed),
                slot.windowMs.load(std::memory_order_relaxed)};
    }
    void set(const Limits& limits);

private:
    struct Slot {
        std::atomic<std::uint64_t> most = 0;
        std::atomic<std::uint64_t> windowMs = 1;
    };
    std::array<Slot, limitCount> m_slots;
};

} // namespace impulse::server
