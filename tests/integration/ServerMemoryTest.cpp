#include "tests/support/Catch.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/StallingRelay.h"
#include "tests/support/WireClient.h"

#include "common/core/Limits.h"

#include <QFile>
#include <QTemporaryDir>

using namespace impulse;
using namespace impulse::tests;
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
