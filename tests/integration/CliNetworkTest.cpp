#include "tests/integration/CliTown.h"
#include "tests/support/EventLoop.h"

#include <QElapsedTimer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>

#include <algorithm>

using namespace impulse::test;
using impulse::tests::waitUntil;

namespace {

/// Stands between a client and the server and can fail exactly where it hurts: at the first long
/// request.
class Relay : public QObject {
public:
    enum class Fault { None, LoseRequest, LoseAnswer };

    explicit Relay(const QString& serverUrl) : m_port(quint16(QUrl(serverUrl).port()))
    {
        REQUIRE(m_listener.listen(QHostAddress::LocalHost));
        connect(&m_listener, &QTcpServer::newConnection, this, [this] { accept(); });
    }

    QString url() const { return word("ws://127.0.0.1:%1").arg(m_listener.serverPort()); }
    void set(Fault fault)
    {
        m_fault = fault;
        m_sent = 0;
    }
    bool hasFailed() const { return m_fault != Fault::None && m_sent >= longRequest; }

    /// Longer than everything that a command sends before a message.
    static constexpr qint64 longRequest = 12'000;

private:
    void accept()
    {
        auto* client = m_listener.nextPendingConnection();
        auto* server = new QTcpSocket(client);
        server->connectToHost(QHostAddress(QHostAddress::LocalHost), m_port);
        connect(client, &QTcpSocket::readyRead, server, [this, client, server] {
            const QByteArray bytes = client->readAll();
            m_sent += bytes.size();
            if (!hasFailed() || m_fault == Fault::LoseAnswer)
                server->write(bytes);
        });
        connect(server, &QTcpSocket::readyRead, client, [this, client, server] {
            const QByteArray bytes = server->readAll();
            if (!hasFailed())
                client->write(bytes);
        });
        connect(client, &QTcpSocket::disconnected, server, &QTcpSocket::disconnectFromHost);
        connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
        connect(server, &QTcpSocket::disconnected, client, &QTcpSocket::disconnectFromHost);
    }

    QTcpServer m_listener;
    quint16 m_port;
    Fault m_fault = Fault::None;
    qint64 m_sent = 0;
};

/// Runs a command while the relay works.
CliRun runThere(const CliPerson& person, const QStringList& command)
{
    const auto process = person.start(command);
    process->closeWriteChannel();
    waitUntil([&] { return process->state() == QProcess::NotRunning; }, 60'000);
    return CliPerson::finish(*process);
}

struct RelayedTown : Town {
    RelayedTown()
    {
        const QStringList registration{word("--server"),        relay.url(),
                                       word("register"),        word("anna"),
                                       word("--recovery-file"), anna.recoveryFile()};
        REQUIRE(runThere(anna, registration).exitCode == 0);
        REQUIRE(bob.registerAt(server.url()).exitCode == 0);
        REQUIRE(runThere(anna, words("send bob hello")).exitCode == 0);
        REQUIRE(bob.run(words("accept anna")).exitCode == 0);
    }

    Relay relay{server.url()};
    const QString longText = QString(9'000, QLatin1Char('x'));
};

} // namespace

TEST_CASE("cli: a message that the server did not get goes out with the next command")
{
    RelayedTown town;
    town.relay.set(Relay::Fault::LoseRequest);
    const CliRun lost = runThere(
        town.anna, {word("send"), word("bob"), town.longText, word("--timeout"), word("4")});
    CHECK(town.relay.hasFailed());
    CHECK(lost.exitCode == 3);
    CHECK(lost.field("sent", "state") == word("pending"));
    CHECK(lost.field("error", "kind") == word("network"));
    checkDocumented(lost.lines);
    CHECK_FALSE(town.bob.history(word("anna")).contains(town.longText));

    town.relay.set(Relay::Fault::None);
    CHECK(runThere(town.anna, words("contacts")).exitCode == 0);
    CHECK(town.bob.history(word("anna")).count(town.longText) == 1);
}

TEST_CASE("cli: a message whose answer was lost when the command was killed comes once")
{
    RelayedTown town;
    town.relay.set(Relay::Fault::LoseAnswer);
    const auto sending =
        town.anna.start({word("send"), word("bob"), town.longText, word("--timeout"), word("120")});
    REQUIRE(waitUntil([&] { return town.relay.hasFailed(); }, 60'000));
    REQUIRE(
        waitUntil([&] { return town.bob.history(word("anna")).contains(town.longText); }, 60'000));
    sending->kill();
    CHECK(CliPerson::finish(*sending).crashed);

    town.relay.set(Relay::Fault::None);
    CHECK(runThere(town.anna, words("send bob next")).exitCode == 0);
    CHECK(town.bob.history(word("anna")) ==
          QStringList{word("hello"), town.longText, word("next")});
    const CliRun own = runThere(town.anna, words("history bob"));
    CHECK(own.all("message").back()[word("text")] == word("next"));
    CHECK(std::ranges::count(own.all("message"), QJsonValue(town.longText),
                             [](const QJsonObject& line) { return line[word("text")]; }) == 1);
}

TEST_CASE("cli: a server that does not answer ends a command with code 3 in the time given")
{
    Town town;
    town.registerBoth();
    const auto port = quint16(QUrl(town.server.url()).port());
    REQUIRE(town.server.stop());
    QTcpServer silent;
    REQUIRE(silent.listen(QHostAddress::LocalHost, port));
    QElapsedTimer clock;
    clock.start();
    const CliRun run = town.anna.run(words("contacts --timeout 1"));
    CHECK(run.exitCode == 3);
    CHECK(run.field("error", "kind") == word("network"));
    // Far below the time that a connection is given.
    CHECK(clock.elapsed() < 14'000);
}
