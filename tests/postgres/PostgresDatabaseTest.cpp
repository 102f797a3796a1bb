#include "server/storage/DatabaseFile.h"
#include "server/storage/StorageCopy.h"
#include "tests/postgres/Cluster.h"
#include "tests/support/TestDatabase.h"
#include "tests/unit/server/storage/WriterJobs.h"

#include <QTemporaryDir>

#include <set>

using namespace impulse;
using namespace impulse::tests;
using test::cluster;
using test::TestDatabase;

namespace {

std::unique_ptr<SqlConnection> open(const StorageAddress& address, SqlMode mode)
{
    auto opened = SqlConnection::open(address, mode);
    REQUIRE(opened);
    return *std::move(opened);
}

/// "table.column null" of each column.
std::set<std::string> columnsOf(SqlConnection& connection)
{
    static constexpr SqlText sql{
        "SELECT t.name, c.name, c.\"notnull\" OR c.pk > 0 FROM sqlite_schema AS t "
        "JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'",
        "SELECT CAST(table_name AS text), CAST(column_name AS text), "
        "CASE WHEN is_nullable = 'NO' THEN 1 ELSE 0 END "
        "FROM information_schema.columns WHERE table_schema = current_schema()"};
    Statement statement(connection, sql);
    std::set<std::string> result;
    while (statement.next())
        result.insert(statement.text(0) + "." + statement.text(1) +
                      (statement.integer(2) != 0 ? "" : " null"));
    CHECK_FALSE(connection.failed());
    return result;
}

void addPeople(const StorageAddress& address, int count)
{
    const auto connection = open(address, SqlMode::ReadWrite);
    SqlStore store(*connection);
    for (int i = 0; i < count; ++i)
        store.accounts().insert(accountOf(i, static_cast<std::size_t>(i % 3)));
    store.setIncarnation(*IncarnationId::from(Bytes(16, 9)));
    REQUIRE_FALSE(store.takeFailure());
}

/// Of the first two people.
NewGroupState groupState()
{
    NewGroupState state;
    state.fields.group = *ConversationId::from(Bytes(32, 7));
    state.fields.authorUser = accountOf(0, 0).account.userId;
    state.fields.authorDevice = *DeviceId::from(Bytes(16, 8));
    for (int i = 0; i < 2; ++i)
        state.fields.members.push_back(
            {accountOf(i, 0).account.userId, *SignPublicKey::from(Bytes(32, 1)),
             i == 0 ? crypto::GroupRole::Admin : crypto::GroupRole::Member});
    state.state = Bytes(300, 1);
    state.meta = Bytes(100, 2);
    return state;
}

void addGroup(const StorageAddress& address)
{
    const auto connection = open(address, SqlMode::ReadWrite);
    SqlStore store(*connection);
    CHECK(store.groups().putState(groupState()) == 1);
    REQUIRE(store.flush());
    REQUIRE_FALSE(store.takeFailure());
}

Result<void, QString> copy(const StorageAddress& from, const StorageAddress& to)
{
    const auto source = open(from, SqlMode::ReadOnly);
    const auto target = open(to, SqlMode::ReadWrite);
    auto result = copyStorage(*source, *target, [](const QString&) {});
    if (!result)
        UNSCOPED_INFO(result.error().toStdString());
    return result;
}

} // namespace

TEST_CASE("both databases have the same tables and columns, and a copy has all of them")
{
    const TestDatabase postgres;
    QTemporaryDir folder;
    const StorageAddress sqlite(folder.filePath(QStringLiteral("impulse.db")));
    REQUIRE(prepareDatabase(sqlite));
    const auto columns = columnsOf(*open(postgres.address(), SqlMode::ReadOnly));
    CHECK(columns.size() > 60);
    CHECK(columns == columnsOf(*open(sqlite, SqlMode::ReadOnly)));
    std::size_t copied = 0;
    for (const auto& table : copiedTables())
        copied += static_cast<std::size_t>(std::ranges::count(table, ',')) + 1;
    CHECK(copied == columns.size());
}

TEST_CASE("a database of PostgreSQL has one writer")
{
    const TestDatabase database;
    LocalBus bus;
    {
        GroupWriter first(database.address(), bus);
        REQUIRE(first.failure().isEmpty());
        GroupWriter second(database.address(), bus);
        CHECK(second.failure().contains(QStringLiteral("another server uses the database")));
        const auto prepared = prepareDatabase(database.address());
        REQUIRE_FALSE(prepared);
        CHECK(prepared.error().fault == DatabaseFault::Busy);
    }
    CHECK(GroupWriter(database.address(), bus).failure().isEmpty());
}

TEST_CASE("tables of somebody else are left alone")
{
    const auto address = cluster().createDatabase(QStringLiteral("foreign_tables"));
    REQUIRE(cluster().sql(QStringLiteral("CREATE TABLE accounts (id int)"),
                          QStringLiteral("foreign_tables")));
    const auto prepared = prepareDatabase(address);
    REQUIRE_FALSE(prepared);
    CHECK(prepared.error().fault == DatabaseFault::Corrupt);
    cluster().dropDatabase(QStringLiteral("foreign_tables"));
}

TEST_CASE("a lost connection loses and repeats nothing that was acknowledged")
{
    const TestDatabase database;
    LocalBus bus;
    GroupWriter group(database.address(), bus);
    REQUIRE(group.failure().isEmpty());
    SqlWriter writer(group);
    const auto reader = open(database.address(), SqlMode::ReadOnly);
    SqlStore store(*reader);
    CHECK_FALSE(store.accounts().isNameTaken("user0"));
    std::set<int> stored;
    std::set<int> failed;
    const auto done = [&](int number, std::optional<WriteFailure> failure) {
        if (failure)
            CHECK(*failure == WriteFailure::Unavailable);
        CHECK((failure ? failed : stored).insert(number).second);
    };
    int next = 0;
    const auto write = [&](int count) {
        for (int i = 0; i < count; ++i)
            writer.submit(std::make_unique<InsertJob>(next++, done));
    };
    for (const bool restart : {false, true, false}) {
        write(300);
        if (restart) {
            REQUIRE(cluster().stop("immediate"));
            write(100);
            REQUIRE(cluster().start());
        } else {
            REQUIRE(cluster().sql(QStringLiteral("SELECT pg_terminate_backend(pid) FROM "
                                                 "pg_stat_activity WHERE pid <> pg_backend_pid() "
                                                 "AND backend_type = 'client backend'")));
        }
        // It comes back by itself.
        const auto before = stored.size();
        REQUIRE(waitUntil([&] {
            write(1);
            return stored.size() > before + 20;
        }));
    }
    REQUIRE(waitUntil([&] { return stored.size() + failed.size() == std::size_t(next); }));
    const auto count = accountCount(database.address());
    CHECK(count >= stored.size());
    for (const auto number : stored)
        CHECK(store.accounts().isNameTaken("user" + std::to_string(number)));
    CHECK_FALSE(store.takeFailure());
}

TEST_CASE("everything moves to PostgreSQL and back")
{
    QTemporaryDir folder;
    const StorageAddress sqlite(folder.filePath(QStringLiteral("impulse.db")));
    const StorageAddress back(folder.filePath(QStringLiteral("back.db")));
    const TestDatabase postgres;
    REQUIRE(prepareDatabase(sqlite));
    REQUIRE(prepareDatabase(back));
    addPeople(sqlite, 100);
    addGroup(sqlite);
    REQUIRE(copy(sqlite, postgres.address()));
    REQUIRE(copy(postgres.address(), back));
    CHECK(accountCount(back) == 100);
    const auto again = copy(sqlite, postgres.address());
    REQUIRE_FALSE(again);
    CHECK(again.error().contains(QStringLiteral("not empty")));
    // New rows get new numbers.
    const auto connection = open(postgres.address(), SqlMode::ReadWrite);
    SqlStore store(*connection);
    store.accounts().insert(accountOf(1000, 8));
    CHECK_FALSE(store.takeFailure());
    auto group = groupState();
    const auto roster = store.groups().roster(group.fields.group);
    REQUIRE(roster);
    CHECK(roster->members.size() == 2);
    CHECK(store.groups().meta(group.fields.group) == Bytes(100, 2));
    group.fields.epoch = 1;
    group.fields.members.pop_back();
    CHECK(store.groups().putState(group) == 2);
    CHECK(store.groups().viewOf(accountOf(1, 0).account.userId, group.fields.group)->lastSeq == 2);
    CHECK_FALSE(store.takeFailure());
    CHECK(store.incarnation() == *IncarnationId::from(Bytes(16, 9)));
}
