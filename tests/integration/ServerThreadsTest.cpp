#include "tests/support/Catch.h"
#include "tests/support/Processes.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/WireClient.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>

#include <unistd.h>

using namespace impulse;
using namespace impulse::tests;
using impulse::test::serverCommands;
using impulse::test::ServerProcess;

namespace {

QStringList words(const std::string& text)
{
    return QString::fromStdString(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

/// Threads of a running server, once their number has settled on `expected`; else what it is.
qsizetype threadsOf(const ServerProcess& server, qsizetype expected = -1)
{
    const QDir tasks(QStringLiteral("/proc/%1/task").arg(server.pid()));
    const auto count = [&] { return tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(); };
    waitUntil([&] { return count() == expected; }, expected < 0 ? 500 : 5000);
    return count();
}

qsizetype threadsWith(const std::string& options, qsizetype expected = -1)
{
    const QTemporaryDir dir;
    ServerProcess server(dir.filePath(QStringLiteral("data")));
    REQUIRE(server.start(words("--registration open " + options)));
    const auto threads = threadsOf(server, expected);
    CHECK(server.stop());
    return threads;
}

/// Both write, and each gets what the other wrote.
void chat(const QUrl& url)
{
    const TestPerson people[] = {TestPerson("anna"), TestPerson("bert")};
    WireClient clients[2];
    for (std::size_t i = 0; i < 2; ++i)
        REQUIRE((clients[i].open(url) && clients[i].hello() && clients[i].registerAs(people[i]) &&
                 clients[i].call(protocol::Sync{})));
    for (std::uint64_t n = 1; n <= 20; ++n) {
        for (std::size_t i = 0; i < 2; ++i) {
            const auto event = people[i].event(people[1 - i], n, TestPerson::randomMessageId());
            const auto accepted = clients[i].call(event);
            REQUIRE(accepted);
            CHECK(accepted->seq == 2 * n - 1 + i);
            CHECK(waitUntil([&] {
                return std::ranges::any_of(clients[1 - i].pushes, [&](const auto& push) {
                    const auto* arrived = std::get_if<protocol::EventPush>(&push);
                    return arrived && arrived->event.aad == event.aad;
                });
            }));
        }
    }
}

/// Descriptors of epoll: each of our dispatchers has one, and nothing else in the server.
qsizetype epolls(const ServerProcess& server)
{
    qsizetype count = 0;
    const QDir folder(QStringLiteral("/proc/%1/fd").arg(server.pid()));
    for (const auto& entry : folder.entryList(QDir::System | QDir::Files | QDir::NoDotAndDotDot)) {
        char target[64]{};
        const auto path = QFile::encodeName(folder.filePath(entry));
        if (::readlink(path.constData(), target, sizeof target - 1) > 0)
            count += QByteArray(target).contains("eventpoll");
    }
    return count;
}

/// Transactions that were committed, as `ctl stats` tells.
int groupsOf(const QString& data)
{
    QProcess ctl;
    ctl.start(serverCommands(), words("ctl stats --json --data") + QStringList{data});
    REQUIRE(waitUntil([&] { return ctl.state() == QProcess::NotRunning; }));
    return QJsonDocument::fromJson(ctl.readAllStandardOutput())
        .object()[QStringLiteral("groups")]
        .toInt(-1);
}

} // namespace

TEST_CASE("the dispatcher is the one that --dispatcher names", "[server]")
{
    const QTemporaryDir dir;
    ServerProcess server(dir.filePath(QStringLiteral("data")));
    REQUIRE(server.start(words("--io-threads 3 --dispatcher qt")));
    CHECK(epolls(server) == 0);
    CHECK(server.stop());
    REQUIRE(server.start(words("--io-threads 3 --dispatcher epoll")));
    CHECK(epolls(server) == 3);
    CHECK(server.stop());
    REQUIRE(server.start(words("--io-threads 3")));
    CHECK(epolls(server) == 3);
    CHECK(server.stop());
}

TEST_CASE("what waits for the writer together is committed together, unless --group-commit is off",
          "[server]")
{
    constexpr int events = 50;
    const bool grouped = GENERATE(true, false);
    const QTemporaryDir dir;
    const auto data = dir.filePath(QStringLiteral("data"));
    ServerProcess server(data);
    REQUIRE(server.start(words("--registration open") +
                         (grouped ? QStringList() : words("--group-commit off"))));
    const TestPerson anna("anna");
    WireClient client;
    REQUIRE((client.open(QUrl(server.url())) && client.hello() && client.registerAs(anna) &&
             client.call(protocol::Sync{})));
    const auto name = QStringLiteral("gate");
    std::vector<std::uint64_t> sent;
    {
        // While another holds the lock for writing, they gather.
        auto database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setDatabaseName(data + QStringLiteral("/impulse.db"));
        REQUIRE(database.open());
        REQUIRE(QSqlQuery(database).exec(QStringLiteral("BEGIN IMMEDIATE")));
        for (std::uint64_t i = 1; i <= events; ++i) {
            auto note = anna.event(anna, i, TestPerson::randomMessageId(), 1);
            note.wraps.clear();
            sent.push_back(client.send(note));
        }
        // What is only read is answered in turn: all of them were taken in.
        CHECK(client.call(protocol::GetContacts{}));
        REQUIRE(QSqlQuery(database).exec(QStringLiteral("ROLLBACK")));
        database.close();
    }
    QSqlDatabase::removeDatabase(name);
    REQUIRE(waitUntil([&] {
        return std::ranges::all_of(sent, [&](auto id) { return client.frames.contains(id); });
    }));
    // The first of them may have gone ahead alone; registration, login and the like are a few more.
    const auto groups = groupsOf(data);
    CHECK(groups > 0);
    CHECK((grouped ? groups < events / 2 : groups >= events));
    CHECK(server.stop());
}

TEST_CASE("there is an I/O thread for each core, or as many as --io-threads says", "[server]")
{
    const auto one = threadsWith("--io-threads 1");
    CHECK(threadsWith("--io-threads 3", one + 2) == one + 2);
    const auto cores = QThread::idealThreadCount();
    CHECK(threadsWith("", one + cores - 1) == one + cores - 1);
    CHECK(threadsWith("--io-threads 0", one + cores - 1) == one + cores - 1);
}

TEST_CASE("people chat with every dispatcher, with and without group commit, with and without TLS",
          "[server]")
{
    const std::string options =
        GENERATE("--dispatcher qt", "--dispatcher epoll", "--group-commit off", "--group-commit on",
                 "--dispatcher qt --group-commit off --io-threads 2");
    const std::string tls =
        GENERATE("", " --certificate " IMPULSE_SOURCE_DIR "/tests/support/tls/server-cert.pem"
                     " --key " IMPULSE_SOURCE_DIR "/tests/support/tls/server-key.pem");
    CAPTURE(options, tls);
    const QTemporaryDir dir;
    ServerProcess server(dir.filePath(QStringLiteral("data")));
    REQUIRE(server.start(words("--registration open " + options + tls)));
    CHECK(QUrl(server.url()).scheme() == QLatin1String(tls.empty() ? "ws" : "wss"));
    chat(QUrl(server.url()));
    CHECK(server.stop());
}
