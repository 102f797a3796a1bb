#pragma once

#include <QAbstractEventDispatcher>

#include <chrono>
#include <optional>
#include <set>
#include <unordered_map>

namespace impulse::server {

/// The timers of one thread, in the order in which they are due. A timer whose event is being
/// handled is not due again before that returns, as with Qt's own dispatchers.
///
/// Lives on its thread.
class TimerQueue {
public:
    using Clock = std::chrono::steady_clock;

    void add(int id, std::chrono::milliseconds interval, Qt::TimerType type, QObject* object);
    bool remove(int id);
    bool removeAll(const QObject* object);
    QList<QAbstractEventDispatcher::TimerInfo> of(const QObject* object) const;
    bool isEmpty() const { return m_due.empty(); }

    /// Until a timer is due, 0 if it is overdue; -1 if there is no such timer.
    std::chrono::milliseconds remaining(int id, Clock::time_point now) const;
    /// Until the first of all is due, rounded up. Nothing if there is no timer.
    std::optional<std::chrono::milliseconds> untilFirst(Clock::time_point now) const;

    /// Sends a QTimerEvent for every timer that is due now; each at most once per call, so that a
    /// timer of 0 ms keeps nothing else from its turn. True if there was one.
    bool activateDue();

private:
    struct Timer {
        std::chrono::milliseconds interval;
        Qt::TimerType type;
        QObject* object;
        Clock::time_point due;
        bool active = false;
    };
    /// By time, then in the order of their ids.
    using Due = std::set<std::pair<Clock::time_point, int>>;

    std::unordered_map<int, Timer> m_timers;
    Due m_due;
};

} // namespace impulse::server
