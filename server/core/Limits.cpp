#include "server/core/Limits.h"

namespace impulse::server {
namespace {

constexpr std::uint64_t minute = 60'000;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;

constexpr LimitRule usual(Limit limit)
{
    switch (limit) {
    // encryption.md 2.2
    case Limit::FailuresPerAccountAndAddress:
        return {5, 15 * minute};
    case Limit::FailuresPerAddress:
        return {20, 15 * minute};
    case Limit::FailuresPerAccount:
        return {50, 15 * minute};
    // Per address. A window lets a person try names while typing, but lists nobody.
    case Limit::UsernameChecks:
        return {60, 15 * minute};
    // Per address: a school may register behind one.
    case Limit::Registrations:
        return {300, hour};
    // Per user.
    case Limit::Resolves:
        return {100, 15 * minute};
    // Per asking user and target device: encryption.md section 14.
    case Limit::Bundles:
        return {20, day};
    // Per sending and target device: encryption.md section 14.
    case Limit::Controls:
        return {600, hour};
    // Per device: typing is sent every 5 s, in several chats at once at most.
    case Limit::Transients:
        return {240, minute};
    // Per user.
    case Limit::Invites:
        return {100, day};
    // Per user, with the switch for last seen: everybody whom he accepted gets a push.
    case Limit::ProfileChanges:
        return {100, hour};
    // Per user: each may be a push to the other person.
    case Limit::ContactChanges:
        return {1000, hour};
    // Per user: each names up to 500 people.
    case Limit::NewGroups:
        return {100, day};
    // Per user, before the login per address. Far above what a busy client asks for, and few
    // enough that nobody keeps the thread from the others.
    case Limit::Requests:
        return {50'000, 10'000};
    // Per user: about 30 short messages per second, all the time.
    case Limit::StoredBytes:
        return {std::uint64_t{128} << 20, hour};
    }
    return {0, day};
}

} // namespace

Limits::Limits()
{
    for (std::size_t i = 0; i < limitCount; ++i)
        rules[i] = usual(static_cast<Limit>(i));
}

void LiveLimits::set(const Limits& limits)
{
    for (std::size_t i = 0; i < limitCount; ++i) {
        m_slots[i].most.store(limits.rules[i].most, std::memory_order_relaxed);
        m_slots[i].windowMs.store(limits.rules[i].windowMs, std::memory_order_relaxed);
    }
}

} // namespace impulse::server
