#include "common/protocol/Codec.h"
#include "tests/unit/server/net/EchoServer.h"

#include <QElapsedTimer>
#include <QNetworkRequest>
#include <QSslSocket>

using namespace impulse;
using namespace impulse::tests::sockets;

namespace {

constexpr std::chrono::seconds zero{0};

/// What a newcomer without room is answered: the seconds of Retry-After in a 503.
std::chrono::seconds retryAfterIn(const QByteArray& answer)
{
    const auto lines = answer.split('\n');
    CHECK(lines.value(0) == "HTTP/1.1 503 Service Unavailable\r");
    for (const auto& line : lines) {
        if (line.startsWith("Retry-After: "))
            return std::chrono::seconds(line.mid(13).trimmed().toInt());
    }
    return zero;
}

std::chrono::seconds retryAfter(RawClient& client)
{
    CHECK(client.waitClosed());
    return retryAfterIn(client.socket.readAll());
}

std::chrono::seconds retryAfter(const EchoServer& server)
{
    RawClient client(server);
    return retryAfter(client);
}

CertificateFiles testCertificate()
{
    const QString folder = QStringLiteral(IMPULSE_SOURCE_DIR "/tests/support/tls/");
    auto files = CertificateFiles::withKey(folder + QStringLiteral("server-cert.pem"),
                                           folder + QStringLiteral("server-key.pem"));
    REQUIRE(files);
    return *std::move(files);
}

} // namespace

TEST_CASE("who finds no room is told when to come again")
{
    ConnectionLimits limits{100, 100, 100};
    SECTION("in all")
    {
        limits.total = 1;
    }
    SECTION("of one address")
    {
        limits.perAddress = 1;
    }
    SECTION("without a login")
    {
        limits.unauthenticated = 1;
    }
    EchoServer server(CertificateFiles::none(), {}, limits);
    Client first;
    REQUIRE(first.open(server.url()));
    for (int i = 0; i < 3; ++i)
        CHECK(retryAfter(server) == retryAfterLimit);
    // Also if its handshake is there before the answer.
    RawClient eager(server);
    eager.socket.write(handshake(server));
    eager.socket.flush();
    CHECK(retryAfter(eager) == retryAfterLimit);
    CHECK(server.counter.total() == 1);
    CHECK(server.counts.opened == 1);
    // And it comes true.
    first.socket.abort();
    REQUIRE(waitUntil([&] { return server.counter.total() == 0; }));
    Client again;
    CHECK(again.open(server.url()));
}

TEST_CASE("a server that drains sends newcomers away with a time, and then takes them again")
{
    EchoServer server;
    server.listener.setRefusing(true);
    CHECK(retryAfter(server) == retryAfterDrain);
    CHECK(server.counter.total() == 0);
    server.listener.setRefusing(false);
    Client client;
    CHECK(client.open(server.url()));
}

TEST_CASE("who finds an I/O thread's queue full is told when to come again")
{
    ConnectionCounter counter({100, 100, 100});
    Listener listener(CertificateFiles::none(), counter, false,
                      {[](const AcceptedSocket&) { return false; }});
    REQUIRE(listener.listen(QHostAddress::LocalHost, 0));
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, listener.serverPort());
    CHECK(waitUntil([&] { return socket.bytesAvailable() > 0; }));
    CHECK(socket.readAll().contains("\r\nRetry-After: 10\r\n"));
    CHECK(counter.total() == 0);
}

TEST_CASE("over TLS who finds no room is told so after the handshake")
{
    EchoServer server(testCertificate(), {}, {1, 100, 100});
    RawClient first(server);
    REQUIRE(waitUntil([&] { return server.counter.total() == 1; }));
    auto expected = retryAfterLimit;
    SECTION("because of a limit") {}
    SECTION("because the server drains")
    {
        server.listener.setRefusing(true);
        expected = retryAfterDrain;
    }
    QSslSocket second;
    second.setPeerVerifyMode(QSslSocket::VerifyNone);
    second.connectToHostEncrypted(QStringLiteral("127.0.0.1"), server.listener.serverPort());
    REQUIRE(waitUntil([&] { return second.isEncrypted(); }));
    second.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    REQUIRE(waitUntil([&] { return second.state() == QAbstractSocket::UnconnectedState; }));
    CHECK(retryAfterIn(second.readAll()) == expected);
    CHECK(server.counter.total() == 1);
}

TEST_CASE("over TLS a crowd that finds no room gets a bounded number of handshakes")
{
    constexpr int crowd = 4 * Listener::toldOverTlsPerSecond;
    EchoServer server(testCertificate(), {}, {1, 1000, 1000});
    RawClient first(server);
    REQUIRE(waitUntil([&] { return server.counter.total() == 1; }));
    QElapsedTimer elapsed;
    elapsed.start();
    std::vector<std::unique_ptr<QSslSocket>> sockets;
    int encrypted = 0;
    int gone = 0;
    for (int i = 0; i < crowd; ++i) {
        auto& socket = *sockets.emplace_back(std::make_unique<QSslSocket>());
        socket.setPeerVerifyMode(QSslSocket::VerifyNone);
        QObject::connect(&socket, &QSslSocket::encrypted, &socket, [&] { ++encrypted; });
        QObject::connect(&socket, &QSslSocket::stateChanged, &socket,
                         [&](auto state) { gone += state == QAbstractSocket::UnconnectedState; });
        socket.connectToHostEncrypted(QStringLiteral("127.0.0.1"), server.listener.serverPort());
    }
    // Those with a handshake say nothing, and have 2 s for it.
    REQUIRE(waitUntil([&] { return gone == crowd; }));
    const auto seconds = static_cast<int>(elapsed.elapsed() / 1000) + 1;
    CHECK(encrypted >= Listener::toldOverTlsPerSecond);
    CHECK(encrypted <= seconds * Listener::toldOverTlsPerSecond);
}

TEST_CASE("behind a proxy who finds no room is told when to come again, in words and as data")
{
    IoSettings settings;
    settings.behindProxy = true;
    EchoServer server(CertificateFiles::none(), settings, {100, 1, 100});
    const auto connectAs = [&](Client& client, const char* address) {
        QNetworkRequest request(server.url());
        request.setRawHeader("X-Forwarded-For", address);
        QWebSocketHandshakeOptions options;
        options.setSubprotocols({QStringLiteral("impulse.v1")});
        QObject::connect(&client.socket, &QWebSocket::disconnected, &client.socket,
                         [&client] { client.closed = true; });
        client.socket.open(request, options);
    };
    Client first;
    connectAs(first, "192.0.2.1");
    REQUIRE(waitUntil([&] { return server.counts.opened == 1; }));
    Client second;
    connectAs(second, "192.0.2.1");
    REQUIRE(second.waitClosed());
    CHECK(second.socket.closeCode() == QWebSocketProtocol::CloseCodePolicyViolated);
    CHECK(second.socket.closeReason() ==
          QLatin1String("too many connections, come back after 10 s"));
    REQUIRE(second.messages.size() == 1);
    const auto frame = protocol::decodeServerFrame(
        {reinterpret_cast<const std::uint8_t*>(second.messages[0].constData()),
         static_cast<std::size_t>(second.messages[0].size())});
    REQUIRE(frame);
    const auto* push = std::get_if<protocol::AnyPush>(&*frame);
    REQUIRE(push);
    const auto* closing = std::get_if<protocol::ClosingPush>(push);
    REQUIRE(closing);
    CHECK(closing->reason == protocol::ErrorCode::RateLimited);
    CHECK(closing->retryAfterMs == 10'000);
    CHECK(server.counts.opened == 1);
    CHECK(waitUntil([&] { return server.counter.total() == 1; }));
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
