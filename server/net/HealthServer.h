#pragma once

#include "common/core/Result.h"
#include "server/core/Metrics.h"

#include <QHostAddress>
#include <QThread>

#include <memory>

namespace impulse::server {

/// /healthz and /metrics for programs on this computer, on a thread of its own that reads numbers
/// only and is less urgent than the others: nothing that is done to it can delay chat. Owned and
/// called by the main thread.
class HealthServer final {
public:
    explicit HealthServer(std::shared_ptr<const Metrics> metrics);
    ~HealthServer();
    HealthServer(const HealthServer&) = delete;
    HealthServer& operator=(const HealthServer&) = delete;

    /// The port it listens on, or a sentence.
    Result<quint16, QString> listen(const QHostAddress& address, quint16 port);

    /// A connection lives this long at most, and so many at a time.
    static constexpr int connectionMs = 10'000;
    static constexpr int mostConnections = 32;
    /// What a request may be, headers included.
    static constexpr qint64 mostRequestBytes = 16 << 10;

private:
    const std::shared_ptr<const Metrics> m_metrics;
    QThread m_thread;
};

} // namespace impulse::server
