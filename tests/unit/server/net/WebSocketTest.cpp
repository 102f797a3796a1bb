#include "common/core/Limits.h"
#include "server/net/IoThread.h"
#include "server/net/Listener.h"
#include "server/net/WebSocketConnection.h"
#include "tests/support/Catch.h"
#include "tests/support/EventLoop.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslSocket>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

#include <atomic>
#include <cstdlib>

using namespace impulse;
using namespace impulse::server;
using impulse::tests::waitUntil;

namespace {

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

QByteArray handshake(const EchoServer& server, const QByteArray& subprotocol = "impulse.v1")
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
bool makeCertificate(const QTemporaryDir& dir, const QString& name)
{
    const QString command =
        QStringLiteral("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                       "-days 2 -subj '/CN=%1' -keyout '%2/key.pem' -out '%2/certificate.pem' "
                       ">/dev/null 2>&1")
            .arg(name, dir.path());
    // No QProcess: see tests/CMakeLists.txt.
    return std::system(command.toLocal8Bit().constData()) == 0; // NOLINT(concurrency-mt-unsafe)
}

} // namespace

TEST_CASE("binary frames pass, and a stop says goodbye and closes")
{
    EchoServer server;
    Client client;
    REQUIRE(client.open(server.url()));
    client.socket.sendBinaryMessage("hello");
    REQUIRE(waitUntil([&] { return client.messages.size() == 2; }));
    CHECK(client.messages.at(0) == QByteArray(32, '\0'));
    CHECK(client.messages.at(1) == "hello");
    server.thread.stop();
    REQUIRE(client.waitClosed());
    CHECK(client.messages.last() == "goodbye");
    CHECK(client.socket.closeCode() == QWebSocketProtocol::CloseCodeGoingAway);
    CHECK(server.counts.closed == 1);
    CHECK(server.counter.total() == 0);
}

namespace {

/// Sizes around those where the head of a frame grows (RFC 6455, section 5.2), many at once, and a
/// ping in between, which the socket answers by itself.
void echoAllSizes(Client& client)
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

} // namespace

TEST_CASE("messages of every form of size pass in order")
{
    EchoServer server;
    Client client;
    REQUIRE(client.open(server.url()));
    echoAllSizes(client);
}

TEST_CASE("frames are not read after a pause")
{
    EchoServer server;
    Client client;
    REQUIRE(client.open(server.url()));
    REQUIRE(waitUntil([&] { return client.messages.size() == 1; }));
    server.thread.pause();
    client.socket.sendBinaryMessage("late");
    client.socket.flush();
    server.thread.stop();
    REQUIRE(client.waitClosed());
    CHECK(server.counts.received == 0);
}

TEST_CASE("a text frame closes with 1003")
{
    EchoServer server;
    Client client;
    REQUIRE(client.open(server.url()));
    client.socket.sendTextMessage(QStringLiteral("hello"));
    REQUIRE(client.waitClosed());
    CHECK(client.socket.closeCode() == QWebSocketProtocol::CloseCodeDatatypeNotSupported);
    CHECK(server.counts.received == 0);
}

TEST_CASE("the subprotocol is required")
{
    EchoServer server;
    Client none;
    none.open(server.url(), {});
    CHECK(none.waitClosed());
    Client other;
    other.open(server.url(), QStringLiteral("other.v1"));
    CHECK(other.waitClosed());
    CHECK(server.counts.opened == 0);
    CHECK(waitUntil([&] { return server.counter.total() == 0; }));
}

TEST_CASE("the largest frame passes and a larger one closes with 1009")
{
    EchoServer server;
    Client client;
    REQUIRE(client.open(server.url()));
    std::size_t largest = limits::earlyFrame;
    int frames = 0;
    SECTION("of a stranger") {}
    SECTION("of somebody who has logged in")
    {
        largest = limits::frame;
        // Behind each other, as a client may send them.
        client.socket.sendBinaryMessage("log in");
        ++frames;
    }
    client.socket.sendBinaryMessage(QByteArray(static_cast<qsizetype>(largest), 'x'));
    ++frames;
    REQUIRE(waitUntil([&] { return client.messages.size() == 1 + frames; }));
    CHECK(client.messages.back().size() == static_cast<qsizetype>(largest));
    client.socket.sendBinaryMessage(QByteArray(static_cast<qsizetype>(largest) + 1, 'x'));
    REQUIRE(client.waitClosed());
    CHECK(client.socket.closeCode() == QWebSocketProtocol::CloseCodeTooMuchData);
    CHECK(server.counts.received == static_cast<std::size_t>(frames));
}

TEST_CASE("a frame head that announces a gigabyte is refused before the bytes come")
{
    EchoServer server;
    RawClient client(server);
    client.socket.write(handshake(server));
    REQUIRE(waitUntil([&] { return server.counts.opened == 1; }));
    // FIN + binary, masked, 64-bit length 2^30, mask 0.
    client.socket.write(QByteArray::fromHex("82ff000000004000000000000000"));
    CHECK(client.waitClosed());
    CHECK(waitUntil([&] { return server.counts.closed == 1; }));
    CHECK(server.counts.received == 0);
}

TEST_CASE("a frame cut off by the end of the connection is dropped")
{
    EchoServer server;
    RawClient client(server);
    client.socket.write(handshake(server));
    REQUIRE(waitUntil([&] { return server.counts.opened == 1; }));
    client.socket.write(QByteArray::fromHex("82fe100000000000") + QByteArray(100, 'x'));
    client.socket.flush();
    client.socket.disconnectFromHost();
    CHECK(waitUntil([&] { return server.counts.closed == 1; }));
    CHECK(server.counts.received == 0);
    CHECK(waitUntil([&] { return server.counter.total() == 0; }));
}

TEST_CASE("an unmasked or reserved frame closes the connection")
{
    EchoServer server;
    RawClient client(server);
    client.socket.write(handshake(server));
    REQUIRE(waitUntil([&] { return server.counts.opened == 1; }));
    SECTION("reserved opcode")
    {
        client.socket.write(QByteArray::fromHex("8b8000000000"));
    }
    SECTION("reserved bits")
    {
        client.socket.write(QByteArray::fromHex("f28000000000"));
    }
    CHECK(client.waitClosed());
    CHECK(server.counts.received == 0);
}

TEST_CASE("a connection that pings and reads nothing does not fill the memory")
{
    EchoServer server;
    RawClient client(server);
    client.socket.setReadBufferSize(1024);
    client.socket.write(handshake(server));
    REQUIRE(waitUntil([&] { return server.counts.opened == 1; }));
    // FIN + ping, masked, 125 bytes, mask 0. The pongs come back and are not read.
    const QByteArray ping = QByteArray::fromHex("89fd00000000") + QByteArray(125, 'x');
    const QByteArray pings = ping.repeated(8192);
    const auto enough = 4 * qint64(WebSocketConnection::mostQueued);
    qint64 sent = 0;
    while (sent < enough && server.counts.closed == 0) {
        if (client.socket.state() == QAbstractSocket::ConnectedState)
            client.socket.write(pings);
        sent += pings.size();
        if (!waitUntil(
                [&] { return client.socket.bytesToWrite() == 0 || server.counts.closed > 0; }))
            break;
    }
    CHECK(waitUntil([&] { return server.counts.closed == 1; }));
    CHECK(sent > qint64(WebSocketConnection::mostQueued));
}

TEST_CASE("a silent or slow handshake is cut off in time")
{
    IoSettings settings;
    settings.handshakeTimeoutMs = 300;
    EchoServer server(CertificateFiles::none(), settings);
    RawClient silent(server);
    RawClient slow(server);
    slow.socket.write(handshake(server).left(60));
    REQUIRE(waitUntil([&] { return server.counter.total() == 2; }));
    Client good;
    REQUIRE(good.open(server.url()));
    CHECK(silent.waitClosed());
    CHECK(slow.waitClosed());
    CHECK(waitUntil([&] { return server.counter.total() == 1; }));
    good.socket.sendBinaryMessage("still here");
    CHECK(waitUntil([&] { return good.messages.size() == 2; }));
}

TEST_CASE("a silent or slow TLS handshake is cut off in time")
{
    const QString fixtures = QStringLiteral(IMPULSE_SOURCE_DIR "/tests/support/tls/");
    auto files = CertificateFiles::withKey(fixtures + QStringLiteral("server-cert.pem"),
                                           fixtures + QStringLiteral("server-key.pem"));
    REQUIRE(files);
    IoSettings settings;
    settings.handshakeTimeoutMs = 300;
    EchoServer server(std::move(*files), settings);
    RawClient silent(server);
    RawClient slow(server);
    // The head of a TLS record that announces 512 bytes, and of the ClientHello in it.
    slow.socket.write(QByteArray::fromHex("160301020001000001"));
    REQUIRE(waitUntil([&] { return server.counter.total() == 2; }));
    CHECK(silent.waitClosed());
    CHECK(slow.waitClosed());
    CHECK(waitUntil([&] { return server.counter.total() == 0; }));
    CHECK(server.counts.opened == 0);
}

TEST_CASE("what is no WebSocket handshake is closed")
{
    EchoServer server;
    RawClient client(server);
    SECTION("plain HTTP")
    {
        client.socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    SECTION("rubbish")
    {
        client.socket.write(QByteArray(2'000'000, '\x01'));
    }
    CHECK(client.waitClosed());
    CHECK(server.counts.opened == 0);
    CHECK(waitUntil([&] { return server.counter.total() == 0; }));
}

TEST_CASE("connections are limited in all and per address")
{
    SECTION("per address")
    {
        EchoServer server(CertificateFiles::none(), {}, {100, 2, 100});
        RawClient first(server);
        RawClient second(server);
        RawClient third(server);
        CHECK(third.waitClosed());
        CHECK(server.counter.total() == 2);
        first.socket.abort();
        REQUIRE(waitUntil([&] { return server.counter.total() == 1; }));
        Client again;
        CHECK(again.open(server.url()));
    }
    SECTION("in all")
    {
        // Who has logged in makes room for others.
        EchoServer server(CertificateFiles::none(), {}, {100, 100, 2});
        Client first;
        Client second;
        Client third;
        CHECK(first.open(server.url()));
        CHECK(second.open(server.url()));
        CHECK_FALSE(third.open(server.url()));
        first.socket.sendBinaryMessage("log in");
        REQUIRE(waitUntil([&] { return first.messages.size() == 2; }));
        Client fourth;
        CHECK(fourth.open(server.url()));
    }
    {
        EchoServer server(CertificateFiles::none(), {}, {1, 100, 100});
        RawClient first(server);
        RawClient second(server);
        CHECK(second.waitClosed());
        CHECK(server.counter.total() == 1);
    }
}

TEST_CASE("behind a proxy addresses are those that the proxy names")
{
    IoSettings settings;
    settings.behindProxy = true;
    EchoServer server(CertificateFiles::none(), settings, {100, 1, 100});
    const auto connectAs = [&](RawClient& client, const QByteArray& address) {
        client.socket.write(handshake(server).chopped(2) + "X-Forwarded-For: 198.51.100.9, " +
                            address + "\r\n\r\n");
    };
    RawClient first(server);
    connectAs(first, "192.0.2.1");
    REQUIRE(waitUntil([&] { return server.counts.opened == 1; }));
    RawClient other(server);
    connectAs(other, "192.0.2.2");
    REQUIRE(waitUntil([&] { return server.counts.opened == 2; }));
    RawClient same(server);
    connectAs(same, "192.0.2.1");
    CHECK(same.waitClosed());
    CHECK(server.counts.opened == 2);
}

TEST_CASE("limit keys join the /64 of IPv6 and mapped IPv4")
{
    CHECK(limitKey(QHostAddress(QStringLiteral("2001:db8::1"))) ==
          limitKey(QHostAddress(QStringLiteral("2001:db8::ffff:2"))));
    CHECK(limitKey(QHostAddress(QStringLiteral("2001:db8::1"))) !=
          limitKey(QHostAddress(QStringLiteral("2001:db8:0:1::1"))));
    CHECK(limitKey(QHostAddress(QStringLiteral("::ffff:192.0.2.1"))) ==
          limitKey(QHostAddress(QStringLiteral("192.0.2.1"))));
}

TEST_CASE("plain ws is for loopback or a proxy")
{
    CHECK(plainRefusal(QHostAddress::LocalHost, false, false).isEmpty());
    CHECK(plainRefusal(QHostAddress::LocalHostIPv6, false, false).isEmpty());
    CHECK_FALSE(plainRefusal(QHostAddress::AnyIPv4, false, false).isEmpty());
    CHECK(plainRefusal(QHostAddress::AnyIPv4, true, false).isEmpty());
    CHECK(plainRefusal(QHostAddress::AnyIPv4, false, true).isEmpty());
}

TEST_CASE("TLS with a self-signed certificate, renewed while running (skipped without openssl)")
{
    QTemporaryDir dir;
    if (!makeCertificate(dir, QStringLiteral("first")))
        IMPULSE_SKIP("no openssl");
    const auto certificate = dir.filePath(QStringLiteral("certificate.pem"));
    const auto key = dir.filePath(QStringLiteral("key.pem"));
    auto files = CertificateFiles::withKey(certificate, key);
    REQUIRE(files);
    EchoServer server(*std::move(files));
    CHECK(server.listener.encrypts());

    const auto hashSeenBy = [&](Client& client) {
        QObject::connect(&client.socket, &QWebSocket::sslErrors, &client.socket,
                         [&client] { client.socket.ignoreSslErrors(); });
        REQUIRE(client.open(server.url()));
        REQUIRE(waitUntil([&] { return !client.messages.isEmpty(); }));
        const auto leaf = client.socket.sslConfiguration().peerCertificate();
        CHECK(client.messages.first() == leaf.digest(QCryptographicHash::Sha256));
        return client.messages.first();
    };
    Client first;
    const auto firstHash = hashSeenBy(first);

    REQUIRE(makeCertificate(dir, QStringLiteral("second")));
    QThread::msleep(1100);
    Client second;
    CHECK(hashSeenBy(second) != firstHash);

    // A renewal gone wrong leaves the last good pair in use.
    QFile broken(certificate);
    REQUIRE(broken.open(QIODevice::WriteOnly | QIODevice::Truncate));
    broken.write("-----BEGIN CERTIFICATE-----\n");
    broken.close();
    QThread::msleep(1100);
    Client third;
    CHECK(hashSeenBy(third) == second.messages.first());
    echoAllSizes(third);

    first.socket.sendBinaryMessage("old connections stay");
    CHECK(waitUntil([&] { return first.messages.size() == 2; }));
    server.thread.stop();
    CHECK(first.waitClosed());
}

TEST_CASE("behind a proxy its certificate counts, also after a renewal (skipped without openssl)")
{
    QTemporaryDir dir;
    if (!makeCertificate(dir, QStringLiteral("first")))
        IMPULSE_SKIP("no openssl");
    const auto path = dir.filePath(QStringLiteral("certificate.pem"));
    auto files = CertificateFiles::ofProxy(path);
    REQUIRE(files);
    IoSettings settings;
    settings.behindProxy = true;
    EchoServer server(*std::move(files), settings);
    CHECK_FALSE(server.listener.encrypts());
    // Of the file; the connection itself is plain.
    const auto hashOfFile = [&] {
        return QSslCertificate::fromPath(path).value(0).digest(QCryptographicHash::Sha256);
    };
    const auto hashTold = [&] {
        Client client;
        REQUIRE(client.open(server.url()));
        REQUIRE(waitUntil([&] { return !client.messages.isEmpty(); }));
        return client.messages.first();
    };
    const auto first = hashOfFile();
    CHECK(hashTold() == first);
    REQUIRE(makeCertificate(dir, QStringLiteral("second")));
    CHECK(hashOfFile() != first);
    CHECK(waitUntil([&] { return hashTold() == hashOfFile(); }));
}

TEST_CASE("a plain client on a TLS port is cut off (skipped without openssl)")
{
    QTemporaryDir dir;
    if (!makeCertificate(dir, QStringLiteral("first")))
        IMPULSE_SKIP("no openssl");
    auto files = CertificateFiles::withKey(dir.filePath(QStringLiteral("certificate.pem")),
                                           dir.filePath(QStringLiteral("key.pem")));
    REQUIRE(files);
    EchoServer server(*std::move(files));
    RawClient client(server);
    client.socket.write(handshake(server));
    CHECK(client.waitClosed());
    CHECK(server.counts.opened == 0);
    CHECK(waitUntil([&] { return server.counter.total() == 0; }));
}

TEST_CASE("unusable certificate files are told in words (skipped without openssl)")
{
    QTemporaryDir dir;
    if (!makeCertificate(dir, QStringLiteral("first")))
        IMPULSE_SKIP("no openssl");
    const auto certificate = dir.filePath(QStringLiteral("certificate.pem"));
    const auto missing =
        CertificateFiles::withKey(dir.filePath(QStringLiteral("none.pem")), certificate);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().contains(QLatin1String("none.pem")));
    CHECK_FALSE(CertificateFiles::withKey(certificate, certificate));
    CHECK_FALSE(CertificateFiles::ofProxy(dir.filePath(QStringLiteral("key.pem"))));
    auto proxy = CertificateFiles::ofProxy(certificate);
    REQUIRE(proxy);
    CHECK_FALSE(proxy->encrypts());
    CHECK_FALSE(proxy->current()->certificateHash.isZero());
}
