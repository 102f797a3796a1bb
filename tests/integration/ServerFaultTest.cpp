#include "tests/support/Catch.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/WireClient.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTcpSocket>
#include <QTemporaryDir>

using namespace impulse;
using namespace impulse::tests;
using impulse::test::ServerProcess;
using protocol::ErrorCode;

namespace {

QStringList words(const char* text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

const QStringList open = words("--registration open");

struct Server {
    QTemporaryDir dir;
    QString data = dir.filePath(QStringLiteral("data"));
    ServerProcess process{data};

    QUrl url() const { return QUrl(process.url()); }
};

/// Two people who write to each other, each message after the other has arrived.
class Pair {
public:
    Pair(Server& server, const char* first, const char* second)
        : m_people{TestPerson(first), TestPerson(second)}
    {
        for (std::size_t i = 0; i < 2; ++i) {
            REQUIRE((m_clients[i].open(server.url()) && m_clients[i].hello() &&
                     m_clients[i].registerAs(m_people[i]) && m_clients[i].call(protocol::Sync{})));
        }
    }

    /// True if it was acknowledged and has arrived at the other side.
    bool writeOnce()
    {
        auto& client = m_clients[m_turn];
        auto& other = m_clients[1 - m_turn];
        const auto& self = m_people[m_turn];
        const auto& peer = m_people[1 - m_turn];
        const auto seq = ++m_seqs[m_turn];
        m_turn = 1 - m_turn;
        const auto accepted = client.call(self.event(peer, seq, TestPerson::randomMessageId()));
        return accepted && waitUntil([&] {
                   return std::ranges::any_of(other.pushes, [&](const auto& push) {
                       const auto* event = std::get_if<protocol::EventPush>(&push);
                       return event && event->event.seq == accepted->seq;
                   });
               });
    }

    /// Whose turn it is, and the other.
    WireClient& client() { return m_clients[m_turn]; }
    WireClient& other() { return m_clients[1 - m_turn]; }
    const TestPerson& self() const { return m_people[m_turn]; }
    const TestPerson& peer() const { return m_people[1 - m_turn]; }
    protocol::SendEvent next()
    {
        return m_people[m_turn].event(m_people[1 - m_turn], m_seqs[m_turn] + 1,
                                      TestPerson::randomMessageId());
    }

private:
    TestPerson m_people[2];
    WireClient m_clients[2];
    std::uint64_t m_seqs[2]{};
    std::size_t m_turn = 0;
};

/// A connection that does not keep to the rules.
struct RawClient {
    bool open(const Server& server)
    {
        bool connected = false;
        QObject::connect(&socket, &QTcpSocket::connected, &socket, [&] { connected = true; });
        socket.connectToHost(QStringLiteral("127.0.0.1"),
                             static_cast<quint16>(server.url().port()));
        const bool result = waitUntil([&] { return connected; }, 5000);
        socket.disconnect();
        return result;
    }
    /// The WebSocket handshake and its answer.
    bool upgrade(const Server& server)
    {
        socket.write(
            "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(server.url().port()) +
            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
            "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: impulse.v1\r\n\r\n");
        return waitUntil([this] { return socket.bytesAvailable() > 0; }, 5000) &&
               socket.readAll().startsWith("HTTP/1.1 101");
    }
    bool isClosed() const { return socket.state() == QAbstractSocket::UnconnectedState; }

    QTcpSocket socket;
};

} // namespace

TEST_CASE("a database locked by another program is refused in time, and used again afterwards",
          "[server]")
{
    Server server;
    REQUIRE(server.process.start(open));
    Pair pair(server, "anna", "bert");
    REQUIRE(pair.writeOnce());
    const auto name = QStringLiteral("locker");
    {
        auto database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setDatabaseName(server.data + QStringLiteral("/impulse.db"));
        REQUIRE(database.open());
        REQUIRE(QSqlQuery(database).exec(QStringLiteral("BEGIN IMMEDIATE")));
        QElapsedTimer elapsed;
        elapsed.start();
        CHECK(pair.client().refusal(pair.next()) == ErrorCode::Unavailable);
        CHECK(elapsed.elapsed() < 9000);
        // What is only read is answered meanwhile.
        CHECK(pair.client().call(protocol::GetContacts{}));
        REQUIRE(QSqlQuery(database).exec(QStringLiteral("ROLLBACK")));
        database.close();
    }
    QSqlDatabase::removeDatabase(name);
    CHECK(pair.writeOnce());
    CHECK(server.process.stop());
}

TEST_CASE("while another program holds the lock for writing, what is read is answered", "[server]")
{
    Server server;
    REQUIRE(server.process.start(open));
    Pair pair(server, "anna", "bert");
    REQUIRE(pair.writeOnce());
    auto& client = pair.client();
    const auto name = QStringLiteral("holder");
    {
        auto database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setDatabaseName(server.data + QStringLiteral("/impulse.db"));
        REQUIRE(database.open());
        REQUIRE(QSqlQuery(database).exec(QStringLiteral("BEGIN IMMEDIATE")));
        const auto event = pair.next();
        const auto write = client.send(event);
        // Behind the write on the same connection, and on another.
        const auto log =
            client.call(protocol::FetchEvents{pair.self().conversationWith(pair.peer()), 0, 100});
        REQUIRE(log);
        CHECK(log->events.size() == 1);
        CHECK(client.call(protocol::GetContacts{}));
        CHECK(pair.other().call(protocol::Sync{}));
        CHECK_FALSE((client.frames.contains(write) || client.errors.contains(write)));
        REQUIRE(QSqlQuery(database).exec(QStringLiteral("ROLLBACK")));
        CHECK(waitUntil([&] { return client.frames.contains(write); }));
        database.close();
    }
    QSqlDatabase::removeDatabase(name);
    CHECK(server.process.stop());
}

TEST_CASE("with its descriptors used up the server waits without spinning, and then goes on",
          "[server]")
{
    Server server;
    server.process.setDescriptorLimit(200);
    REQUIRE(server.process.start(open + words("--max-connections-per-address 1000")));
    Pair pair(server, "anna", "bert");
    std::vector<std::unique_ptr<RawClient>> crowd;
    for (int i = 0; i < 250; ++i) {
        crowd.push_back(std::make_unique<RawClient>());
        // The system accepts for it, up to the length of its queue.
        REQUIRE(crowd.back()->open(server));
    }
    REQUIRE(waitUntil([&] { return server.process.errors().contains("accepting pauses"); }));
    // One at least was told to come later.
    CHECK(waitUntil([&] {
        return std::ranges::any_of(
            crowd, [](const auto& client) { return client->socket.peek(12) == "HTTP/1.1 503"; });
    }));
    const auto before = server.process.cpuMs();
    QElapsedTimer elapsed;
    elapsed.start();
    for (int i = 0; i < 10; ++i)
        CHECK(pair.writeOnce());
    waitUntil([&] { return elapsed.elapsed() > 2000; });
    CHECK(server.process.cpuMs() - before < 1000);
    crowd.clear();
    WireClient late;
    CHECK((late.open(server.url()) && late.hello()));
    CHECK(pair.writeOnce());
    CHECK(server.process.stop());
}

TEST_CASE("clients that stall in the middle of a frame disturb nobody", "[server]")
{
    Server server;
    REQUIRE(server.process.start(open));
    Pair pair(server, "anna", "bert");
    std::vector<std::unique_ptr<RawClient>> stalled;
    for (int i = 0; i < 50; ++i) {
        stalled.push_back(std::make_unique<RawClient>());
        auto& client = *stalled.back();
        REQUIRE((client.open(server) && client.upgrade(server)));
        // A masked binary frame of 60,000 bytes, of which every client sends a part.
        QByteArray frame("\x82\xfe\xea\x60", 4);
        frame += QByteArray(4 + 1000 * i, 'm');
        client.socket.write(frame);
    }
    for (int i = 0; i < 20; ++i)
        CHECK(pair.writeOnce());
    CHECK(server.process.stop());
}

TEST_CASE("a flood of malformed frames from 100 connections does not keep others from chatting",
          "[server]")
{
    Server server;
    REQUIRE(server.process.start(open));
    Pair pair(server, "anna", "bert");
    struct Flooder {
        WireClient client;
        int sent = 0;
    };
    std::vector<std::unique_ptr<Flooder>> crowd;
    for (int i = 0; i < 100; ++i) {
        crowd.push_back(std::make_unique<Flooder>());
        REQUIRE(crowd.back()->client.open(server.url()));
    }
    int closed = 0;
    int frames = 0;
    const Bytes garbage[] = {Bytes(500, 0xff), Bytes{},
                             Bytes{0xa2, 0x00, 0x19, 0x27, 0x0f, 0x01, 0x05},
                             Bytes{0xa1, 0x00, 0x01}, Bytes(60'000, 0x9f)};
    for (int round = 0; round < 20; ++round) {
        for (auto& flooder : crowd) {
            auto& client = flooder->client;
            if (client.closed) {
                ++closed;
                flooder = std::make_unique<Flooder>();
                REQUIRE(flooder->client.open(server.url()));
            }
            for (int i = 0; i < 10; ++i, ++frames)
                flooder->client.sendBytes(garbage[(round + i) % 5]);
        }
        CHECK(pair.writeOnce());
    }
    CHECK(frames == 20'000);
    CHECK(closed > 100);
    CHECK(server.process.stop());
}

TEST_CASE("an expired certificate is told at the start, and the server serves on", "[server]")
{
    Server server;
    const QString folder = QStringLiteral(IMPULSE_SOURCE_DIR "/tests/support/tls/");
    REQUIRE(server.process.start(open + QStringList{QStringLiteral("--certificate"),
                                                    folder + QStringLiteral("expired-cert.pem"),
                                                    QStringLiteral("--key"),
                                                    folder + QStringLiteral("expired-key.pem")}));
    CHECK(server.process.errors().contains("has expired on 2020-01-31"));
    WireClient client;
    CHECK((client.open(server.url()) && client.hello()));
    CHECK(server.process.stop());
}

TEST_CASE("a clock that is set back an hour loses nothing and locks nobody out (skipped without "
          "faketime)",
          "[server]")
{
    QString library;
    for (const char* path : {"/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
                             "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
                             "/usr/lib/faketime/libfaketimeMT.so.1"}) {
        if (QFile::exists(QString::fromLatin1(path)))
            library = QString::fromLatin1(path);
    }
    if (library.isEmpty() || !qEnvironmentVariableIsEmpty("IMPULSE_SERVER"))
        IMPULSE_SKIP("faketime is not installed, or it does not go with this server");
    Server server;
    QFile clock(server.dir.filePath(QStringLiteral("clock")));
    const auto setClock = [&](const char* offset) {
        REQUIRE(clock.open(QIODevice::WriteOnly | QIODevice::Truncate));
        clock.write(offset);
        clock.close();
    };
    setClock("+0");
    // Only what the time of day is: what runs on the monotonic clock is not set by anybody.
    server.process.addEnvironment({QStringLiteral("LD_PRELOAD=") + library,
                                   QStringLiteral("FAKETIME_TIMESTAMP_FILE=") + clock.fileName(),
                                   QStringLiteral("FAKETIME_NO_CACHE=1"),
                                   QStringLiteral("FAKETIME_DONT_FAKE_MONOTONIC=1")});
    REQUIRE(server.process.start(open));
    Pair pair(server, "anna", "bert");
    for (int i = 0; i < 4; ++i)
        CHECK(pair.writeOnce());
    const auto before = pair.client().call(protocol::Sync{});
    REQUIRE(before);
    setClock("-3600");
    const auto after = pair.client().call(protocol::Sync{});
    REQUIRE(after);
    // It did go back.
    CHECK(after->serverMs + 3'000'000 < before->serverMs);
    for (int i = 0; i < 4; ++i)
        CHECK(pair.writeOnce());
    // A new login, and housekeeping once more.
    const TestPerson carl("carl");
    WireClient client;
    CHECK((client.open(server.url()) && client.hello() && client.registerAs(carl)));
    QElapsedTimer elapsed;
    elapsed.start();
    waitUntil([&] { return elapsed.elapsed() > 1500; });
    CHECK(pair.writeOnce());
    setClock("+0");
    CHECK(pair.writeOnce());
    CHECK(server.process.stop());
}
