#include "server/core/RateLimiter.h"

namespace impulse::server {

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
    if (found == windows.end())
        return nullptr;
    const auto ageMs = m_clock.elapsedMs() - found->second.startMs;
    if (ageMs >= m_limits->rule(limit).windowMs)
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
    const auto rule = m_limits->rule(limit);
    if (!window || window->count < rule.most)
        return std::nullopt;
    return window->startMs + rule.windowMs - m_clock.elapsedMs();
}

std::optional<std::uint64_t> RateLimiter::growingWaitMs(Limit limit, const std::string& key) const
{
    const std::lock_guard lock(m_mutex);
    if (const auto ms = wait(limit, key))
        return ms;
    const auto* window = current(limit, key);
    if (!window || window->count < 2)
        return std::nullopt;
    // No longer than the window lasts, which also keeps the shift small.
    const auto windowMs = m_limits->rule(limit).windowMs;
    std::uint64_t waitMs = firstWaitMs;
    for (auto n = window->count; n > 2 && waitMs < windowMs; --n)
        waitMs *= 2;
    const auto endMs = window->lastMs + std::min(waitMs, windowMs);
    const auto nowMs = m_clock.elapsedMs();
    return nowMs < endMs ? std::optional(endMs - nowMs) : std::nullopt;
}

void RateLimiter::add(Limit limit, const std::string& key, std::uint64_t amount)
{
    const std::lock_guard lock(m_mutex);
    count(limit, key, amount);
}

void RateLimiter::clear(Limit limit, const std::string& key)
{
    const std::lock_guard lock(m_mutex);
    m_windows[static_cast<std::size_t>(limit)].erase(key);
}

void RateLimiter::count(Limit limit, const std::string& key, std::uint64_t amount)
{
    auto& windows = m_windows[static_cast<std::size_t>(limit)];
    if (current(limit, key)) {
        auto& window = windows.find(key)->second;
        window.count += amount;
        window.lastMs = m_clock.elapsedMs();
        return;
    }
    for (auto length = m_limits->rule(limit).windowMs; windows.size() >= maxKeys; length /= 2)
        pruneWindows(limit, length);
    const auto nowMs = m_clock.elapsedMs();
    windows[key] = {nowMs, amount, nowMs};
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

std::size_t RateLimiter::keyCount(Limit limit) const
{
    const std::lock_guard lock(m_mutex);
    return m_windows[static_cast<std::size_t>(limit)].size();
}

void RateLimiter::prune()
{
    const std::lock_guard lock(m_mutex);
    for (std::size_t i = 0; i < limitCount; ++i)
        pruneWindows(static_cast<Limit>(i), m_limits->rule(static_cast<Limit>(i)).windowMs);
}

void RateLimiter::pruneWindows(Limit limit, std::uint64_t lengthMs)
{
    const auto nowMs = m_clock.elapsedMs();
    std::erase_if(m_windows[static_cast<std::size_t>(limit)],
                  [&](const auto& entry) { return nowMs - entry.second.startMs >= lengthMs; });
}

} // namespace impulse::server
