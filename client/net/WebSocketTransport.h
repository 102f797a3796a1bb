#pragma once

#include "client/core/ports/Transport.h"

#include <QAbstractSocket>
#include <QPointer>
#include <QTimer>

#include <chrono>

class QWebSocket;

namespace impulse::client {

/// How long a WebSocketTransport waits.
struct TransportTimes {
    /// From open() to the end of the WebSocket handshake.
    std::chrono::milliseconds connect{15'000};
    /// Between pings: a peer that is silent for two of these is gone.
    std::chrono::milliseconds ping{20'000};
};

/// Transport over one QWebSocket at a time: binary frames, subprotocol impulse.v1, TLS 1.2 or
/// newer, the system's proxy except to this machine.
///
/// A TLS certificate is not judged here (a server may have made its own): the hash of the leaf that
/// this side saw goes into the hello, which the server's pinned key signs (encryption.md 2.3).
/// Belongs to one thread with an event loop; all calls and all reports happen there.
class WebSocketTransport final : public Transport {
    Q_OBJECT

public:
    explicit WebSocketTransport(TransportTimes times = {}, QObject* parent = nullptr);
    ~WebSocketTransport() override;

    void open(const ServerLink& server) override;
    void send(View frame) override;
    void close() override;

private:
    void onConnected();
    void onDisconnected();
    void onSocketError(QAbstractSocket::SocketError error);
    void onPingDue();
    /// Drops the socket now and reports from the event loop.
    void fail(TransportError error);
    void dropSocket();

    const TransportTimes m_times;
    QPointer<QWebSocket> m_socket;
    QTimer m_connectTimer;
    QTimer m_pingTimer;
    QTimer m_reportTimer;
    TransportError m_report = TransportError::Closed;
    bool m_tls = false;
    bool m_open = false;
    bool m_awaitsPong = false;
};

} // namespace impulse::client
