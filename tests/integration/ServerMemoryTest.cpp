#include "tests/support/Catch.h"
#include "tests/support/Processes.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/StallingRelay.h"
#include "tests/support/WireClient.h"

#include "common/core/Limits.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <algorithm>

using namespace impulse;
using namespace impulse::tests;
using impulse::test::programPath;
using impulse::test::ServerProcess;

namespace {

/// Memory of the server's own, in bytes: what is in use of stacks and heap.
std::int64_t privateBytes(const ServerProcess& server)
{
    QFile file(QStringLiteral("/proc/%1/smaps_rollup").arg(server.pid()));
    REQUIRE(file.open(QIODevice::ReadOnly));
    std::int64_t sum = 0;
    for (const auto& line : file.readAll().split('\n')) {
        if (line.startsWith("Private_Dirty:"))
            sum += line.mid(14).trimmed().split(' ').value(0).toLongLong() * 1024;
    }
    return sum;
}

struct Stalled {
    explicit Stalled(quint16 port) : relay(port) {}
    QUrl url() const { return QUrl(QStringLiteral("ws://127.0.0.1:%1/").arg(relay.port())); }
    StallingRelay relay;
    WireClient client;
};

/// Bytes that wait in the server for this person, as `ctl sessions` tells.
std::size_t queuedFor(const QString& data, const TestPerson& person)
{
    QProcess ctl;
    ctl.start(programPath("impulse-server"),
              {QStringLiteral("ctl"), QStringLiteral("sessions"), QStringLiteral("--json"),
               QStringLiteral("--data"), data});
    REQUIRE(waitUntil([&] { return ctl.state() == QProcess::NotRunning; }));
    const auto object = QJsonDocument::fromJson(ctl.readAllStandardOutput()).object();
    for (const auto& value : object[QStringLiteral("rows")].toArray()) {
        const auto row = value.toObject();
        if (row[QStringLiteral("username")].toString().toStdString() == person.username)
            return static_cast<std::size_t>(row[QStringLiteral("queuedBytes")].toDouble());
    }
    FAIL("no session of this person");
    return 0;
}

struct Pushed {
    std::uint64_t seq = 0;
    Bytes aad;
};

/// The events that were pushed to a client, in the order in which they came.
std::vector<Pushed> pushedTo(const WireClient& client)
{
    std::vector<Pushed> result;
    for (const auto& push : client.pushes) {
        if (const auto* event = std::get_if<protocol::EventPush>(&push))
            result.push_back({event->event.seq, event->event.aad});
    }
    return result;
}

} // namespace

TEST_CASE("a frame that was announced costs no memory before it comes, and then what has come",
          "[server]")
{
    if (!qEnvironmentVariableIsEmpty("IMPULSE_SERVER"))
        IMPULSE_SKIP("memory of another server may be a sanitizer's");
    constexpr int crowdSize = 100;
    // Of those who are logged in; a stranger's frame is a sixteenth of it.
    constexpr qint64 size = limits::frame - 100;
    const QTemporaryDir dir;
    ServerProcess server(dir.filePath(QStringLiteral("data")));
    REQUIRE(server.start());
    const TestPerson anna("anna");
    std::vector<std::unique_ptr<Stalled>> crowd;
    for (int i = 0; i < crowdSize; ++i) {
        crowd.push_back(std::make_unique<Stalled>(static_cast<quint16>(QUrl(server.url()).port())));
        auto& client = crowd.back()->client;
        REQUIRE((client.open(crowd.back()->url()) && client.hello() &&
                 (i == 0 ? client.registerAs(anna) : client.login(anna))));
    }
    const auto waitUntilRead = [&] {
        CHECK(waitUntil([&] {
            return std::ranges::all_of(crowd,
                                       [](const auto& one) { return one->relay.hasStalled(); });
        }));
        // The server has read it when it answers a newcomer on each thread.
        for (int i = 0; i < 8; ++i) {
            WireClient other;
            CHECK((other.open(QUrl(server.url())) && other.hello()));
        }
    };
    const auto before = privateBytes(server);
    for (auto& one : crowd) {
        one->relay.stallAfter(1000);
        one->client.sendBytes(Bytes(static_cast<std::size_t>(size), 0xff));
    }
    waitUntilRead();
    const auto announced = privateBytes(server) - before;
    // A megabyte each was announced, a kilobyte came.
    CHECK(announced < crowdSize * 64 * 1024);
    for (auto& one : crowd)
        one->relay.trickle(size / 2 - 1000);
    waitUntilRead();
    const auto half = privateBytes(server) - before;
    CHECK(half > crowdSize * size / 4);
    CHECK(half < crowdSize * (size / 2 + 256 * 1024));
    WireClient good;
    CHECK((good.open(QUrl(server.url())) && good.hello() && good.login(anna)));
    CHECK(server.stop());
}

TEST_CASE("a slow reader costs the server no more than the limit and catches up from the log",
          "[server]")
{
    constexpr std::size_t limit = std::size_t{256} << 10;
    constexpr std::size_t bodyBytes = (std::size_t{16} << 10) + 72;
    const QTemporaryDir dir;
    const auto data = dir.filePath(QStringLiteral("data"));
    ServerProcess server(data);
    REQUIRE(server.start({QStringLiteral("--registration"), QStringLiteral("open"),
                          QStringLiteral("--push-limit-bytes"), QStringLiteral("256K")}));
    const TestPerson anna("anna");
    const TestPerson bert("bert");
    WireClient annas;
    REQUIRE((annas.open(QUrl(server.url())) && annas.hello() && annas.registerAs(anna)));
    Stalled slow(static_cast<quint16>(QUrl(server.url()).port()));
    auto& berts = slow.client;
    REQUIRE((berts.open(slow.url()) && berts.hello() && berts.registerAs(bert) &&
             berts.call(protocol::Sync{})));
    std::vector<Bytes> sent;
    const auto write = [&](std::size_t bytes) {
        for (std::size_t done = 0; done < bytes; done += bodyBytes) {
            auto event = anna.event(bert, sent.size() + 1, TestPerson::randomMessageId());
            event.body = Bytes(bodyBytes, 5);
            sent.push_back(event.aad);
            REQUIRE(annas.call(event));
        }
    };
    const auto waitFor = [&](std::uint64_t seq) {
        REQUIRE(waitUntil([&] {
            const auto pushed = pushedTo(berts);
            return !pushed.empty() && pushed.back().seq == seq;
        }));
    };
    write(1);
    waitFor(1);

    slow.relay.stopReading();
    // The kernel takes some for him before anything waits in the server for good.
    const auto isStuck = [&] {
        const auto before = queuedFor(data, bert);
        waitUntil([] { return false; }, 100);
        return before > limit / 4 && queuedFor(data, bert) == before;
    };
    for (int i = 0; i < 100 && !isStuck(); ++i)
        write(limit);
    for (int i = 0; i < 8; ++i) {
        write(limit);
        const auto queued = queuedFor(data, bert);
        CHECK(queued > limit / 4);
        CHECK(queued <= limit + bodyBytes);
    }

    slow.relay.resumeReading();
    waitFor(sent.size());
    CHECK(queuedFor(data, bert) == 0);
    const auto pushes = pushedTo(berts);
    CHECK(std::ranges::count(pushes, sent.size(), &Pushed::seq) == 1);
    // As a client does: what is pushed is the next one, or shows a gap that is fetched.
    std::vector<Bytes> received;
    std::size_t fetched = 0;
    for (const auto& push : pushes) {
        // While the kernel took some: told as the newest that he missed before its own turn came.
        if (push.seq <= received.size()) {
            CHECK(push.aad == received[push.seq - 1]);
            continue;
        }
        while (received.size() + 1 < push.seq) {
            const auto gap = push.seq - 1 - received.size();
            const auto page = berts.call(protocol::FetchEvents{
                bert.conversationWith(anna), received.size(), std::min<std::uint64_t>(gap, 200)});
            REQUIRE((page && !page->events.empty()));
            for (const auto& event : page->events) {
                REQUIRE(event.seq == received.size() + 1);
                received.push_back(event.aad);
            }
            fetched += page->events.size();
        }
        REQUIRE(push.seq == received.size() + 1);
        received.push_back(push.aad);
    }
    CHECK(received == sent);
    // Most of what was written while the limit was reached.
    CHECK(fetched * bodyBytes > 7 * limit);

    // He is no slow reader any more.
    write(1);
    waitFor(sent.size());
    CHECK(pushedTo(berts).size() == pushes.size() + 1);
    CHECK_FALSE(berts.closed);
    CHECK(server.stop());
}
