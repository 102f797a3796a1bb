#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace impulse::client {

/// Work handed from one thread to another: a queue behind a mutex and a wake-up (architecture.md
/// 4). Any thread.
template <class Work> class Inbox {
public:
    /// True if it was empty, so that a receiver with an event loop is to be woken.
    bool push(Work work)
    {
        const std::scoped_lock lock(m_mutex);
        m_queue.push_back(std::move(work));
        m_filled.notify_one();
        return m_queue.size() == 1;
    }

    /// Everything queued, at once; perhaps nothing.
    std::deque<Work> takeAll()
    {
        const std::scoped_lock lock(m_mutex);
        return std::exchange(m_queue, {});
    }

    /// Waits for work; nothing only after stop() and with the queue empty.
    std::deque<Work> waitAndTakeAll()
    {
        std::unique_lock lock(m_mutex);
        m_filled.wait(lock, [this] { return !m_queue.empty() || m_stopped; });
        return std::exchange(m_queue, {});
    }

    /// Waits until stop(), at most this long. True if stopped.
    template <class Duration> bool waitForStop(Duration limit)
    {
        std::unique_lock lock(m_mutex);
        return m_filled.wait_for(lock, limit, [this] { return m_stopped; });
    }

    void stop()
    {
        const std::scoped_lock lock(m_mutex);
        m_stopped = true;
        m_filled.notify_one();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_filled;
    std::deque<Work> m_queue;
    bool m_stopped = false;
};

} // namespace impulse::client
