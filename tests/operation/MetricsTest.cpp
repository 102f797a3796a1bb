// What /metrics and `ctl` tell of a server in trouble.
#include "tests/support/HealthClient.h"
#include "tests/support/Processes.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>

#include <array>
#include <csignal>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

using namespace impulse;
using namespace impulse::tests;
using impulse::test::serverCommands;
using impulse::test::ServerProcess;
using protocol::ErrorCode;

namespace {

struct Ran {
    int code = -1;
    QByteArray output;
    QByteArray errors;
    QJsonObject json;
};

struct Running {
    QTemporaryDir dir;
    QString data = dir.filePath(word("data"));
    ServerProcess server{data};
    quint16 port = 0;

    void start(const char* more = "")
    {
        REQUIRE(server.start(words("--registration open --health-address 127.0.0.1 "
                                   "--health-port 0") +
                             words(more)));
        port = healthPort(server);
    }
    QUrl url() const { return QUrl(server.url()); }
    QByteArray metrics() const { return get(port, "/metrics"); }
    double metric(const char* name) const { return numberOf(metrics(), name); }
    double refused(const char* reason) const
    {
        return numberOf(metrics(),
                        QByteArray("impulse_connections_refused_total{reason=\"") + reason + "\"}");
    }
    Ran ctl(const char* command) const
    {
        QProcess process;
        process.start(serverCommands(), words("ctl --data") + QStringList{data} + words(command));
        waitUntil([&] { return process.state() == QProcess::NotRunning; }, 30'000);
        Ran ran{process.exitCode(),
                process.readAllStandardOutput(),
                process.readAllStandardError(),
                {}};
        ran.json = QJsonDocument::fromJson(ran.output).object();
        return ran;
    }
};

bool enter(WireClient& client, const QUrl& url, const TestPerson& person)
{
    return client.open(url) && client.hello() && client.registerAs(person) &&
           client.call(protocol::Sync{});
}

/// One thread of another process that stands still for as long as this lives. Needs the right to
/// trace a process that lets nobody trace it: root.
class StoppedThread {
public:
    explicit StoppedThread(pid_t thread) : m_thread(thread)
    {
        good = ::ptrace(PTRACE_SEIZE, m_thread, nullptr, nullptr) == 0 &&
               ::ptrace(PTRACE_INTERRUPT, m_thread, nullptr, nullptr) == 0 &&
               ::waitpid(m_thread, nullptr, __WALL) == m_thread;
    }
    ~StoppedThread() { ::ptrace(PTRACE_DETACH, m_thread, nullptr, nullptr); }
    StoppedThread(const StoppedThread&) = delete;
    StoppedThread& operator=(const StoppedThread&) = delete;

    bool good = false;

private:
    pid_t m_thread;
};

/// Threads of a process that wait in epoll_wait: the I/O threads. Nothing without the right to see.
std::vector<pid_t> epollThreads(qint64 process)
{
    std::vector<pid_t> result;
    const QDir tasks(QStringLiteral("/proc/%1/task").arg(process));
    for (const auto& task : tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile file(tasks.filePath(task + word("/syscall")));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const auto number = file.readAll().split(' ').value(0).toLong();
        bool waits = number == SYS_epoll_pwait;
#ifdef SYS_epoll_wait
        waits = waits || number == SYS_epoll_wait;
#endif
#ifdef SYS_epoll_pwait2
        waits = waits || number == SYS_epoll_pwait2;
#endif
        if (waits)
            result.push_back(static_cast<pid_t>(task.toInt()));
    }
    return result;
}

} // namespace

TEST_CASE("connections that are refused are counted by reason")
{
    Running running;
    running.start("--max-connections 4 --max-connections-per-address 3 "
                  "--max-unauthenticated-connections 2");
    std::array<TestPerson, 3> people{TestPerson("anna"), TestPerson("bert"), TestPerson("carl")};
    std::array<WireClient, 3> clients;
    for (const auto* reason :
         {"total", "address", "unauthenticated", "draining", "descriptors", "busy"})
        CHECK(running.refused(reason) == 0);

    // Two that are nobody yet, and the third is one too many.
    std::array<WireClient, 2> strangers;
    for (auto& stranger : strangers)
        REQUIRE((stranger.open(running.url()) && stranger.hello()));
    WireClient late;
    CHECK_FALSE(late.open(running.url()));
    CHECK(running.refused("unauthenticated") == 1);
    for (auto& stranger : strangers)
        stranger.socket.abort();
    REQUIRE(waitUntil([&] { return running.metric("impulse_connections") == 0; }));

    for (std::size_t i = 0; i < clients.size(); ++i)
        REQUIRE(enter(clients[i], running.url(), people[i]));
    CHECK_FALSE(late.open(running.url()));
    CHECK(running.refused("address") == 1);

    // Another address of this computer takes the last place of all, the next gets none.
    const auto other = [&](QTcpSocket& socket, const char* address) {
        REQUIRE(socket.bind(QHostAddress(word(address))));
        socket.connectToHost(QHostAddress::LocalHost, static_cast<quint16>(running.url().port()));
        return waitUntil([&] { return socket.state() == QAbstractSocket::UnconnectedState; }, 500);
    };
    QTcpSocket fourth;
    CHECK_FALSE(other(fourth, "127.0.0.2"));
    QTcpSocket fifth;
    CHECK(other(fifth, "127.0.0.3"));
    CHECK(running.refused("total") == 1);

    REQUIRE(running.ctl("drain").code == 0);
    for (auto& client : clients)
        REQUIRE(client.waitClosed());
    CHECK_FALSE(late.open(running.url()));
    CHECK(running.refused("draining") == 1);
    CHECK(running.refused("address") == 1);
    CHECK(running.refused("unauthenticated") == 1);
    CHECK(running.refused("descriptors") == 0);

    const auto stats = running.ctl("stats --json").json[word("connectionsRefused")].toObject();
    CHECK(stats[word("total")].toInt() == 1);
    CHECK(stats[word("address")].toInt() == 1);
    CHECK(stats[word("unauthenticated")].toInt() == 1);
    CHECK(stats[word("draining")].toInt() == 1);
    CHECK(stats[word("descriptors")].toInt(-1) == 0);
    CHECK(running.ctl("stats").output.contains("unauthenticated=1"));
    CHECK(running.server.stop());
}

TEST_CASE("jobs that wait for a locked database are in the writer's queue, and one too many is a "
          "refusal")
{
    Running running;
    running.start();
    const TestPerson anna("anna");
    const TestPerson bert("bert");
    WireClient annas;
    WireClient berts;
    REQUIRE((enter(annas, running.url(), anna) && enter(berts, running.url(), bert)));
    // An answer may be there before the writer has counted its job off.
    REQUIRE(waitUntil([&] { return running.metric("impulse_writer_queue") == 0; }));
    CHECK(running.metric("impulse_rate_limited_total") == 0);
    const auto name = word("locker");
    {
        auto database = QSqlDatabase::addDatabase(word("QSQLITE"), name);
        database.setDatabaseName(running.data + word("/impulse.db"));
        REQUIRE(database.open());
        REQUIRE(QSqlQuery(database).exec(word("BEGIN IMMEDIATE")));
        const auto most = annas.helloResult.limits.outstandingRequests;
        REQUIRE(most >= 10);
        // Three more than may be outstanding.
        for (std::uint64_t i = 1; i <= most + 3; ++i)
            annas.send(anna.event(bert, i, TestPerson::randomMessageId()));
        REQUIRE(waitUntil([&] { return annas.errors.size() == 3; }, 4000));
        for (const auto& [id, error] : annas.errors)
            CHECK(error.code == ErrorCode::RateLimited);
        const auto text = running.metrics();
        CHECK(numberOf(text, "impulse_writer_queue") == static_cast<double>(most));
        CHECK(numberOf(text, "impulse_rate_limited_total") == 3);
        CHECK(running.ctl("stats --json").json[word("writerQueue")].toInt() ==
              static_cast<int>(most));
        REQUIRE(QSqlQuery(database).exec(word("ROLLBACK")));
        database.close();
    }
    QSqlDatabase::removeDatabase(name);
    CHECK(waitUntil([&] { return running.metric("impulse_writer_queue") == 0; }));
    CHECK(running.server.stop());
}

TEST_CASE("an I/O thread that stands still: deliveries wait, /healthz and ctl health say so (needs "
          "root)")
{
    Running running;
    running.start("--io-threads 2");
    const auto healthy = running.ctl("health");
    CHECK(healthy.code == 0);
    CHECK(healthy.output == "state: ok\n");
    CHECK(running.ctl("health --json").json == QJsonObject{{word("state"), word("ok")}});

    const TestPerson anna("anna");
    const TestPerson bert("bert");
    WireClient annas;
    WireClient berts;
    // The listener hands them to the threads in turn.
    REQUIRE((enter(annas, running.url(), anna) && enter(berts, running.url(), bert)));
    std::vector<pid_t> threads;
    if (!waitUntil(
            [&] {
                threads = epollThreads(running.server.pid());
                return threads.size() == 2;
            },
            5000))
        IMPULSE_SKIP("the threads of a process that may not be traced are seen by root only");
    {
        const StoppedThread stopped(threads.front());
        if (!stopped.good)
            IMPULSE_SKIP("no right to stop a single thread of another process");
        // Which of the two it is, an answer tells.
        const auto asked = annas.send(protocol::GetContacts{});
        const bool isAnnas = !waitUntil([&] { return annas.frames.contains(asked); }, 1000);
        auto& writer = isAnnas ? berts : annas;
        const auto& self = isAnnas ? bert : anna;
        const auto& peer = isAnnas ? anna : bert;
        for (std::uint64_t i = 1; i <= 3; ++i)
            REQUIRE(writer.call(self.event(peer, i, TestPerson::randomMessageId())));
        CHECK(waitUntil([&] { return running.metric("impulse_delivery_queue") >= 3; }, 4000));
        CHECK(running.ctl("stats --json").json[word("deliveryQueue")].toInt() >= 3);

        CHECK(waitUntil([&] { return get(running.port, "/healthz").startsWith("HTTP/1.1 503"); },
                        15'000));
        const auto sick = running.ctl("health");
        CHECK(sick.code == 1);
        CHECK(sick.output.isEmpty());
        CHECK(sick.errors.startsWith("impulse-server ctl: no progress: I/O thread "));
        CHECK(sick.errors.count('\n') == 1);
        CHECK(running.ctl("health --json")
                  .json[word("error")]
                  .toString()
                  .startsWith(word("no progress: I/O thread ")));
    }
    CHECK(waitUntil([&] { return running.metric("impulse_delivery_queue") == 0; }));
    CHECK(waitUntil([&] { return running.ctl("health").code == 0; }));
    CHECK(get(running.port, "/healthz").startsWith("HTTP/1.1 200"));

    REQUIRE(running.ctl("drain").code == 0);
    const auto draining = running.ctl("health");
    CHECK(draining.code == 1);
    CHECK(draining.errors == "impulse-server ctl: draining: no connections are accepted\n");
    REQUIRE(running.ctl("drain --off").code == 0);
    CHECK(running.ctl("health").code == 0);

    // The main thread itself: nobody answers, and that is told in time.
    running.server.signal(SIGSTOP);
    const auto frozen = running.ctl("health");
    CHECK(frozen.code == 1);
    CHECK(frozen.errors == "impulse-server ctl: the server does not answer\n");
    running.server.signal(SIGCONT);
    CHECK(running.ctl("health").code == 0);
    CHECK(running.server.stop());
    CHECK(running.ctl("health").code == 1);
    CHECK(running.ctl("stats").code == 3);
}
