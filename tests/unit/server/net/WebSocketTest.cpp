#include "tests/unit/server/net/EchoServer.h"

using namespace impulse;
using namespace impulse::tests::sockets;

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
