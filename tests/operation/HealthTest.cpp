#include "tests/support/Catch.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/WireClient.h"

#include "server/app/Vitals.h"
#include "server/net/MetricsText.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>

using namespace impulse;
using namespace impulse::server;
using namespace impulse::tests;
using impulse::test::ServerProcess;

namespace {

QString word(const char* text)
{
    return QString::fromUtf8(text);
}

QStringList words(const char* text)
{
    return word(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

/// The port that the log names.
quint16 healthPort(ServerProcess& server)
{
    static const QRegularExpression port(word("health and metrics on port ([0-9]+)"));
    QRegularExpressionMatch match;
    REQUIRE(waitUntil([&] {
        match = port.match(QString::fromUtf8(server.errors()));
        return match.hasMatch();
    }));
    return static_cast<quint16>(match.captured(1).toInt());
}

QByteArray get(quint16 port, const QByteArray& path)
{
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, port);
    REQUIRE(socket.waitForConnected(5000));
    socket.write("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    QByteArray answer;
    const auto isWhole = [&] {
        answer += socket.readAll();
        static const QRegularExpression length(word("content-length: ([0-9]+)"),
                                               QRegularExpression::CaseInsensitiveOption);
        const auto match = length.match(QString::fromLatin1(answer));
        const auto body = answer.indexOf("\r\n\r\n");
        return match.hasMatch() && body >= 0 &&
               answer.size() >= body + 4 + match.captured(1).toInt();
    };
    CHECK(waitUntil(isWhole, 10'000));
    return answer;
}

/// The value of a line "NAME VALUE"; -1 if there is none.
double numberOf(const QByteArray& text, const QByteArray& name)
{
    for (const auto& line : text.split('\n')) {
        if (line.startsWith(name + ' '))
            return line.mid(name.size() + 1).trimmed().toDouble();
    }
    return -1;
}

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
    CHECK(numberOf(text, "impulse_writer_queue") == 0);
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
    drain.start(word(IMPULSE_BIN_DIR "/impulse-server"),
                {word("ctl"), word("--data"), data, word("drain")});
    REQUIRE(waitUntil([&] { return drain.state() == QProcess::NotRunning; }, 10'000));
    const auto draining = get(port, "/healthz");
    CHECK(draining.startsWith("HTTP/1.1 503"));
    CHECK(draining.endsWith("draining\n"));
    CHECK(server.stop());
}
