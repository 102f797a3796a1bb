#include "server/core/RateLimiter.h"

namespace impulse::server {
namespace {

struct Rule {
    std::uint64_t most;
    std::uint64_t windowMs;
};

constexpr std::uint64_t minute = 60'000;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;

constexpr Rule ruleOf(Limit limit)
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

std::string limitKey(std::initializer_list<View> parts)
{
    std::string result;
    for (const auto part : parts) {
        result.push_back(static_cast<char>(part.size()));
        result.append(text(part));
    }
    return result;
}

const RateLimiter::Window* RateLimiter::current(Limit limit, const std::string& key) const
{
    const auto& windows = m_windows[static_cast<std::size_t>(limit)];
    const auto found = windows.find(key);
    const auto now = m_clock.nowMs();
    // A window from the future (the clock was set back) counts as over.
    if (found == windows.end() || now < found->second.startMs ||
        now - found->second.startMs >= ruleOf(limit).windowMs)
        return nullptr;
    return &found->second;
}

std::uint64_t RateLimiter::count(Limit limit, const std::string& key) const
{
    const std::lock_guard lock(m_mutex);
    const auto* window = current(limit, key);
    return window ? window->count : 0;
}

std::optional<std::uint64_t> RateLimiter::waitMs(Limit limit, const std::string& key) const
{
    const std::lock_guard lock(m_mutex);
    return wait(limit, key);
}

std::optional<std::uint64_t> RateLimiter::wait(Limit limit, const std::string& key) const
{
    const auto* window = current(limit, key);
    const auto rule = ruleOf(limit);
    if (!window || window->count < rule.most)
        return std::nullopt;
    return window->startMs + rule.windowMs - m_clock.nowMs();
}

void RateLimiter::add(Limit limit, const std::string& key, std::uint64_t amount)
{
    const std::lock_guard lock(m_mutex);
    count(limit, key, amount);
}

void RateLimiter::count(Limit limit, const std::string& key, std::uint64_t amount)
{
    auto& windows = m_windows[static_cast<std::size_t>(limit)];
    if (current(limit, key)) {
        windows.find(key)->second.count += amount;
        return;
    }
    for (auto length = ruleOf(limit).windowMs; windows.size() >= maxKeys && length > 0; length /= 2)
        pruneWindows(limit, length);
    windows[key] = {m_clock.nowMs(), amount};
}

std::optional<std::uint64_t> RateLimiter::take(Limit limit, const std::string& key,
                                               std::uint64_t amount)
{
    const std::lock_guard lock(m_mutex);
    if (const auto ms = wait(limit, key))
        return ms;
    count(limit, key, amount);
    return std::nullopt;
}

void RateLimiter::prune()
{
    const std::lock_guard lock(m_mutex);
    for (std::size_t i = 0; i <= static_cast<std::size_t>(Limit::Last); ++i)
        pruneWindows(static_cast<Limit>(i), ruleOf(static_cast<Limit>(i)).windowMs);
}

void RateLimiter::pruneWindows(Limit limit, std::uint64_t lengthMs)
{
    const auto now = m_clock.nowMs();
    std::erase_if(m_windows[static_cast<std::size_t>(limit)], [&](const auto& entry) {
        return now < entry.second.startMs || now - entry.second.startMs >= lengthMs;
    });
}

} // namespace impulse::server
