#include "common/crypto/Primitives.h"
#include "server/core/ChatServer.h"
#include "server/core/LocalBus.h"
#include "server/storage/SqlWriter.h"
#include "tests/support/StallingRelay.h"
#include "tests/support/TestDatabase.h"
#include "tests/support/WireClient.h"
#include "tests/unit/server/net/EchoServer.h"

#include <QTimer>

using namespace impulse;
using namespace impulse::tests;
using namespace impulse::tests::sockets;

namespace {

/// Short, so that a test sees it; each is several times the one before.
IoSettings impatient()
{
    IoSettings settings;
    settings.silence = {20, 100, 600};
    return settings;
}

/// Heads of a client's binary frames with the mask 0: what follows is as it is.
QByteArray frameHead(quint16 announced)
{
    return QByteArray("\x82\xfe", 2) + static_cast<char>(announced >> 8) +
           static_cast<char>(announced & 0xff) + QByteArray(4, '\0');
}
const QByteArray logIn = QByteArray("\x82\x86\0\0\0\0", 6) + "log in";

CertificateFiles testCertificate()
{
    const QString folder = QStringLiteral(IMPULSE_SOURCE_DIR "/tests/support/tls/");
    auto files = CertificateFiles::withKey(folder + QStringLiteral("server-cert.pem"),
                                           folder + QStringLiteral("server-key.pem"));
    REQUIRE(files);
    return *std::move(files);
}

/// The core on a real store, as the host of an I/O thread.
class CoreHost final : public ConnectionHost {
public:
    CoreHost(const ServerSettings& settings, const ServerKeys& keys, const StorageAddress& address,
             GroupWriter& writer, LocalBus& hub, RateLimiter& limiter)
        : m_reader(std::move(*SqlConnection::open(address, SqlConnection::Mode::ReadOnly))),
          m_store(*m_reader), m_writer(writer), m_bus(hub.connect([] {})),
          m_chat(settings, keys, {m_store, m_writer, m_clock, m_rng, *m_bus, limiter})
    {
    }
    void opened(ClientConnection& connection) override { m_chat.opened(connection); }
    void received(ClientConnection& connection, View frame) override
    {
        m_chat.received(connection, frame);
    }
    void closed(ClientConnection& connection) override { m_chat.closed(connection); }
    void sayGoodbye(ClientConnection& connection) override { m_chat.sayGoodbye(connection); }
    void tick() override { m_chat.tick(); }

private:
    const std::unique_ptr<SqlConnection> m_reader;
    const SqlStore m_store;
    SystemClock m_clock;
    crypto::SystemRng m_rng;
    SqlWriter m_writer;
    const std::unique_ptr<EventBus> m_bus;
    ChatServer m_chat;
};

struct CoreServer {
    explicit CoreServer(std::uint64_t loginTimeoutMs)
        : settings(settingsOf(loginTimeoutMs)),
          thread({}, counter,
                 [this] {
                     return std::make_unique<CoreHost>(settings, keys, database.address(), writer,
                                                       hub, limiter);
                 }),
          listener(CertificateFiles::none(), counter, false,
                   {[this](AcceptedSocket accepted) { return thread.adopt(std::move(accepted)); }})
    {
        REQUIRE(listener.listen(QHostAddress::LocalHost, 0));
    }
    ~CoreServer()
    {
        thread.pause();
        writer.stop();
        thread.stop();
    }
    static ServerSettings settingsOf(std::uint64_t loginTimeoutMs)
    {
        ServerSettings result;
        result.limits.loginTimeoutMs = loginTimeoutMs;
        result.registration = protocol::RegistrationPolicy::Open;
        return result;
    }
    static ServerKeys makeKeys()
    {
        crypto::SystemRng rng;
        ServerKeys keys;
        auto pair = crypto::signKeyPair(crypto::random<crypto::SignSeed>(rng));
        keys.serverId = *ServerId::from(pair.publicKey);
        keys.signKey = std::move(pair.secretKey);
        return keys;
    }

    const ServerSettings settings;
    const ServerKeys keys = makeKeys();
    test::TestDatabase database;
    LocalBus hub;
    SystemClock clock;
    RateLimiter limiter{clock};
    GroupWriter writer{database.address(), hub};
    ConnectionCounter counter{{100, 100, 100}};
    IoThread thread;
    Listener listener;
};

QUrl urlOf(quint16 port, const char* scheme = "ws")
{
    return QUrl(QStringLiteral("%1://127.0.0.1:%2/").arg(QLatin1String(scheme)).arg(port));
}

} // namespace

TEST_CASE("who falls silent after the login, in the middle of a frame, is cut off")
{
    EchoServer server(CertificateFiles::none(), impatient());
    Client good;
    REQUIRE(good.open(server.url()));
    RawClient slow(server);
    RawClient stalled(server);
    for (auto* client : {&slow, &stalled})
        client->socket.write(handshake(server));
    REQUIRE(waitUntil([&] { return server.counts.opened == 3; }));
    for (auto* client : {&slow, &stalled}) {
        client->socket.write(logIn);
        // Within a frame that is larger than a stranger's may be.
        client->socket.write(QByteArray("\x82\xff\0\0\0\0\0\x03\0\0\0\0\0\0", 14) +
                             QByteArray(100'000, 'x'));
    }
    REQUIRE(waitUntil([&] { return server.counts.received == 2; }));
    // Who sends a little now and then is alive, on a bad line.
    QTimer now;
    QObject::connect(&now, &QTimer::timeout, &slow.socket, [&] { slow.socket.write("x"); });
    now.start(50);
    CHECK(stalled.waitClosed());
    CHECK(waitUntil([&] { return server.counts.closed == 1; }));
    CHECK(server.counter.total() == 2);
    CHECK(slow.socket.state() == QAbstractSocket::ConnectedState);
    // Who answers pings stays as well.
    good.socket.sendBinaryMessage("still here");
    CHECK(waitUntil([&] { return good.messages.size() == 2; }));
    now.stop();
    CHECK(slow.waitClosed());
    CHECK(server.counts.received == 3);
    CHECK(waitUntil([&] { return server.counter.total() == 1; }));
}

TEST_CASE("who falls silent in the middle of a TLS record is cut off")
{
    EchoServer server(testCertificate(), impatient());
    StallingRelay relay(server.listener.serverPort());
    Client client;
    QObject::connect(&client.socket, &QWebSocket::sslErrors, &client.socket,
                     [&client] { client.socket.ignoreSslErrors(); });
    REQUIRE(client.open(urlOf(relay.port(), "wss")));
    client.socket.sendBinaryMessage("log in");
    REQUIRE(waitUntil([&] { return client.messages.size() == 2; }));
    relay.stallAfter(100);
    client.socket.sendBinaryMessage(QByteArray(10'000, 'x'));
    REQUIRE(waitUntil([&] { return relay.hasStalled(); }));
    CHECK(server.counts.closed == 0);
    CHECK(waitUntil([&] { return relay.isCutOff(); }));
    CHECK(waitUntil([&] { return server.counts.closed == 1; }));
    CHECK(server.counts.received == 1);
    CHECK(waitUntil([&] { return server.counter.total() == 0; }));
}

TEST_CASE("who does not log in is closed in time, whatever else it does")
{
    CoreServer server(500);
    WireClient guest;
    SECTION("nothing, but answering pings")
    {
        REQUIRE(guest.open(urlOf(server.listener.serverPort())));
    }
    SECTION("nothing after the hello")
    {
        REQUIRE((guest.open(urlOf(server.listener.serverPort())) && guest.hello()));
    }
    TestPerson anna("anna");
    WireClient member;
    REQUIRE((member.open(urlOf(server.listener.serverPort())) && member.hello() &&
             member.registerAs(anna)));
    CHECK(guest.waitClosed());
    CHECK(guest.socket.closeCode() == QWebSocketProtocol::CloseCodePolicyViolated);
    CHECK(guest.socket.closeReason() == QLatin1String("no login"));
    CHECK(member.call(protocol::GetContacts{}));
    CHECK(server.counter.total() == 1);
}

TEST_CASE("a frame that comes byte by byte does not put the end of the login time off")
{
    CoreServer server(500);
    StallingRelay relay(server.listener.serverPort());
    WireClient guest;
    REQUIRE((guest.open(urlOf(relay.port())) && guest.hello()));
    relay.stallAfter(20);
    guest.sendBytes(Bytes(60'000, 1));
    QTimer now;
    QObject::connect(&now, &QTimer::timeout, &guest.socket, [&] { relay.trickle(1); });
    now.start(20);
    CHECK(waitUntil([&] { return relay.isCutOff(); }));
    CHECK(waitUntil([&] { return server.counter.total() == 0; }));
}

TEST_CASE("a message in pieces is no larger than one frame may be")
{
    EchoServer server;
    RawClient client(server);
    client.socket.write(handshake(server));
    REQUIRE(waitUntil([&] { return server.counts.opened == 1; }));
    // Not the last of its message, each within the limit of a frame.
    auto piece = frameHead(30'000) + QByteArray(30'000, 'x');
    piece[0] = '\x02';
    client.socket.write(piece);
    piece[0] = '\0';
    client.socket.write(piece);
    client.socket.flush();
    REQUIRE(waitUntil([&] { return client.socket.bytesToWrite() == 0; }));
    CHECK(server.counts.closed == 0);
    client.socket.write(piece);
    CHECK(client.waitClosed());
    CHECK(server.counts.received == 0);
    CHECK(waitUntil([&] { return server.counter.total() == 0; }));
}
