#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace impulse {

/// How work reaches another thread: a bounded queue behind a mutex and a bare wake-up. Plain C++,
/// so that ThreadSanitizer sees it. Any thread may push; one thread takes.
template <class T> class Inbox {
public:
    /// `wake` is called by the pushing thread when the inbox was empty before; it only has to make
    /// the owner call takeAll() soon. Nothing: the owner blocks in waitAll().
    explicit Inbox(std::size_t limit, std::function<void()> wake = {})
        : m_limit(limit), m_wake(std::move(wake))
    {
    }

    /// False if the inbox is full or closed: `item` is gone.
    [[nodiscard]] bool push(T item) { return !offer(std::move(item)); }

    /// Gives `item` back if the inbox is full or closed.
    [[nodiscard]] std::optional<T> offer(T item)
    {
        bool first = false;
        {
            const std::lock_guard lock(m_mutex);
            if (m_closed || m_items.size() >= m_limit)
                return item;
            first = m_items.empty();
            m_items.push_back(std::move(item));
        }
        if (first) {
            m_ready.notify_one();
            if (m_wake)
                m_wake();
        }
        return std::nullopt;
    }

    /// Everything that has come in since the last call, in order.
    std::vector<T> takeAll()
    {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_items, {});
    }

    /// Blocks until there is something. Empty only when the inbox is closed and used up.
    std::vector<T> waitAll()
    {
        std::unique_lock lock(m_mutex);
        m_ready.wait(lock, [this] { return m_closed || !m_items.empty(); });
        return std::exchange(m_items, {});
    }

    /// The same, but gives nothing if `until` has passed before there was something.
    std::optional<std::vector<T>> waitAll(std::chrono::steady_clock::time_point until)
    {
        std::unique_lock lock(m_mutex);
        if (!m_ready.wait_until(lock, until, [this] { return m_closed || !m_items.empty(); }))
            return std::nullopt;
        return std::exchange(m_items, {});
    }

    /// Later pushes are refused; what is inside can still be taken.
    void close()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_closed = true;
        }
        m_ready.notify_all();
    }

private:
    const std::size_t m_limit;
    const std::function<void()> m_wake;
    std::mutex m_mutex;
    std::condition_variable m_ready;
    std::vector<T> m_items;
    bool m_closed = false;
};

} // namespace impulse
