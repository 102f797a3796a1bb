#include "server/net/TimerQueue.h"

#include <QCoreApplication>
#include <QTimerEvent>

#include <vector>

namespace impulse::server {

using std::chrono::milliseconds;

void TimerQueue::add(int id, milliseconds interval, Qt::TimerType type, QObject* object)
{
    const auto due = Clock::now() + interval;
    m_timers[id] = {interval, type, object, due};
    m_due.emplace(due, id);
}

bool TimerQueue::remove(int id)
{
    const auto found = m_timers.find(id);
    if (found == m_timers.end())
        return false;
    m_due.erase({found->second.due, id});
    m_timers.erase(found);
    return true;
}

bool TimerQueue::removeAll(const QObject* object)
{
    return std::erase_if(m_timers, [&](const auto& entry) {
               if (entry.second.object != object)
                   return false;
               m_due.erase({entry.second.due, entry.first});
               return true;
           }) > 0;
}

QList<QAbstractEventDispatcher::TimerInfo> TimerQueue::of(const QObject* object) const
{
    QList<QAbstractEventDispatcher::TimerInfo> result;
    for (const auto& [id, timer] : m_timers) {
        if (timer.object == object)
            result.append({id, static_cast<int>(timer.interval.count()), timer.type});
    }
    return result;
}

milliseconds TimerQueue::remaining(int id, Clock::time_point now) const
{
    const auto found = m_timers.find(id);
    if (found == m_timers.end())
        return milliseconds(-1);
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(found->second.due - now));
}

std::optional<milliseconds> TimerQueue::untilFirst(Clock::time_point now) const
{
    // A timer in the middle of its event does not count: its loop is inside.
    for (const auto& [due, id] : m_due) {
        if (!m_timers.at(id).active)
            return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(due - now));
    }
    return std::nullopt;
}

bool TimerQueue::activateDue()
{
    const auto now = Clock::now();
    std::vector<std::pair<Clock::time_point, int>> due;
    for (const auto& entry : m_due) {
        if (entry.first > now)
            break;
        due.push_back(entry);
    }
    bool any = false;
    for (const auto& [time, id] : due) {
        // A timer before it may have removed this one, or the id belongs to another now.
        const auto found = m_timers.find(id);
        if (found == m_timers.end() || found->second.due != time || found->second.active)
            continue;
        auto& timer = found->second;
        m_due.erase({timer.due, id});
        // What was missed while the thread was busy is not made up for.
        timer.due += timer.interval;
        if (timer.due < now)
            timer.due = now + timer.interval;
        m_due.emplace(timer.due, id);
        timer.active = true;
        any = true;
        QTimerEvent event(id);
        QCoreApplication::sendEvent(timer.object, &event);
        const auto after = m_timers.find(id);
        if (after != m_timers.end())
            after->second.active = false;
    }
    return any;
}

} // namespace impulse::server
