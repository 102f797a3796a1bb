#pragma once

#include "common/core/Limits.h"
#include "server/net/IoThread.h"
#include "server/net/Listener.h"
#include "server/net/WebSocketConnection.h"
#include "tests/support/Catch.h"
#include "tests/support/EventLoop.h"

#include <QFile>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

#include <atomic>
#include <cstdlib>

/// The server's sockets with a host that echoes, and clients that keep to the rules or do not.
namespace impulse::tests::sockets {

using namespace impulse::server;
using impulse::tests::waitUntil;

struct Counts {
    std::atomic<int> opened = 0;
    std::atomic<int> closed = 0;
    std::atomic<std::size_t> received = 0;
    std::atomic<std::size_t> mostQueued = 0;
};

/// Answers every frame with the same bytes; "log in" is followed by larger ones.
class EchoHost final : public ConnectionHost {
public:
    explicit EchoHost(Counts& counts) : m_counts(counts) {}
    void opened(ClientConnection& connection) override
    {
        ++m_counts.opened;
        connection.send(connection.certificateHash());
    }
    void received(ClientConnection& connection, View frame) override
    {
        ++m_counts.received;
        if (std::ranges::equal(frame, view("log in")))
            connection.admit(limits::frame);
        connection.send(frame);
        m_counts.mostQueued = std::max(m_counts.mostQueued.load(), connection.queuedBytes());
    }
    void closed(ClientConnection&) override { ++m_counts.closed; }
    void sayGoodbye(ClientConnection& connection) override { connection.send(view("goodbye")); }
    void tick() override {}

private:
    Counts& m_counts;
};

struct EchoServer {
    explicit EchoServer(CertificateFiles certificates = CertificateFiles::none(),
                        IoSettings settings = {}, ConnectionLimits limits = {100, 100, 100})
        : counter(limits),
          thread(settings, counter, [this] { return std::make_unique<EchoHost>(counts); }),
          listener(std::move(certificates), counter, settings.behindProxy,
                   {[this](AcceptedSocket accepted) { return thread.adopt(std::move(accepted)); }})
    {
        REQUIRE(listener.listen(QHostAddress::LocalHost, 0));
    }
    QUrl url() const
    {
        return QUrl(QStringLiteral("%1://127.0.0.1:%2/")
                        .arg(listener.encrypts() ? QStringLiteral("wss") : QStringLiteral("ws"))
                        .arg(listener.serverPort()));
    }

    Counts counts;
    ConnectionCounter counter;
    IoThread thread;
    Listener listener;
};

struct Client {
    Client()
    {
        QObject::connect(&socket, &QWebSocket::binaryMessageReceived, &socket,
                         [this](const QByteArray& message) { messages << message; });
    }
    bool open(const QUrl& url, const QString& subprotocol = QStringLiteral("impulse.v1"))
    {
        QWebSocketHandshakeOptions options;
        if (!subprotocol.isEmpty())
            options.setSubprotocols({subprotocol});
        QObject::connect(&socket, &QWebSocket::connected, &socket, [this] { connected = true; });
        QObject::connect(&socket, &QWebSocket::disconnected, &socket, [this] { closed = true; });
        socket.open(url, options);
        return waitUntil([this] { return connected || closed; }) && connected;
    }
    bool waitClosed()
    {
        return waitUntil([this] { return closed; });
    }
    QWebSocket socket;
    bool connected = false;
    bool closed = false;
    QByteArrayList messages;
};

inline QByteArray handshake(const EchoServer& server, const QByteArray& subprotocol = "impulse.v1")
{
    return "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(server.listener.serverPort()) +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
           "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: " +
           subprotocol + "\r\n\r\n";
}

struct RawClient {
    explicit RawClient(const EchoServer& server)
    {
        socket.connectToHost(QHostAddress::LocalHost, server.listener.serverPort());
        QObject::connect(&socket, &QTcpSocket::connected, &socket, [this] { connected = true; });
        REQUIRE(waitUntil([this] { return connected; }));
    }
    bool waitClosed()
    {
        return waitUntil([this] { return socket.state() == QAbstractSocket::UnconnectedState; });
    }
    QTcpSocket socket;
    bool connected = false;
};

/// A self-signed certificate by openssl. False: there is no openssl here.
inline bool makeCertificate(const QTemporaryDir& dir, const QString& name)
{
    const QString command =
        QStringLiteral("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                       "-days 2 -subj '/CN=%1' -keyout '%2/key.pem' -out '%2/certificate.pem' "
                       ">/dev/null 2>&1")
            .arg(name, dir.path());
    // No QProcess: see tests/CMakeLists.txt.
    return std::system(command.toLocal8Bit().constData()) == 0; // NOLINT(concurrency-mt-unsafe)
}

/// Sizes around those where the head of a frame grows (RFC 6455, section 5.2), many at once, and a
/// ping in between, which the socket answers by itself.
inline void echoAllSizes(Client& client)
{
    client.socket.sendBinaryMessage("log in");
    REQUIRE(waitUntil([&] { return client.messages.contains("log in"); }));
    client.messages.clear();
    bool ponged = false;
    QObject::connect(&client.socket, &QWebSocket::pong, &client.socket, [&] { ponged = true; });
    QByteArrayList sent;
    for (const auto size : {1, 125, 126, 127, 65535, 65536, 100'000, 2}) {
        sent << QByteArray(size, static_cast<char>('a' + sent.size()));
        client.socket.sendBinaryMessage(sent.last());
        client.socket.ping();
    }
    REQUIRE(waitUntil([&] { return client.messages.size() == sent.size() && ponged; }));
    CHECK(client.messages == sent);
    CHECK_FALSE(client.closed);
}

} // namespace impulse::tests::sockets
