#include "server/net/WebSocketConnection.h"

#include "common/core/Logging.h"

#include <QSslSocket>
#include <QTimer>
#include <QWebSocket>

namespace impulse::server {

namespace {

/// Head of a whole binary message from a server (RFC 6455, section 5.2): at most 10 bytes.
class FrameHead {
public:
    explicit FrameHead(std::size_t payload)
    {
        constexpr std::uint8_t finalBinary = 0x82;
        constexpr std::uint8_t sizeIn2Bytes = 126;
        constexpr std::uint8_t sizeIn8Bytes = 127;
        m_bytes[0] = finalBinary;
        std::size_t sizeBytes = 0;
        if (payload < sizeIn2Bytes) {
            m_bytes[1] = static_cast<std::uint8_t>(payload);
        } else {
            sizeBytes = payload <= 0xffff ? 2 : 8;
            m_bytes[1] = sizeBytes == 2 ? sizeIn2Bytes : sizeIn8Bytes;
        }
        for (std::size_t i = 0; i < sizeBytes; ++i)
            m_bytes[2 + i] =
                static_cast<std::uint8_t>(std::uint64_t{payload} >> (8 * (sizeBytes - 1 - i)));
        m_size = 2 + sizeBytes;
    }
    View bytes() const { return View(m_bytes).first(m_size); }

private:
    std::array<std::uint8_t, 10> m_bytes{};
    std::size_t m_size = 0;
};

/// QSslSocket gathers what is written in blocks of 16 KB, and a long frame does not go into a block
/// that its head has begun: it would cost twice its size.
constexpr std::size_t longFrame = 8 * 1024;

void write(QTcpSocket& socket, View bytes)
{
    socket.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
}

QByteArray joined(View head, View frame)
{
    QByteArray bytes;
    bytes.reserve(static_cast<qsizetype>(head.size() + frame.size()));
    for (const auto part : {head, frame})
        bytes.append(reinterpret_cast<const char*>(part.data()),
                     static_cast<qsizetype>(part.size()));
    return bytes;
}

} // namespace

WebSocketConnection::WebSocketConnection(UpgradedSocket upgraded, std::string addressKey,
                                         QObject* parent)
    : QObject(parent), m_socket(upgraded.socket), m_transport(upgraded.transport),
      m_plain(qobject_cast<TcpTransport*>(upgraded.transport.data())),
      m_certificateHash(upgraded.certificateHash), m_address(std::move(addressKey)),
      m_place(std::move(upgraded.place))
{
    m_socket->setParent(this);
    m_lastHeard.start();
    connect(m_socket, &QWebSocket::binaryMessageReceived, this,
            &WebSocketConnection::receiveBinary);
    // The frame, not the message: nothing of a text message is gathered.
    connect(m_socket, &QWebSocket::textFrameReceived, this, [this] {
        closeSocket(QWebSocketProtocol::CloseCodeDatatypeNotSupported,
                    QStringLiteral("binary frames only"));
    });
    connect(m_socket, &QWebSocket::pong, this, [this] { m_lastHeard.restart(); });
    // Queued: a close can happen inside a call of the core, which must not be called back then.
    connect(m_socket, &QWebSocket::disconnected, this, &WebSocketConnection::finish,
            Qt::QueuedConnection);
    // A large message on a slow line is life as well.
    if (!m_transport)
        return;
    connect(m_transport, &QIODevice::readyRead, this, [this] {
        m_lastHeard.restart();
        checkQueue();
    });
    // It only passes the signal on, to nobody: a tenth of what a write costs.
    disconnect(m_transport, &QIODevice::bytesWritten, m_socket, nullptr);
}

WebSocketConnection::~WebSocketConnection()
{
    m_socket->disconnect(this);
    if (m_transport)
        m_transport->disconnect(this);
    abort();
}

void WebSocketConnection::send(View frame)
{
    // QWebSocket does not write when it closes, and nothing may follow its closing frame.
    if (m_closing || !m_transport || m_socket->state() != QAbstractSocket::ConnectedState)
        return;
    // Past QWebSocket, which copies each message and leaves head and payload as two pieces. Frames
    // of a server are not masked, so they lie in the socket's buffer as they are, one behind the
    // other, and go out together.
    const FrameHead head(frame.size());
    if (!m_plain && frame.size() >= longFrame) {
        m_transport->write(joined(head.bytes(), frame));
    } else {
        write(*m_transport, head.bytes());
        write(*m_transport, frame);
    }
}

std::size_t WebSocketConnection::queuedBytes() const
{
    if (!m_transport)
        return 0;
    qint64 bytes = m_transport->bytesToWrite();
    if (!m_plain)
        bytes += static_cast<const QSslSocket*>(m_transport.data())->encryptedBytesToWrite();
    return static_cast<std::size_t>(std::max<qint64>(bytes, 0));
}

void WebSocketConnection::admit(std::size_t frameBytes)
{
    m_place.admit();
    m_socket->setMaxAllowedIncomingFrameSize(frameBytes);
    m_socket->setMaxAllowedIncomingMessageSize(frameBytes);
}

void WebSocketConnection::close(CloseCode code, std::string_view reason)
{
    closeSocket(static_cast<quint16>(code),
                QString::fromUtf8(reason.data(), static_cast<qsizetype>(reason.size())));
}

void WebSocketConnection::closeSocket(quint16 code, const QString& reason)
{
    if (m_closing)
        return;
    m_closing = true;
    QTimer::singleShot(closeTimeoutMs, this, &WebSocketConnection::cutOff);
    m_socket->close(static_cast<QWebSocketProtocol::CloseCode>(code), reason);
}

void WebSocketConnection::cutOff()
{
    abort();
    finish();
}

void WebSocketConnection::abort()
{
    if (m_plain)
        m_plain->discardQueue();
    m_socket->abort();
}

void WebSocketConnection::checkQueue()
{
    if (m_closing || queuedBytes() <= mostQueued)
        return;
    m_closing = true;
    qCInfo(lcNet) << "a connection that does not read is cut off";
    QTimer::singleShot(0, this, &WebSocketConnection::cutOff);
}

void WebSocketConnection::checkAlive(const SilenceLimits& limits)
{
    if (m_lastHeard.hasExpired(limits.cutOffAfterMs)) {
        qCInfo(lcNet) << "a silent connection is cut off";
        cutOff();
    } else if (m_lastHeard.hasExpired(limits.pingAfterMs) &&
               (!m_lastPing.isValid() || m_lastPing.hasExpired(limits.pingAfterMs))) {
        m_lastPing.restart();
        m_socket->ping();
    }
}

void WebSocketConnection::receiveBinary(const QByteArray& message)
{
    if (m_closing)
        return;
    Q_EMIT frameReceived({reinterpret_cast<const std::uint8_t*>(message.constData()),
                          static_cast<std::size_t>(message.size())});
}

void WebSocketConnection::finish()
{
    if (std::exchange(m_finished, true))
        return;
    m_closing = true;
    Q_EMIT closed();
}

} // namespace impulse::server
