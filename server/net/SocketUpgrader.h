#pragma once

#include "server/net/Listener.h"

#include <QDeadlineTimer>
#include <QHash>
#include <QObject>
#include <QPointer>
#include <QTimer>
#include <QWebSocketServer>

class QSslSocket;
class QTcpSocket;
class QWebSocket;

namespace impulse::server {

/// A socket whose WebSocket handshake is done.
struct UpgradedSocket {
    /// Owned by the receiver.
    QWebSocket* socket = nullptr;
    /// What lies under it; goes with it.
    QPointer<QTcpSocket> transport;
    Hash32 certificateHash;
    ConnectionCounter::Place place;
};

/// Brings accepted sockets through TLS and the WebSocket handshake, within one time limit for both.
/// Lives on its I/O thread.
class SocketUpgrader final : public QObject {
    Q_OBJECT

public:
    using Receiver = std::function<void(UpgradedSocket)>;

    /// `receiver` gets sockets that speak impulse.v1 and have their size limits set.
    SocketUpgrader(Receiver receiver, int handshakeTimeoutMs, QObject* parent = nullptr);

    void adopt(AcceptedSocket accepted);
    /// Sockets that are still in a handshake.
    qsizetype pending() const { return m_pending.size(); }
    /// Aborts them.
    void clear();

private:
    struct Pending {
        QPointer<QTcpSocket> transport;
        Hash32 certificateHash;
        ConnectionCounter::Place place;
        QDeadlineTimer deadline;
    };
    void upgrade(QTcpSocket* transport);
    /// Answers the first that comes over TLS, and closes.
    void refuse(QSslSocket& transport, std::chrono::seconds retryAfter);
    void takeUpgraded();
    void abortLate();

    const Receiver m_receiver;
    const int m_handshakeTimeoutMs;
    QWebSocketServer m_server;
    /// By the peer's address and port, which is all that a QWebSocket tells of the socket under it.
    QHash<QString, std::shared_ptr<Pending>> m_pending;
    /// One for all: a timer of its own would stay with each connection for as long as the limit.
    QTimer m_sweep;
};

} // namespace impulse::server
