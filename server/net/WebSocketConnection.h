#pragma once

#include "server/net/SocketUpgrader.h"

#include <QElapsedTimer>

namespace impulse::server {

/// One client's WebSocket after the handshake. Lives and dies on its I/O thread.
class WebSocketConnection final : public QObject {
    Q_OBJECT

public:
    /// `address` is the key for limits: the peer's, or what the proxy says.
    WebSocketConnection(UpgradedSocket upgraded, QString address, QObject* parent = nullptr);
    ~WebSocketConnection() override;

    /// Queues one binary message. Nothing happens on a connection that is closing.
    void send(View frame);
    /// Bytes handed to send() that the peer's system has not taken yet.
    std::size_t queuedBytes() const;
    /// Closes after what was sent; a peer that does not read is cut off after closeTimeoutMs.
    void close(quint16 code, const QString& reason);

    const Hash32& certificateHash() const { return m_certificateHash; }
    const QString& address() const { return m_address; }

    /// Called now and then: pings a silent peer and cuts off one that answers nothing.
    void checkAlive();

    static constexpr int closeTimeoutMs = 2000;
    static constexpr qint64 pingAfterMs = 30'000;
    static constexpr qint64 silentMs = 90'000;

Q_SIGNALS:
    void frameReceived(impulse::View frame);
    /// The last signal; the owner deletes the connection later.
    void closed();

private:
    void receiveBinary(const QByteArray& message);
    void finish();

    QWebSocket* const m_socket;
    const QPointer<QTcpSocket> m_transport;
    const Hash32 m_certificateHash;
    const QString m_address;
    const ConnectionCounter::Place m_place;
    QElapsedTimer m_lastHeard;
    QElapsedTimer m_lastPing;
    bool m_closing = false;
    bool m_finished = false;
};

} // namespace impulse::server
