#pragma once

#include "server/core/Metrics.h"

#include <QStringList>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace impulse::server {

/// One thread that must make progress.
struct Heartbeat {
    /// For the log.
    std::string name;
    /// Changes whenever the thread gets on. Called on the main thread; reads atomics.
    std::function<std::uint64_t()> beats;
    /// True if there is nothing for it to do. Null: it beats even then.
    std::function<bool()> isIdle;
    /// How long it may stand still.
    std::uint64_t patienceMs = 5000;
};

/// The writer: it commits, or nothing waits for it. A full disk or a locked database is progress
/// too: groups fail one after the other.
Heartbeat writerHeartbeat(const Metrics& metrics);

/// Watches heartbeats. Main thread.
class Vitals {
public:
    explicit Vitals(std::vector<Heartbeat> heartbeats);

    /// To be called about once a second: does every thread get on? Logs who stands still, once.
    bool check(std::uint64_t nowMs);
    /// Who stood still when it was last checked.
    QStringList stuck() const;

private:
    struct Watched {
        Heartbeat heartbeat;
        std::uint64_t beats = 0;
        std::uint64_t changedMs = 0;
        bool isStuck = false;
    };

    std::vector<Watched> m_watched;
    bool m_begun = false;
};

} // namespace impulse::server
