#pragma once

#include "common/core/Bytes.h"
#include "common/core/Clock.h"
#include "server/core/Limits.h"

#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace impulse::server {

/// What a limit counts for: names, ids, addresses; put together from parts.
std::string limitKey(std::initializer_list<View> parts);

/// Counts in windows of time, in memory only. Any thread. Time that the clock is set back by does
/// not count: a limit in force ends as if that had not happened.
class RateLimiter {
public:
    explicit RateLimiter(const Clock& clock, std::shared_ptr<const LiveLimits> limits =
                                                 std::make_shared<const LiveLimits>())
        : m_clock(clock), m_limits(std::move(limits))
    {
    }

    LimitRule rule(Limit limit) const { return m_limits->rule(limit); }
    /// How often it happened in the present window.
    std::uint64_t count(Limit limit, const std::string& key) const;
    /// Nothing if more is allowed, else the milliseconds until it will be.
    std::optional<std::uint64_t> waitMs(Limit limit, const std::string& key) const;
    /// For failures: the same, and from the second on a wait after each, firstWaitMs at first, then
    /// twice as long each time.
    std::optional<std::uint64_t> growingWaitMs(Limit limit, const std::string& key) const;
    void add(Limit limit, const std::string& key, std::uint64_t amount = 1);
    /// Forgets what happened in the present window.
    void clear(Limit limit, const std::string& key);
    /// Both: adds it unless it has to wait. The last that is allowed may pass the limit.
    std::optional<std::uint64_t> take(Limit limit, const std::string& key,
                                      std::uint64_t amount = 1);
    /// Forgets windows that are over. To be called now and then.
    void prune();
    /// How many keys of a limit it remembers.
    std::size_t keyCount(Limit limit) const;

    /// Keys of one limit; past that, windows that are nearly over go first.
    static constexpr std::size_t maxKeys = 200'000;
    static constexpr std::uint64_t firstWaitMs = 1000;

private:
    struct Window {
        std::uint64_t startMs = 0;
        std::uint64_t count = 0;
        std::uint64_t lastMs = 0;
    };
    using Windows = std::unordered_map<std::string, Window>;

    // The mutex is held in all of these.
    const Window* current(Limit limit, const std::string& key) const;
    std::optional<std::uint64_t> wait(Limit limit, const std::string& key) const;
    void count(Limit limit, const std::string& key, std::uint64_t amount);
    void pruneWindows(Limit limit, std::uint64_t lengthMs);

    const Clock& m_clock;
    const std::shared_ptr<const LiveLimits> m_limits;
    mutable std::mutex m_mutex;
    Windows m_windows[limitCount];
};

} // namespace impulse::server
