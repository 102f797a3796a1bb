#include "client/net/WebSocketTransport.h"

#include "common/core/Limits.h"
#include "common/core/Logging.h"
#include "common/protocol/Codec.h"

#include <QNetworkProxyFactory>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

namespace impulse::client {

namespace {

QString subprotocolName()
{
    return QString::fromLatin1(protocol::subprotocol.data(),
                               static_cast<qsizetype>(protocol::subprotocol.size()));
}

QSslConfiguration tlsConfiguration()
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    // Asked for, not judged: who the server is, its signature in the hello says.
    configuration.setPeerVerifyMode(QSslSocket::QueryPeer);
    return configuration;
}

/// The system's proxy that can carry a WebSocket to `server`.
QNetworkProxy proxyFor(const ServerLink& server)
{
    if (server.isLoopback())
        return QNetworkProxy::NoProxy;
    // System settings know http and https, not ws and wss.
    QUrl url = server.url();
    url.setScheme(server.tls ? QStringLiteral("https") : QStringLiteral("http"));
    const auto proxies = QNetworkProxyFactory::systemProxyForQuery(QNetworkProxyQuery(url));
    for (const auto& proxy : proxies) {
        if (proxy.type() == QNetworkProxy::NoProxy ||
            (proxy.capabilities() & QNetworkProxy::TunnelingCapability))
            return proxy;
    }
    return QNetworkProxy::NoProxy;
}

/// SHA-256 of the leaf certificate; zeros without TLS (encryption.md 2.3).
Hash32 channelHash(const QWebSocket& socket, bool tls)
{
    if (!tls)
        return {};
    const QByteArray digest =
        socket.sslConfiguration().peerCertificate().digest(QCryptographicHash::Sha256);
    return Hash32::from(view({digest.constData(), static_cast<std::size_t>(digest.size())}))
        .value_or(Hash32{});
}

} // namespace

WebSocketTransport::WebSocketTransport(TransportTimes times, QObject* parent)
    : Transport(parent), m_times(times)
{
    m_connectTimer.setSingleShot(true);
    connect(&m_connectTimer, &QTimer::timeout, this, [this] { fail(TransportError::Timeout); });
    connect(&m_pingTimer, &QTimer::timeout, this, &WebSocketTransport::onPingDue);
    m_reportTimer.setSingleShot(true);
    connect(&m_reportTimer, &QTimer::timeout, this, [this] { Q_EMIT closed(m_report); });
}

WebSocketTransport::~WebSocketTransport()
{
    dropSocket();
}

void WebSocketTransport::open(const ServerLink& server)
{
    dropSocket();
    m_tls = server.tls;
    if (m_tls && !QSslSocket::supportsSsl()) {
        qCWarning(lcNet) << "this computer has no TLS library";
        fail(TransportError::TlsFailed);
        return;
    }
    m_connectTimer.start(m_times.connect);

    m_socket = new QWebSocket(QString(), QWebSocketProtocol::VersionLatest, this);
    m_socket->setMaxAllowedIncomingFrameSize(limits::frame);
    m_socket->setMaxAllowedIncomingMessageSize(limits::frame);
    m_socket->setProxy(proxyFor(server));
    if (m_tls) {
        m_socket->setSslConfiguration(tlsConfiguration());
        connect(m_socket, &QWebSocket::sslErrors, m_socket,
                [socket = m_socket.data()] { socket->ignoreSslErrors(); });
    }
    connect(m_socket, &QWebSocket::connected, this, &WebSocketTransport::onConnected);
    connect(m_socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray& frame) {
        m_awaitsPong = false;
        Q_EMIT received(toBytes(view({frame.constData(), static_cast<std::size_t>(frame.size())})));
    });
    connect(m_socket, &QWebSocket::textFrameReceived, this,
            [this] { fail(TransportError::NotThisProtocol); });
    connect(m_socket, &QWebSocket::pong, this, [this] { m_awaitsPong = false; });
    connect(m_socket, &QWebSocket::disconnected, this, &WebSocketTransport::onDisconnected);
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    connect(m_socket, &QWebSocket::errorOccurred, this, &WebSocketTransport::onSocketError);
#else
    connect(m_socket, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this,
            &WebSocketTransport::onSocketError);
#endif

    QWebSocketHandshakeOptions options;
    options.setSubprotocols({subprotocolName()});
    m_socket->open(server.url(), options);
}

void WebSocketTransport::send(View frame)
{
    if (!m_open)
        return;
    m_socket->sendBinaryMessage(QByteArray(reinterpret_cast<const char*>(frame.data()),
                                           static_cast<qsizetype>(frame.size())));
}

void WebSocketTransport::close()
{
    if (m_open) {
        m_socket->disconnect(this);
        // Sends what waits and the close frame; the socket then goes by itself.
        m_socket->close();
    }
    dropSocket();
}

void WebSocketTransport::onConnected()
{
    if (m_socket->subprotocol() != subprotocolName()) {
        fail(TransportError::NotThisProtocol);
        return;
    }
    const Hash32 hash = channelHash(*m_socket, m_tls);
    if (m_tls && hash.isZero()) {
        fail(TransportError::TlsFailed);
        return;
    }
    m_connectTimer.stop();
    m_open = true;
    m_awaitsPong = false;
    m_pingTimer.start(m_times.ping);
    Q_EMIT opened(hash);
}

void WebSocketTransport::onPingDue()
{
    if (m_awaitsPong) {
        fail(TransportError::Timeout);
        return;
    }
    m_awaitsPong = true;
    m_socket->ping();
}

void WebSocketTransport::onDisconnected()
{
    switch (m_socket->closeCode()) {
    case QWebSocketProtocol::CloseCodeTooMuchData:
    case QWebSocketProtocol::CloseCodeProtocolError:
        fail(TransportError::NotThisProtocol);
        return;
    default:
        fail(m_open ? TransportError::Closed : TransportError::Unreachable);
    }
}

void WebSocketTransport::onSocketError(QAbstractSocket::SocketError error)
{
    switch (error) {
    case QAbstractSocket::RemoteHostClosedError:
        // disconnected() follows and knows the close code.
        return;
    case QAbstractSocket::SslHandshakeFailedError:
    case QAbstractSocket::SslInternalError:
    case QAbstractSocket::SslInvalidUserDataError:
        fail(TransportError::TlsFailed);
        return;
    default:
        fail(m_open ? TransportError::Closed : TransportError::Unreachable);
    }
}

void WebSocketTransport::fail(TransportError error)
{
    dropSocket();
    m_report = error;
    m_reportTimer.start(0);
}

void WebSocketTransport::dropSocket()
{
    m_open = false;
    m_connectTimer.stop();
    m_pingTimer.stop();
    m_reportTimer.stop();
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->deleteLater();
    m_socket = nullptr;
}

} // namespace impulse::client
