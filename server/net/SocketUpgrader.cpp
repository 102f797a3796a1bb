#include "server/net/SocketUpgrader.h"

#include "common/core/Limits.h"
#include "common/core/Logging.h"
#include "common/protocol/Codec.h"
#include "server/net/TcpTransport.h"

#include <QSslSocket>
#include <QWebSocket>

#include <unistd.h>

namespace impulse::server {

namespace {

/// A handshake may last longer than its limit by one part of it.
constexpr int sweepsPerTimeout = 20;
/// Who is to be told that there is no room has no longer for TLS and its request.
constexpr int refusalTimeoutMs = 2000;

QString peerKey(const QHostAddress& address, quint16 port)
{
    return address.toString() + QLatin1Char('|') + QString::number(port);
}

void abortNow(QTcpSocket& transport)
{
    if (auto* plain = qobject_cast<TcpTransport*>(&transport))
        plain->discardQueue();
    transport.abort();
}

QString subprotocolName()
{
    return QString::fromLatin1(protocol::subprotocol.data(), protocol::subprotocol.size());
}

} // namespace

SocketUpgrader::SocketUpgrader(Receiver receiver, int handshakeTimeoutMs, QObject* parent)
    : QObject(parent), m_receiver(std::move(receiver)), m_handshakeTimeoutMs(handshakeTimeoutMs),
      m_server(QStringLiteral("impulse"), QWebSocketServer::NonSecureMode)
{
    m_server.setSupportedSubprotocols({subprotocolName()});
    connect(&m_server, &QWebSocketServer::newConnection, this, &SocketUpgrader::takeUpgraded);
    m_sweep.setInterval(std::max(1, handshakeTimeoutMs / sweepsPerTimeout));
    connect(&m_sweep, &QTimer::timeout, this, &SocketUpgrader::abortLate);
}

void SocketUpgrader::adopt(AcceptedSocket accepted)
{
    QTcpSocket* transport = nullptr;
    if (accepted.identity->encrypts)
        transport = new QSslSocket(this);
    else
        transport = new TcpTransport(this);
    if (!transport->setSocketDescriptor(accepted.descriptor)) {
        ::close(static_cast<int>(accepted.descriptor));
        delete transport;
        return;
    }
    transport->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    transport->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    const auto key = peerKey(transport->peerAddress(), transport->peerPort());
    const int timeoutMs = accepted.retryAfter ? std::min(refusalTimeoutMs, m_handshakeTimeoutMs)
                                              : m_handshakeTimeoutMs;
    m_pending.insert(key, std::make_shared<Pending>(
                              Pending{transport, accepted.identity->certificateHash,
                                      std::move(accepted.place), QDeadlineTimer(timeoutMs)}));
    if (!m_sweep.isActive())
        m_sweep.start();
    connect(transport, &QAbstractSocket::disconnected, this, [this, key, transport] {
        const auto found = m_pending.constFind(key);
        if (found != m_pending.constEnd() && (*found)->transport == transport)
            m_pending.erase(found);
        transport->deleteLater();
    });
    if (auto* secure = qobject_cast<QSslSocket*>(transport)) {
        secure->setSslConfiguration(accepted.identity->configuration);
        if (accepted.retryAfter)
            refuse(*secure, *accepted.retryAfter);
        else
            connect(secure, &QSslSocket::encrypted, this, [this, secure] { upgrade(secure); });
        connect(secure, &QAbstractSocket::errorOccurred, secure, [secure] { secure->abort(); });
        secure->startServerEncryption();
    } else {
        upgrade(transport);
    }
}

void SocketUpgrader::refuse(QSslSocket& transport, std::chrono::seconds retryAfter)
{
    // After the request has come: what stays unread would make the close a reset, which may
    // overtake the answer.
    const auto answer = [&transport, retryAfter] {
        transport.readAll();
        transport.write(busyAnswer(retryAfter));
        transport.disconnectFromHost();
    };
    connect(&transport, &QIODevice::readyRead, this, answer, Qt::SingleShotConnection);
}

void SocketUpgrader::clear()
{
    const auto pending = std::exchange(m_pending, {});
    for (const auto& entry : pending) {
        if (entry->transport)
            abortNow(*entry->transport);
    }
}

void SocketUpgrader::abortLate()
{
    // A copy: what is aborted leaves the list.
    for (const auto& entry : QHash(m_pending)) {
        if (!entry->deadline.hasExpired() || !entry->transport)
            continue;
        qCInfo(lcNet) << "handshake timed out";
        abortNow(*entry->transport);
    }
    if (m_pending.isEmpty())
        m_sweep.stop();
}

void SocketUpgrader::upgrade(QTcpSocket* transport)
{
    m_server.handleConnection(transport);
}

void SocketUpgrader::takeUpgraded()
{
    while (auto* socket = m_server.nextPendingConnection()) {
        const auto pending = m_pending.take(peerKey(socket->peerAddress(), socket->peerPort()));
        if (!pending || !pending->transport || socket->subprotocol() != subprotocolName()) {
            socket->close(QWebSocketProtocol::CloseCodePolicyViolated,
                          QStringLiteral("subprotocol impulse.v1 is required"));
            socket->deleteLater();
            continue;
        }
        pending->transport->disconnect(this);
        pending->transport->setParent(socket);
        // Before the first frame is read: Qt's own limit is 2 GB.
        socket->setMaxAllowedIncomingFrameSize(limits::earlyFrame);
        socket->setMaxAllowedIncomingMessageSize(limits::earlyFrame);
        m_receiver(
            {socket, pending->transport, pending->certificateHash, std::move(pending->place)});
    }
}

} // namespace impulse::server
