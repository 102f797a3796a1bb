#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace impulse {

/// How work reaches another thread: a bounded queue behind a mutex and a bare wake-up. Plain C++,
/// so that ThreadSanitizer sees it. Any thread may push; one thread takes.
template <class T> class Inbox {
public:
    /// `wake` is called by the pushing thread when the inbox was empty before, and never after
    /// close() has returned; it only has to make the owner call takeAll() soon, and must not call
    /// back. Nothing: the owner blocks in waitAll().
    explicit Inbox(std::size_t limit, std::function<void()> wake = {})
        : m_limit(limit), m_wake(std::move(wake))
    {
    }

    /// False if the inbox is full or closed: `item` is gone.
    [[nodiscard]] bool push(T item) { return !offer(std::move(item)); }

    /// Gives `item` back if the inbox is full or closed.
    [[nodiscard]] std::optional<T> offer(T item)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (m_closed || m_items.size() >= m_limit)
                return item;
            wakeIfEmpty();
            m_items.push_back(std::move(item));
        }
        m_ready.notify_one();
        return std::nullopt;
    }

    /// As many of them, from the first on, as there is room for. The others are gone.
    void pushSome(std::vector<T> items)
    {
        const std::lock_guard lock(m_mutex);
        if (!m_closed)
            append(items, m_limit - std::min(m_limit, m_items.size()));
    }

    /// All of them, in order; blocks while there is no room. False if the inbox is closed: what was
    /// left is gone.
    bool pushAll(std::vector<T> items)
    {
        std::unique_lock lock(m_mutex);
        m_room.wait(lock, [this] { return m_closed || m_items.size() < m_limit; });
        // Beyond the limit by one batch at most.
        return !m_closed && append(items, items.size());
    }

    /// Everything that has come in since the last call, in order.
    std::vector<T> takeAll()
    {
        std::vector<T> items;
        {
            const std::lock_guard lock(m_mutex);
            items.swap(m_items);
        }
        m_room.notify_all();
        return items;
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

    /// How many are inside. Any thread.
    std::size_t size() const
    {
        const std::lock_guard lock(m_mutex);
        return m_items.size();
    }

    bool isClosed() const
    {
        const std::lock_guard lock(m_mutex);
        return m_closed;
    }

    /// Later pushes are refused; what is inside can still be taken.
    void close()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_closed = true;
        }
        m_ready.notify_all();
        m_room.notify_all();
    }

private:
    void wakeIfEmpty()
    {
        if (m_items.empty() && m_wake)
            m_wake();
    }
    bool append(std::vector<T>& items, std::size_t most)
    {
        if (items.empty() || most == 0)
            return true;
        wakeIfEmpty();
        const auto count = static_cast<std::ptrdiff_t>(std::min(most, items.size()));
        m_items.insert(m_items.end(), std::make_move_iterator(items.begin()),
                       std::make_move_iterator(items.begin() + count));
        m_ready.notify_one();
        return true;
    }

    const std::size_t m_limit;
    const std::function<void()> m_wake;
    mutable std::mutex m_mutex;
    std::condition_variable m_ready;
    std::condition_variable m_room;
    std::vector<T> m_items;
    bool m_closed = false;
};

} // namespace impulse
