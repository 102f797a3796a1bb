#include "tests/support/HealthClient.h"
#include "tests/support/Processes.h"

#include "server/app/Vitals.h"
#include "server/net/MetricsText.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>

#include <arpa/inet.h>
#include <atomic>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace impulse;
using namespace impulse::server;
using namespace impulse::tests;
using impulse::test::serverCommands;
using impulse::test::ServerProcess;

namespace {

/// As waitUntil(), without its pause, which would be most of a message's time.
template <class Condition> bool waitFor(Condition condition)
{
    const QDeadlineTimer deadline(10'000);
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 20);
    }
    return true;
}

/// The nice value of the thread of this name; of the whole process without one. -99: no such.
int niceOf(qint64 process, const char* name)
{
    const QDir tasks(QStringLiteral("/proc/%1/task").arg(process));
    for (const auto& task : tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile file(tasks.filePath(task + word("/stat")));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const auto all = file.readAll();
        const auto begin = all.indexOf('(') + 1;
        const auto end = all.lastIndexOf(')');
        // proc(5): the state after the name is field 3, nice is field 19.
        if (!name || all.mid(begin, end - begin) == QByteArray(name).left(15))
            return all.mid(end + 2).split(' ').value(16).toInt();
    }
    return -99;
}

/// Asks for /metrics without a pause, on several connections at once, each in a thread.
class Flood {
public:
    Flood(quint16 port, int connections)
    {
        for (int i = 0; i < connections; ++i)
            m_threads.emplace_back([this, port] { ask(port); });
    }
    ~Flood() { stop(); }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;

    void stop()
    {
        m_stop = true;
        for (auto& thread : m_threads)
            thread.join();
        m_threads.clear();
    }
    std::uint64_t answered() const { return m_answered; }

private:
    void ask(quint16 port)
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        while (!m_stop) {
            const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address),
                          sizeof address) == 0)
                askOn(descriptor);
            ::close(descriptor);
        }
    }
    /// Until the server hangs up.
    void askOn(int descriptor)
    {
        constexpr std::string_view request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
        constexpr std::string_view last = "impulse_commit_seconds_count ";
        char buffer[16 << 10];
        while (!m_stop) {
            if (::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) <= 0)
                return;
            for (std::string answer; answer.find(last) == std::string::npos;) {
                const auto size = ::recv(descriptor, buffer, sizeof buffer, 0);
                if (size <= 0)
                    return;
                answer.append(buffer, static_cast<std::size_t>(size));
            }
            ++m_answered;
        }
    }

    std::atomic<bool> m_stop = false;
    std::atomic<std::uint64_t> m_answered = 0;
    std::vector<std::thread> m_threads;
};

} // namespace

TEST_CASE("a histogram's buckets add up, at its bounds too")
{
    Metrics metrics;
    metrics.commitTime.add(0);
    metrics.commitTime.add(64);
    metrics.commitTime.add(65);
    metrics.commitTime.add(std::uint64_t{1} << 40);
    metrics.addThread()->rateLimited.add(3);
    metrics.addThread()->rateLimited.add(4);
    const auto text = metricsText(metrics);
    CHECK(numberOf(text, "impulse_commit_seconds_bucket{le=\"6.4e-05\"}") == 2);
    CHECK(numberOf(text, "impulse_commit_seconds_bucket{le=\"0.000128\"}") == 3);
    CHECK(numberOf(text, "impulse_commit_seconds_bucket{le=\"8.388608\"}") == 3);
    CHECK(numberOf(text, "impulse_commit_seconds_bucket{le=\"+Inf\"}") == 4);
    CHECK(numberOf(text, "impulse_commit_seconds_count") == 4);
    CHECK(numberOf(text, "impulse_rate_limited_total") == 7);
    CHECK(numberOf(text, "impulse_database_bytes") == -1);
    metrics.databaseBytes = 5;
    CHECK(numberOf(metricsText(metrics), "impulse_database_bytes") == 5);
    // Every number has its help and type, once.
    CHECK(text.count("# HELP ") == text.count("# TYPE "));
    CHECK(text.endsWith('\n'));
}

TEST_CASE("vitals notice the thread that stands still, and that it gets on again")
{
    std::uint64_t beats = 0;
    Metrics metrics;
    Vitals vitals({{"I/O thread 1", [&] { return beats; }, {}, 5000}, writerHeartbeat(metrics)});
    CHECK(vitals.check(1000));
    CHECK(vitals.check(5999));
    CHECK_FALSE(vitals.check(6000));
    ++beats;
    CHECK(vitals.check(6001));
    // An idle writer may stand still; one with work may not for ever.
    for (std::uint64_t now = 7000; now < 60'000; now += 1000) {
        ++beats;
        CHECK(vitals.check(now));
    }
    metrics.writerQueue = 1;
    ++beats;
    CHECK(vitals.check(60'000));
    for (std::uint64_t now = 61'000; now < 79'000; now += 1000) {
        ++beats;
        CHECK(vitals.check(now));
    }
    ++beats;
    CHECK_FALSE(vitals.check(79'000));
    ++metrics.groups;
    ++beats;
    CHECK(vitals.check(80'000));
}

TEST_CASE("health is off unless asked for, and refuses other machines and a taken port")
{
    QTemporaryDir dir;
    ServerProcess server(dir.filePath(word("data")));
    REQUIRE(server.start());
    CHECK_FALSE(server.errors().contains("health"));
    REQUIRE(server.stop());
    CHECK(server.run(words("--health-address 0.0.0.0")) == 2);
    QTcpServer other;
    REQUIRE(other.listen(QHostAddress::LocalHost, 0));
    CHECK(server.run(words("--health-address 127.0.0.1 --health-port") +
                     QStringList{QString::number(other.serverPort())}) == 5);
    CHECK(server.errors().contains("for health"));
}

TEST_CASE("/healthz and /metrics tell what happens, and stuck askers delay nobody")
{
    QTemporaryDir dir;
    const auto data = dir.filePath(word("data"));
    ServerProcess server(data);
    REQUIRE(server.start(words("--registration open --health-address 127.0.0.1 --health-port 0 "
                               "--limit-registrations 2/1h")));
    const auto port = healthPort(server);
    const auto healthy = get(port, "/healthz");
    CHECK(healthy.startsWith("HTTP/1.1 200"));
    CHECK(healthy.endsWith("ok\n"));
    CHECK(get(port, "/elsewhere").startsWith("HTTP/1.1 404"));

    const QUrl url(server.url());
    TestPerson anna("anna");
    TestPerson bert("bert");
    WireClient annas;
    WireClient berts;
    REQUIRE((annas.open(url) && annas.hello() && annas.registerAs(anna)));
    REQUIRE((berts.open(url) && berts.hello() && berts.registerAs(bert)));
    WireClient third;
    REQUIRE((third.open(url) && third.hello()));
    CHECK(third.refusal(TestPerson("cleo").registration()) == protocol::ErrorCode::RateLimited);
    REQUIRE(berts.call(protocol::Sync{}));
    REQUIRE(annas.call(anna.event(bert, 1, TestPerson::randomMessageId())));
    const auto text = get(port, "/metrics");
    CHECK(text.contains("text/plain; version=0.0.4"));
    CHECK(numberOf(text, "impulse_connections") == 3);
    CHECK(numberOf(text, "impulse_sessions") == 2);
    CHECK(numberOf(text, "impulse_messages_in_total") == 1);
    CHECK(numberOf(text, "impulse_messages_out_total") == 1);
    CHECK(numberOf(text, "impulse_rate_limited_total") == 1);
    // An answer may be there before the writer has counted its job off.
    CHECK(waitUntil([&] { return numberOf(get(port, "/metrics"), "impulse_writer_queue") == 0; }));
    CHECK(numberOf(text, "impulse_delivery_queue") == 0);
    CHECK(numberOf(text, "impulse_healthy") == 1);
    CHECK(numberOf(text, "impulse_database_bytes") > 4096);
    CHECK(numberOf(text, "impulse_commit_seconds_count") >= 3);
    CHECK_FALSE(text.contains("anna"));

    // Connections that ask half a question, more than are let in.
    std::vector<std::unique_ptr<QTcpSocket>> stuck;
    for (int i = 0; i < 60; ++i) {
        stuck.push_back(std::make_unique<QTcpSocket>());
        stuck.back()->connectToHost(QHostAddress::LocalHost, port);
        stuck.back()->waitForConnected(1000);
        stuck.back()->write("GET /metr");
    }
    QElapsedTimer timer;
    timer.start();
    for (std::uint64_t i = 2; i < 50; ++i)
        REQUIRE(annas.call(anna.event(bert, i, TestPerson::randomMessageId())));
    CHECK(timer.elapsed() < 5000);
    // They are cut off by themselves, and it answers again.
    CHECK(waitUntil(
        [&] {
            return std::ranges::all_of(stuck, [](const auto& socket) {
                return socket->state() == QAbstractSocket::UnconnectedState;
            });
        },
        20'000));
    CHECK(get(port, "/healthz").startsWith("HTTP/1.1 200"));

    QProcess drain;
    drain.start(serverCommands(), {word("ctl"), word("--data"), data, word("drain")});
    REQUIRE(waitUntil([&] { return drain.state() == QProcess::NotRunning; }, 10'000));
    const auto draining = get(port, "/healthz");
    CHECK(draining.startsWith("HTTP/1.1 503"));
    CHECK(draining.endsWith("draining\n"));
    CHECK(server.stop());
}

TEST_CASE("a flood of whole requests to /metrics is answered beside chat, not in its place")
{
    QTemporaryDir dir;
    ServerProcess server(dir.filePath(word("data")));
    REQUIRE(server.start(words("--registration open --health-address 127.0.0.1 --health-port 0")));
    const auto port = healthPort(server);
    const QUrl url(server.url());
    const TestPerson anna("anna");
    const TestPerson bert("bert");
    WireClient annas;
    WireClient berts;
    REQUIRE((annas.open(url) && annas.hello() && annas.registerAs(anna)));
    REQUIRE((berts.open(url) && berts.hello() && berts.registerAs(bert)));
    REQUIRE(berts.call(protocol::Sync{}));

    // By mechanism: a thread of its own, which gives way to all others.
    CHECK(niceOf(server.pid(), "health") == 10);
    CHECK(niceOf(server.pid(), "impulse-server") == niceOf(::getpid(), nullptr));

    // And by time, from the sender's write to the receiver's read, with numbers to look at.
    std::uint64_t sent = 0;
    const auto median = [&] {
        std::vector<double> times;
        for (int i = 0; i < 300; ++i) {
            QElapsedTimer timer;
            timer.start();
            const auto before = berts.pushes.size();
            annas.send(anna.event(bert, ++sent, TestPerson::randomMessageId()));
            REQUIRE(waitFor([&] { return berts.pushes.size() > before; }));
            times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        }
        std::ranges::sort(times);
        return std::pair(times[times.size() / 2], times[times.size() * 95 / 100]);
    };
    (void)median();
    const auto alone = median();
    Flood flood(port, 4);
    REQUIRE(waitUntil([&] { return flood.answered() > 100; }));
    const auto answeredBefore = flood.answered();
    const auto flooded = median();
    const auto answered = flood.answered() - answeredBefore;
    flood.stop();
    std::printf("a message with its receiver: p50 %.2f ms, p95 %.2f ms; beside %llu requests to "
                "/metrics: p50 %.2f ms, p95 %.2f ms\n",
                alone.first, alone.second, static_cast<unsigned long long>(answered), flooded.first,
                flooded.second);
    CHECK(answered > 100);
    // The flooders need processor time too, on two cores as much as the server and this test.
    CHECK(flooded.first < 4 * alone.first + 5);
    CHECK(annas.errors.empty());
    CHECK(get(port, "/healthz").startsWith("HTTP/1.1 200"));
    CHECK(server.stop());
}
