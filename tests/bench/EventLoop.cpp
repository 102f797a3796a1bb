#include "tests/bench/EventLoop.h"

#include "tests/bench/Clock.h"

#include <algorithm>
#include <array>
#include <csignal>

#include <sys/epoll.h>
#include <unistd.h>

namespace impulse::bench {
namespace {

volatile std::sig_atomic_t interrupted = 0;

} // namespace

void EventLoop::failOnSignals()
{
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

EventLoop::EventLoop()
    : m_epoll(epoll_create1(EPOLL_CLOEXEC)), m_buffer(std::make_unique<std::uint8_t[]>(bufferBytes))
{
}

EventLoop::~EventLoop()
{
    close(m_epoll);
}

void EventLoop::add(int descriptor, std::uint32_t events, Pollable& target)
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = &target;
    if (epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event) != 0)
        fail("epoll takes no more descriptors");
}

void EventLoop::change(int descriptor, std::uint32_t events, Pollable& target)
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = &target;
    epoll_ctl(m_epoll, EPOLL_CTL_MOD, descriptor, &event);
}

void EventLoop::remove(int descriptor, Pollable& target)
{
    epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
    std::ranges::replace(m_ready, &target, nullptr);
    std::ranges::replace(m_dirty, &target, nullptr);
}

bool EventLoop::run(std::int64_t untilNs, const std::function<bool()>& done,
                    const std::function<std::int64_t()>& nextNs)
{
    constexpr std::int64_t longestNs = 100 * nsPerMs;
    while (!failed()) {
        if (interrupted)
            fail("interrupted");
        if (done())
            return true;
        const auto now = nowNs();
        if (now >= untilNs)
            return false;
        auto wake = std::min(untilNs, now + longestNs);
        if (nextNs)
            wake = std::min(wake, nextNs());
        turn(std::max<std::int64_t>(wake - now, 0));
    }
    return false;
}

bool EventLoop::runFor(std::int64_t durationNs)
{
    run(nowNs() + durationNs, [] { return false; });
    return !failed();
}

void EventLoop::turn(std::int64_t timeoutNs)
{
    // What was queued outside of a turn.
    if (!m_dirty.empty())
        timeoutNs = 0;
    std::array<epoll_event, 512> events;
    const timespec timeout{timeoutNs / nsPerSecond, timeoutNs % nsPerSecond};
    const int count =
        epoll_pwait2(m_epoll, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    m_ready.clear();
    for (int i = 0; i < count; ++i)
        m_ready.push_back(static_cast<Pollable*>(events[static_cast<std::size_t>(i)].data.ptr));
    for (std::size_t i = 0; i < m_ready.size(); ++i) {
        if (m_ready[i])
            m_ready[i]->onEvents(events[i].events);
    }
    // Flushing may mark others (a connection that fails tells its owner).
    for (std::size_t i = 0; i < m_dirty.size(); ++i) {
        if (m_dirty[i])
            m_dirty[i]->flush();
    }
    m_dirty.clear();
}

void EventLoop::fail(std::string why)
{
    if (m_failure.empty())
        m_failure = std::move(why);
}

} // namespace impulse::bench
