#include "server/app/Vitals.h"

#include "common/core/Logging.h"

namespace impulse::server {

Heartbeat writerHeartbeat(const Metrics& metrics)
{
    // The database may make it wait for 5 s before a group fails, and a checkpoint takes its time.
    constexpr std::uint64_t patienceMs = 20'000;
    return {"writer", [&metrics] { return metrics.groups.load(std::memory_order_relaxed); },
            [&metrics] { return metrics.writerQueue.load(std::memory_order_relaxed) == 0; },
            patienceMs};
}

Vitals::Vitals(std::vector<Heartbeat> heartbeats)
{
    for (auto& heartbeat : heartbeats)
        m_watched.push_back({std::move(heartbeat)});
}

bool Vitals::check(std::uint64_t nowMs)
{
    bool good = true;
    for (auto& watched : m_watched) {
        const auto beats = watched.heartbeat.beats();
        const bool idle = watched.heartbeat.isIdle && watched.heartbeat.isIdle();
        if (!m_begun || idle || beats != watched.beats) {
            watched.beats = beats;
            watched.changedMs = nowMs;
        }
        const bool stuck = nowMs - watched.changedMs >= watched.heartbeat.patienceMs;
        if (stuck != watched.isStuck)
            qCWarning(lcServer).noquote() << QString::fromStdString(watched.heartbeat.name)
                                          << (stuck ? "makes no progress" : "gets on again");
        watched.isStuck = stuck;
        good = good && !stuck;
    }
    m_begun = true;
    return good;
}

QStringList Vitals::stuck() const
{
    QStringList names;
    for (const auto& watched : m_watched) {
        if (watched.isStuck)
            names << QString::fromStdString(watched.heartbeat.name);
    }
    return names;
}

} // namespace impulse::server
