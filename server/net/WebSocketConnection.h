#pragma once

#include "server/core/ports/ClientConnection.h"
#include "server/net/SocketUpgrader.h"
#include "server/net/TcpTransport.h"

#include <QElapsedTimer>

namespace impulse::server {

/// How long a peer may be silent, in milliseconds (PROTOCOL.md, "Transport").
struct SilenceLimits {
    int lookEveryMs = 15'000;
    qint64 pingAfterMs = 30'000;
    qint64 cutOffAfterMs = 90'000;
};

/// One client's WebSocket after the handshake. Lives and dies on its I/O thread.
class WebSocketConnection final : public QObject, public ClientConnection {
    Q_OBJECT

public:
    /// `addressKey` is the key for limits: the peer's, or what the proxy says.
    WebSocketConnection(UpgradedSocket upgraded, std::string addressKey, QObject* parent = nullptr);
    ~WebSocketConnection() override;

    void send(View frame) override;
    void admit(std::size_t frameBytes) override;
    std::size_t queuedBytes() const override;
    /// A peer that does not read is cut off after closeTimeoutMs.
    void close(CloseCode code, std::string_view reason) override;
    const std::string& addressKey() const override { return m_address; }
    const Hash32& certificateHash() const override { return m_certificateHash; }

    /// Called now and then: pings a silent peer and cuts off one that answers nothing.
    void checkAlive(const SilenceLimits& limits);

    static constexpr int closeTimeoutMs = 2000;
    /// Above what the core lets wait: Qt answers pings itself, unasked and without a limit.
    static constexpr std::size_t mostQueued = std::size_t{24} << 20;

Q_SIGNALS:
    void frameReceived(impulse::View frame);
    /// The last signal, never from inside a call; the owner deletes the connection later.
    void closed();

private:
    void receiveBinary(const QByteArray& message);
    void closeSocket(quint16 code, const QString& reason);
    void checkQueue();
    void cutOff();
    void abort();
    void finish();

    QWebSocket* const m_socket;
    const QPointer<QTcpSocket> m_transport;
    /// The same, if it is not a QSslSocket. Asked for every message, so not found out each time.
    const QPointer<TcpTransport> m_plain;
    const Hash32 m_certificateHash;
    const std::string m_address;
    ConnectionCounter::Place m_place;
    QElapsedTimer m_lastHeard;
    QElapsedTimer m_lastPing;
    bool m_closing = false;
    bool m_finished = false;
};

} // namespace impulse::server
