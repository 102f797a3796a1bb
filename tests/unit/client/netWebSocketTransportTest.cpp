#include "client/net/WebSocketTransport.h"
#include "common/core/Limits.h"
#include "tests/support/Catch.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QTcpServer>
#include <QTcpSocket>
#include <QWebSocket>
#include <QWebSocketServer>

#include <functional>

using namespace impulse;
using namespace impulse::client;
using namespace std::chrono_literals;

namespace {

bool waitUntil(const std::function<bool()>& condition, std::chrono::milliseconds limit = 5s)
{
    const QDeadlineTimer deadline(limit);
    while (!condition() && !deadline.hasExpired())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 20);
    return condition();
}

QByteArray readFixture(const QString& name)
{
    QFile file(QStringLiteral(IMPULSE_SOURCE_DIR "/tests/support/tls/") + name);
    REQUIRE(file.open(QIODevice::ReadOnly));
    return file.readAll();
}

/// A WebSocket server of the test's own that keeps what it got.
struct Server {
    explicit Server(QWebSocketServer::SslMode mode = QWebSocketServer::NonSecureMode,
                    const QStringList& subprotocols = {QStringLiteral("impulse.v1")})
        : socketServer(QStringLiteral("test"), mode)
    {
        socketServer.setSupportedSubprotocols(subprotocols);
        if (mode == QWebSocketServer::SecureMode) {
            QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
            configuration.setLocalCertificate(certificate());
            configuration.setPrivateKey(
                QSslKey(readFixture(QStringLiteral("server-key.pem")), QSsl::Ec));
            socketServer.setSslConfiguration(configuration);
        }
        REQUIRE(socketServer.listen(QHostAddress::LocalHost));
        QObject::connect(&socketServer, &QWebSocketServer::newConnection, &socketServer, [this] {
            peer = socketServer.nextPendingConnection();
            peer->setParent(&socketServer);
            QObject::connect(peer, &QWebSocket::binaryMessageReceived, &socketServer,
                             [this](const QByteArray& frame) { frames.push_back(frame); });
            QObject::connect(peer, &QWebSocket::disconnected, &socketServer,
                             [this] { peerGone = true; });
        });
    }

    static QSslCertificate certificate()
    {
        return QSslCertificate(readFixture(QStringLiteral("server-cert.pem")));
    }

    ServerLink link() const
    {
        ServerLink result;
        result.host = QStringLiteral("127.0.0.1");
        result.port = socketServer.serverPort();
        result.tls = socketServer.secureMode() == QWebSocketServer::SecureMode;
        return result;
    }

    QWebSocketServer socketServer;
    QWebSocket* peer = nullptr;
    QList<QByteArray> frames;
    bool peerGone = false;
};

/// Upgrades the connection and then never says anything again (RFC 6455, section 4.2.2).
struct MuteServer {
    MuteServer()
    {
        REQUIRE(listener.listen(QHostAddress::LocalHost));
        QObject::connect(&listener, &QTcpServer::newConnection, &listener, [this] {
            QTcpSocket* socket = listener.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
                request += socket->readAll();
                if (upgraded || !request.contains("\r\n\r\n"))
                    return;
                upgraded = true;
                const QByteArray name = "Sec-WebSocket-Key: ";
                const qsizetype begin = request.indexOf(name) + name.size();
                const QByteArray key = request.mid(begin, request.indexOf("\r\n", begin) - begin);
                const QByteArray accept = QCryptographicHash::hash(
                    QByteArray(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"),
                    QCryptographicHash::Sha1);
                socket->write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                              "Connection: Upgrade\r\nSec-WebSocket-Protocol: impulse.v1\r\n"
                              "Sec-WebSocket-Accept: " +
                              accept.toBase64() + "\r\n\r\n");
            });
        });
    }

    QTcpServer listener;
    QByteArray request;
    bool upgraded = false;
};

struct Caller {
    explicit Caller(TransportTimes times = {}) : transport(times)
    {
        QObject::connect(&transport, &Transport::opened, &transport,
                         [this](const Hash32& hash) { opened = hash; });
        QObject::connect(&transport, &Transport::received, &transport,
                         [this](const Bytes& frame) { frames.push_back(frame); });
        QObject::connect(&transport, &Transport::closed, &transport,
                         [this](TransportError error) { closed.push_back(error); });
    }

    WebSocketTransport transport;
    std::optional<Hash32> opened;
    std::vector<Bytes> frames;
    std::vector<TransportError> closed;
};

} // namespace

TEST_CASE("Binary frames pass both ways and a plain connection has no channel hash")
{
    Server server;
    Caller client;
    client.transport.open(server.link());
    REQUIRE(waitUntil([&] { return client.opened && server.peer; }));
    CHECK(client.opened->isZero());
    CHECK(server.peer->subprotocol() == QLatin1String("impulse.v1"));

    const Bytes large(limits::frame - 1, 7);
    client.transport.send(large);
    REQUIRE(waitUntil([&] { return server.frames.size() == 1; }));
    CHECK(server.frames[0] == QByteArray(static_cast<int>(large.size()), 7));
    server.peer->sendBinaryMessage(QByteArray(3, 'x'));
    REQUIRE(waitUntil([&] { return client.frames.size() == 1; }));
    CHECK(client.frames[0] == Bytes(3, 'x'));

    client.transport.send(Bytes(1, 1));
    client.transport.close();
    REQUIRE(waitUntil([&] { return server.peerGone; }));
    CHECK(server.frames.size() == 2);
    CHECK(client.closed.empty());
}

TEST_CASE("A self-made certificate is accepted and its hash handed on")
{
    Server server(QWebSocketServer::SecureMode);
    Caller client;
    client.transport.open(server.link());
    REQUIRE(waitUntil([&] { return client.opened.has_value(); }));
    const QByteArray digest = Server::certificate().digest(QCryptographicHash::Sha256);
    CHECK(toHex(*client.opened) == digest.toHex().toStdString());
}

TEST_CASE("Plain text from a TLS port and TLS to a plain port are failures, not hangs")
{
    Server server;
    ServerLink link = server.link();
    link.tls = true;
    Caller client(TransportTimes{2s, 1s});
    client.transport.open(link);
    REQUIRE(waitUntil([&] { return !client.closed.empty(); }));
    CHECK_FALSE(client.opened);
}

TEST_CASE("A server of another protocol is refused")
{
    SECTION("without our subprotocol")
    {
        Server server(QWebSocketServer::NonSecureMode, {});
        Caller client;
        client.transport.open(server.link());
        REQUIRE(waitUntil([&] { return !client.closed.empty(); }));
        CHECK_FALSE(client.opened);
    }
    SECTION("that sends text")
    {
        Server server;
        Caller client;
        client.transport.open(server.link());
        REQUIRE(waitUntil([&] { return client.opened && server.peer; }));
        server.peer->sendTextMessage(QStringLiteral("hello"));
        REQUIRE(waitUntil([&] { return !client.closed.empty(); }));
        CHECK(client.closed == std::vector{TransportError::NotThisProtocol});
        CHECK(client.frames.empty());
    }
    SECTION("that sends more than a frame may hold")
    {
        Server server;
        Caller client;
        client.transport.open(server.link());
        REQUIRE(waitUntil([&] { return client.opened && server.peer; }));
        server.peer->sendBinaryMessage(QByteArray(limits::frame + 1, 'x'));
        REQUIRE(waitUntil([&] { return !client.closed.empty(); }));
        CHECK(client.closed == std::vector{TransportError::NotThisProtocol});
        CHECK(client.frames.empty());
    }
}

TEST_CASE("Nobody there, a silent handshake and a dead peer end in time, once")
{
    SECTION("nobody there")
    {
        quint16 port = 0;
        {
            QTcpServer placeholder;
            REQUIRE(placeholder.listen(QHostAddress::LocalHost));
            port = placeholder.serverPort();
        }
        ServerLink link;
        link.host = QStringLiteral("127.0.0.1");
        link.port = port;
        link.tls = false;
        Caller client;
        client.transport.open(link);
        REQUIRE(waitUntil([&] { return !client.closed.empty(); }));
        CHECK(client.closed == std::vector{TransportError::Unreachable});
    }
    SECTION("a peer that accepts and says nothing")
    {
        QTcpServer silent;
        REQUIRE(silent.listen(QHostAddress::LocalHost));
        ServerLink link;
        link.host = QStringLiteral("127.0.0.1");
        link.port = silent.serverPort();
        link.tls = false;
        Caller client(TransportTimes{200ms, 1s});
        client.transport.open(link);
        REQUIRE(waitUntil([&] { return !client.closed.empty(); }));
        CHECK(client.closed == std::vector{TransportError::Timeout});
    }
    SECTION("a peer that stops answering pings")
    {
        MuteServer server;
        ServerLink link;
        link.host = QStringLiteral("127.0.0.1");
        link.port = server.listener.serverPort();
        link.tls = false;
        Caller client(TransportTimes{2s, 100ms});
        client.transport.open(link);
        REQUIRE(waitUntil([&] { return client.opened.has_value(); }));
        REQUIRE(waitUntil([&] { return !client.closed.empty(); }));
        CHECK(client.closed == std::vector{TransportError::Timeout});
    }
    SECTION("a peer that answers pings stays")
    {
        Server server;
        Caller client(TransportTimes{2s, 100ms});
        client.transport.open(server.link());
        REQUIRE(waitUntil([&] { return client.opened.has_value(); }));
        CHECK_FALSE(waitUntil([&] { return !client.closed.empty(); }, 500ms));
    }
    SECTION("a peer that goes")
    {
        Server server;
        Caller client;
        client.transport.open(server.link());
        REQUIRE(waitUntil([&] { return client.opened && server.peer; }));
        server.peer->abort();
        REQUIRE(waitUntil([&] { return !client.closed.empty(); }));
        CHECK(client.closed == std::vector{TransportError::Closed});
        client.transport.open(server.link());
        client.opened.reset();
        CHECK(waitUntil([&] { return client.opened.has_value(); }));
    }
}
