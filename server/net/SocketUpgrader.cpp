#include "server/net/SocketUpgrader.h"

#include "common/core/Limits.h"
#include "common/core/Logging.h"
#include "common/protocol/Codec.h"

#include <QSslSocket>
#include <QTimer>
#include <QWebSocket>

#include <unistd.h>

namespace impulse::server {

namespace {

QString peerKey(const QHostAddress& address, quint16 port)
{
    return address.toString() + QLatin1Char('|') + QString::number(port);
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
}

void SocketUpgrader::adopt(AcceptedSocket accepted)
{
    auto* transport = accepted.identity->encrypts ? new QSslSocket(this) : new QTcpSocket(this);
    if (!transport->setSocketDescriptor(accepted.descriptor)) {
        ::close(static_cast<int>(accepted.descriptor));
        delete transport;
        return;
    }
    transport->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    transport->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    const auto key = peerKey(transport->peerAddress(), transport->peerPort());
    m_pending.insert(
        key, std::make_shared<Pending>(Pending{transport, accepted.identity->certificateHash,
                                               std::move(accepted.place)}));
    connect(transport, &QAbstractSocket::disconnected, this, [this, key, transport] {
        const auto found = m_pending.constFind(key);
        if (found != m_pending.constEnd() && (*found)->transport == transport)
            m_pending.erase(found);
        transport->deleteLater();
    });
    QTimer::singleShot(m_handshakeTimeoutMs, transport, [this, key, transport] {
        const auto found = m_pending.constFind(key);
        if (found == m_pending.constEnd() || (*found)->transport != transport)
            return;
        qCInfo(lcNet) << "handshake timed out";
        transport->abort();
    });
    if (auto* secure = qobject_cast<QSslSocket*>(transport)) {
        secure->setSslConfiguration(accepted.identity->configuration);
        connect(secure, &QSslSocket::encrypted, this, [this, secure] { upgrade(secure); });
        connect(secure, &QAbstractSocket::errorOccurred, secure, [secure] { secure->abort(); });
        secure->startServerEncryption();
    } else {
        upgrade(transport);
    }
}

void SocketUpgrader::clear()
{
    const auto pending = std::exchange(m_pending, {});
    for (const auto& entry : pending) {
        if (entry->transport)
            entry->transport->abort();
    }
}

void SocketUpgrader::upgrade(QTcpSocket* transport)
{
    m_server.handleConnection(transport);
}

void SocketUpgrader::takeUpgraded()
{
    while (auto* socket = m_server.nextPendingConnection()) {
        const auto pending = m_pending.take(peerKey(socket->peerAddress(), socket->peerPort()));
        if (!pending || socket->subprotocol() != subprotocolName()) {
            socket->close(QWebSocketProtocol::CloseCodePolicyViolated,
                          QStringLiteral("subprotocol impulse.v1 is required"));
            socket->deleteLater();
            continue;
        }
        // Before the first frame is read: Qt's own limit is 2 GB.
        socket->setMaxAllowedIncomingFrameSize(limits::earlyFrame);
        socket->setMaxAllowedIncomingMessageSize(limits::earlyFrame);
        m_receiver(
            {socket, pending->transport, pending->certificateHash, std::move(pending->place)});
    }
}

} // namespace impulse::server
