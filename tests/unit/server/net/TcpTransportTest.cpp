#include "server/net/TcpTransport.h"
#include "tests/support/Catch.h"
#include "tests/support/EventLoop.h"

#include <QTcpServer>

using namespace impulse;
using namespace impulse::server;
using impulse::tests::waitUntil;

namespace {

class Server final : public QTcpServer {
public:
    void incomingConnection(qintptr descriptor) override
    {
        transport = std::make_unique<TcpTransport>();
        transport->setSocketDescriptor(descriptor);
    }
    std::unique_ptr<TcpTransport> transport;
};

/// Both ends of a connection; the peer keeps at most 1 KB that was not read, if told to.
struct Ends {
    explicit Ends(qint64 peerKeeps = 0)
    {
        REQUIRE(server.listen(QHostAddress::LocalHost));
        peer.setReadBufferSize(peerKeeps);
        peer.connectToHost(QHostAddress::LocalHost, server.serverPort());
        REQUIRE(waitUntil([this] { return server.transport && peer.isOpen(); }));
        REQUIRE(waitUntil([this] { return peer.state() == QAbstractSocket::ConnectedState; }));
    }
    TcpTransport& transport() { return *server.transport; }
    bool isGone() { return transport().state() == QAbstractSocket::UnconnectedState; }
    bool peerIsGone() { return peer.state() == QAbstractSocket::UnconnectedState; }

    Server server;
    QTcpSocket peer;
};

/// More than the kernel's buffers of both ends take.
constexpr qsizetype muchBytes = qsizetype{24} << 20;

/// No two places of it look alike for long.
QByteArray pattern(qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    for (qsizetype i = 0; i < size; ++i)
        bytes[i] = static_cast<char>((i * 2654435761U) >> 13);
    return bytes;
}

/// Writes in pieces of every size.
void writeInPieces(TcpTransport& transport, const QByteArray& bytes)
{
    qsizetype size = 1;
    for (qsizetype at = 0; at < bytes.size(); size = size * 7 % 40'009 + 1) {
        const auto part = std::min(size, bytes.size() - at);
        REQUIRE(transport.write(bytes.constData() + at, part) == part);
        at += part;
    }
}

} // namespace

TEST_CASE("what is written leaves in order, and nothing is kept of it")
{
    Ends ends;
    const auto sent = pattern(muchBytes);
    writeInPieces(ends.transport(), sent);
    CHECK(ends.transport().bytesToWrite() == muchBytes);
    QByteArray received;
    REQUIRE(waitUntil([&] {
        received += ends.peer.readAll();
        return received.size() >= sent.size();
    }));
    CHECK(received == sent);
    CHECK(ends.transport().bytesToWrite() == 0);
    // And once more, after the queue was empty.
    ends.transport().write("again");
    REQUIRE(waitUntil([&] { return ends.peer.bytesAvailable() == 5; }));
    CHECK(ends.peer.readAll() == "again");
}

TEST_CASE("a close waits for what was written before")
{
    Ends ends;
    const auto sent = pattern(muchBytes);
    writeInPieces(ends.transport(), sent);
    ends.transport().close();
    CHECK_FALSE(ends.isGone());
    // It is closed for writing, and twice is once.
    CHECK(ends.transport().write("late") == -1);
    ends.transport().disconnectFromHost();
    QByteArray received;
    REQUIRE(waitUntil([&] {
        received += ends.peer.readAll();
        return ends.peerIsGone();
    }));
    CHECK(received == sent);
    CHECK(ends.isGone());
}

TEST_CASE("while a close waits, a peer that writes is not gathered in memory")
{
    Ends ends(1024);
    ends.transport().write(pattern(muchBytes));
    ends.transport().close();
    ends.peer.write(pattern(muchBytes));
    // Qt throws away what comes in on a socket that is closed for reading.
    CHECK(waitUntil([&] { return ends.peer.bytesToWrite() == 0; }));
    CHECK(ends.transport().bytesAvailable() == 0);
    CHECK_FALSE(ends.isGone());
}

TEST_CASE("an abort does not wait once the queue is discarded")
{
    Ends ends(1024);
    ends.transport().write(pattern(muchBytes));
    QCoreApplication::processEvents();
    CHECK(ends.transport().bytesToWrite() > 0);
    ends.transport().discardQueue();
    CHECK(ends.transport().bytesToWrite() == 0);
    ends.transport().abort();
    CHECK(ends.isGone());
}

TEST_CASE("a peer that leaves ends the connection, whatever is queued")
{
    Ends ends(1024);
    ends.transport().write(pattern(muchBytes));
    QCoreApplication::processEvents();
    CHECK(ends.transport().bytesToWrite() > 0);
    SECTION("with a reset")
    {
        ends.peer.abort();
    }
    SECTION("while a close waits")
    {
        ends.transport().close();
        ends.peer.abort();
    }
    CHECK(waitUntil([&] { return ends.isGone(); }));
    CHECK(ends.transport().bytesToWrite() == 0);
}
