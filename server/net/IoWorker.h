#pragma once

#include "common/core/Wakeup.h"
#include "server/net/IoThread.h"

#include <QTimer>

#include <atomic>
#include <unordered_map>

namespace impulse::server {

/// The inside of an IoThread. Lives on that thread; adopt(), pause() and stop() may be called from
/// any.
class IoWorker final : public QObject {
    Q_OBJECT

public:
    IoWorker(IoSettings settings, ConnectionCounter& counter, IoThread::HostFactory hostFactory);
    ~IoWorker() override;

    bool adopt(AcceptedSocket accepted) { return m_inbox.push(std::move(accepted)); }
    void pause() { m_paused = true; }
    void stop();

    /// First thing on the thread.
    void begin();

Q_SIGNALS:
    /// Every connection is closed, or has had 3 s for it.
    void stopped();

private:
    void takeTurn();
    void adoptWaiting();
    void open(UpgradedSocket upgraded);
    void sayGoodbye();
    void stopIfDone();

    static constexpr std::size_t waitingSockets = 4096;

    const IoSettings m_settings;
    ConnectionCounter& m_counter;
    const IoThread::HostFactory m_hostFactory;
    Wakeup m_wakeup;
    Inbox<AcceptedSocket> m_inbox;
    std::atomic<bool> m_paused = false;
    std::atomic<bool> m_stopAsked = false;
    bool m_stopping = false;
    std::unique_ptr<ConnectionHost> m_host;
    std::unique_ptr<SocketUpgrader> m_upgrader;
    std::unordered_map<WebSocketConnection*, std::unique_ptr<WebSocketConnection>> m_connections;
    QTimer m_aliveTimer;
    QTimer m_tickTimer;
};

} // namespace impulse::server
