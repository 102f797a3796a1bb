#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace impulse::bench {

/// Something with a descriptor in the loop.
class Pollable {
public:
    virtual ~Pollable() = default;
    /// `events` as of epoll.
    virtual void onEvents(std::uint32_t events) = 0;
    /// At the end of a turn in which it was passed to EventLoop::flushLater().
    virtual void flush() = 0;
};

/// One thread, one epoll set, one read buffer for all connections. A turn waits, lets all readable
/// connections read, then writes once for each connection that has something to send.
/// The first failure of anybody ends the run: see fail().
class EventLoop {
public:
    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    void add(int descriptor, std::uint32_t events, Pollable& target);
    void change(int descriptor, std::uint32_t events, Pollable& target);
    /// Events of this turn that are still to come are dropped as well.
    void remove(int descriptor, Pollable& target);
    /// Once per turn is for the caller to see to.
    void flushLater(Pollable& target) { m_dirty.push_back(&target); }

    /// Turns until `done`, a failure, or the time (nowNs) is over. True if done.
    /// `nextNs`, if given, is asked in each turn for the time at which it wants to be woken.
    bool run(std::int64_t untilNs, const std::function<bool()>& done,
             const std::function<std::int64_t()>& nextNs = {});
    /// Turns for a time; false after a failure.
    bool runFor(std::int64_t durationNs);

    /// Larger than the largest frame (1 MiB) with its head.
    std::span<std::uint8_t> readBuffer() { return {m_buffer.get(), bufferBytes}; }

    void fail(std::string why);
    /// From now on SIGINT and SIGTERM fail every loop, so that servers are stopped and folders
    /// removed.
    static void failOnSignals();
    bool failed() const { return !m_failure.empty(); }
    const std::string& failure() const { return m_failure; }

private:
    static constexpr std::size_t bufferBytes = std::size_t{3} << 19;
    void turn(std::int64_t timeoutNs);

    int m_epoll;
    std::unique_ptr<std::uint8_t[]> m_buffer;
    std::vector<Pollable*> m_dirty;
    std::vector<Pollable*> m_ready;
    std::string m_failure;
};

} // namespace impulse::bench
