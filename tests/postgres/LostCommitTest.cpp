#include "tests/postgres/Cluster.h"
#include "tests/support/PostgresProxy.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestDatabase.h"
#include "tests/support/WireClient.h"
#include "tests/unit/server/storage/WriterJobs.h"

#include <QTemporaryDir>

using namespace impulse;
using namespace impulse::tests;
using test::cluster;
using test::EmptyDatabase;
using test::PostgresProxy;
using test::ServerProcess;
using test::TestDatabase;
using Cut = PostgresProxy::Cut;

namespace {

/// The same database by way of the proxy.
StorageAddress through(const PostgresProxy& proxy, StorageAddress address)
{
    address.host = proxy.folder();
    return address;
}

bool isStored(const StorageAddress& address, int number)
{
    auto connection = SqlConnection::open(address, SqlConnection::Mode::ReadOnly);
    REQUIRE(connection);
    SqlStore store(**connection);
    return store.accounts().isNameTaken("user" + std::to_string(number));
}

/// Anna and Bert, who have an account each and are logged in.
struct Pair {
    explicit Pair(ServerProcess& server)
    {
        for (auto [person, client] : {std::pair(&anna, &fromAnna), {&bert, &toBert}}) {
            REQUIRE((client->open(QUrl(server.url())) && client->hello() &&
                     client->registerAs(*person) && client->call(protocol::Sync{})));
        }
    }
    protocol::SendEvent event(std::uint64_t seq, const MessageId& id) const
    {
        return anna.event(bert, seq, id);
    }
    std::size_t pushed() const
    {
        return static_cast<std::size_t>(std::ranges::count_if(toBert.pushes, [](const auto& push) {
            return std::holds_alternative<protocol::EventPush>(push);
        }));
    }
    std::size_t logged()
    {
        const auto page = toBert.call(protocol::FetchEvents{anna.conversationWith(bert), 0, 200});
        return page ? page->events.size() : 0;
    }

    const TestPerson anna{"anna"};
    const TestPerson bert{"bert"};
    WireClient fromAnna;
    WireClient toBert;
};

struct Run {
    Run()
    {
        const auto url =
            QStringLiteral("postgresql://impulse@/%1?host=%2").arg(database.name(), proxy.folder());
        REQUIRE(server.start({QStringLiteral("--registration"), QStringLiteral("open"),
                              QStringLiteral("--storage"), url}));
    }

    const EmptyDatabase database;
    PostgresProxy proxy{cluster().folder()};
    QTemporaryDir folder;
    ServerProcess server{folder.filePath(QStringLiteral("data"))};
};

} // namespace

TEST_CASE("a job whose commit had no answer is told once what became of it")
{
    const TestDatabase database;
    PostgresProxy proxy(cluster().folder());
    LocalBus bus;
    GroupWriter group(through(proxy, database.address()), bus);
    REQUIRE(group.failure().isEmpty());
    SqlWriter writer(group);
    std::map<int, std::optional<WriteFailure>> done;
    const auto write = [&](int number) {
        writer.submit(std::make_unique<InsertJob>(
            number, [&](int which, std::optional<WriteFailure> failure) {
                CHECK(done.emplace(which, failure).second);
            }));
    };
    const auto writeAndWait = [&](int number) {
        write(number);
        REQUIRE(waitUntil([&] { return done.contains(number); }));
        return done[number];
    };
    CHECK_FALSE(writeAndWait(1));
    for (int i = 1; i <= 5; ++i) {
        CAPTURE(i);
        const int number = 10 * i;
        proxy.cutNext(Cut::AfterCommit);
        CHECK_FALSE(writeAndWait(number));
        CHECK(proxy.hasCut());
        CHECK(isStored(database.address(), number));
        proxy.cutNext(Cut::BeforeCommit);
        CHECK(writeAndWait(number + 1) == WriteFailure::Unavailable);
        CHECK(proxy.hasCut());
        CHECK_FALSE(isStored(database.address(), number + 1));
        CHECK_FALSE(writeAndWait(number + 2));
    }
    // As long as nobody knows, it is neither, and what comes after it is refused.
    for (const auto cut : {Cut::AfterCommit, Cut::BeforeCommit}) {
        const int number = cut == Cut::AfterCommit ? 100 : 200;
        proxy.refuse(true);
        proxy.cutNext(cut);
        write(number);
        REQUIRE(waitUntil([&] { return proxy.hasCut(); }));
        CHECK(writeAndWait(number + 1) == WriteFailure::Unavailable);
        CHECK_FALSE(done.contains(number));
        proxy.refuse(false);
        REQUIRE(waitUntil([&] { return done.contains(number); }));
        CHECK(done[number].has_value() == (cut == Cut::BeforeCommit));
        CHECK(isStored(database.address(), number) == (cut == Cut::AfterCommit));
        CHECK_FALSE(writeAndWait(number + 2));
    }
    // A writer that is stopped does not wait for ever.
    proxy.refuse(true);
    proxy.cutNext(Cut::AfterCommit);
    write(300);
    REQUIRE(waitUntil([&] { return proxy.hasCut(); }));
    group.stop();
    REQUIRE(waitUntil([&] { return done.contains(300); }));
    CHECK(done[300] == WriteFailure::Unavailable);
}

TEST_CASE("a message whose commit had no answer is acknowledged once, delivered and not repeated")
{
    Run run;
    Pair pair(run.server);
    const auto first = TestPerson::randomMessageId();
    run.proxy.cutNext(Cut::AfterCommit);
    const auto accepted = pair.fromAnna.call(pair.event(1, first));
    CHECK(run.proxy.hasCut());
    REQUIRE(accepted);
    CHECK(accepted->seq == 1);
    CHECK(waitUntil([&] { return pair.pushed() == 1; }));
    // Sent again under its id it is the same event.
    const auto again = pair.fromAnna.call(pair.event(1, first));
    REQUIRE(again);
    CHECK(again->seq == 1);
    CHECK(again->serverMs == accepted->serverMs);

    const auto second = TestPerson::randomMessageId();
    run.proxy.cutNext(Cut::BeforeCommit);
    CHECK(pair.fromAnna.refusal(pair.event(2, second)) == protocol::ErrorCode::Unavailable);
    CHECK(run.proxy.hasCut());
    const auto retried = pair.fromAnna.call(pair.event(2, second));
    REQUIRE(retried);
    CHECK(retried->seq == 2);
    CHECK(waitUntil([&] { return pair.pushed() == 2; }));
    CHECK(pair.logged() == 2);
    CHECK(run.server.stop());
}

TEST_CASE("a message whose commit nobody knew of when the server was killed is found again")
{
    Run run;
    Pair pair(run.server);
    const auto id = TestPerson::randomMessageId();
    run.proxy.refuse(true);
    run.proxy.cutNext(Cut::AfterCommit);
    pair.fromAnna.send(pair.event(1, id));
    REQUIRE(waitUntil([&] { return run.proxy.hasCut(); }));
    CHECK(pair.fromAnna.refusal(pair.event(1, id)) == protocol::ErrorCode::Unavailable);
    run.server.kill();
    run.proxy.refuse(false);
    REQUIRE(run.server.start({QStringLiteral("--registration"), QStringLiteral("open"),
                              QStringLiteral("--storage"), run.database.url()}));
    for (auto [person, client] :
         {std::pair(&pair.anna, &pair.fromAnna), {&pair.bert, &pair.toBert}}) {
        REQUIRE(
            (client->open(QUrl(run.server.url())) && client->hello() && client->login(*person)));
    }
    // The client has had no answer, and sends again.
    const auto accepted = pair.fromAnna.call(pair.event(1, id));
    REQUIRE(accepted);
    CHECK(accepted->seq == 1);
    CHECK(pair.logged() == 1);
    CHECK(run.server.stop());
}
