#include "server/storage/GroupWriter.h"
#include "tests/support/Catch.h"

#include <QTemporaryDir>

#include <atomic>
#include <sys/mount.h>

using namespace impulse;
using namespace impulse::server;
using Outcome = GroupWriter::Outcome;

namespace {

struct Database {
    explicit Database(const char* mountOptions = nullptr)
    {
        if (mountOptions) {
            mounted = ::mount("tmpfs", dir.path().toLocal8Bit().constData(), "tmpfs", 0, mountOptions)
                == 0;
            if (!mounted)
                return;
        }
        REQUIRE(prepareDatabase(path));
    }
    ~Database()
    {
        if (mounted)
            ::umount(dir.path().toLocal8Bit().constData());
    }
    std::uint64_t count() const
    {
        auto connection = SqlConnection::open(path, SqlConnection::Mode::ReadOnly);
        REQUIRE(connection);
        Statement statement(**connection, "SELECT count(*) FROM meta");
        REQUIRE(statement.next());
        return statement.integer(0);
    }

    QTemporaryDir dir;
    QString path = dir.filePath(QStringLiteral("impulse.db"));
    bool mounted = false;
};

bool insert(SqlConnection& connection, int number, std::size_t bytes = 8)
{
    const auto name = std::to_string(number);
    const Bytes value(bytes, 7);
    return Statement(connection, "INSERT INTO meta (name, value) VALUES (?, ?)")
        .bind(name)
        .bind(View(value))
        .run();
}

} // namespace

TEST_CASE("jobs are completed in order, after a commit that others can see")
{
    Database database;
    std::vector<int> completed;
    std::uint64_t seen = 0;
    {
        GroupWriter writer(database.path);
        REQUIRE(writer.failure().isEmpty());
        for (int i = 0; i < 1000; ++i) {
            REQUIRE(writer.submit({[i](SqlConnection& connection) { return insert(connection, i); },
                                   [&, i](Outcome outcome) {
                                       CHECK(outcome == Outcome::Committed);
                                       completed.push_back(i);
                                       if (i == 999)
                                           seen = database.count();
                                   }}));
        }
    }
    REQUIRE(completed.size() == 1000);
    CHECK(std::is_sorted(completed.begin(), completed.end()));
    CHECK(seen == 1000);
    CHECK(database.count() == 1000);
}

TEST_CASE("a job that refuses leaves nothing behind and disturbs nobody")
{
    Database database;
    GroupWriter writer(database.path);
    std::atomic<int> committed = 0;
    for (int i = 0; i < 10; ++i) {
        REQUIRE(writer.submit({[i](SqlConnection& connection) {
                                   return insert(connection, i) && i % 2 == 0;
                               },
                               [&](Outcome outcome) { committed += outcome == Outcome::Committed; }}));
    }
    writer.stop();
    CHECK(committed == 10);
    CHECK(database.count() == 5);
    CHECK_FALSE(writer.submit({[](SqlConnection&) { return true; }, [](Outcome) {}}));
}

TEST_CASE("a job with an error fails alone")
{
    Database database;
    GroupWriter writer(database.path);
    std::atomic<int> committed = 0;
    std::atomic<int> failed = 0;
    // The third insert has a name that is taken.
    for (const int number : {1, 2, 2, 3}) {
        REQUIRE(writer.submit(
            {[number](SqlConnection& connection) { return insert(connection, number); },
             [&](Outcome outcome) { ++(outcome == Outcome::Committed ? committed : failed); }}));
    }
    writer.stop();
    CHECK(committed == 3);
    CHECK(failed == 1);
    CHECK(database.count() == 3);
}

TEST_CASE("a full disk refuses what does not fit and loses nothing (skipped without mount rights)")
{
    Database database("size=2m");
    if (!database.mounted) {
        WARN("skipped: no right to mount");
        return;
    }
    GroupWriter writer(database.path);
    REQUIRE(writer.failure().isEmpty());
    std::atomic<int> committed = 0;
    std::atomic<int> full = 0;
    std::atomic<int> other = 0;
    const auto count = [&](Outcome outcome) {
        ++(outcome == Outcome::Committed ? committed : outcome == Outcome::Full ? full : other);
    };
    for (int i = 0; i < 100; ++i) {
        REQUIRE(writer.submit(
            {[i](SqlConnection& connection) { return insert(connection, i, 50'000); }, count}));
    }
    writer.stop();
    CHECK(committed > 0);
    CHECK(full > 0);
    CHECK(other == 0);
    CHECK(database.count() == static_cast<std::uint64_t>(committed.load()));
    // With the same database on a larger disk everything goes on.
    REQUIRE(::mount("tmpfs", database.dir.path().toLocal8Bit().constData(), "tmpfs", MS_REMOUNT,
                    "size=32m") == 0);
    GroupWriter again(database.path);
    REQUIRE(again.submit({[](SqlConnection& connection) { return insert(connection, 1000, 50'000); },
                          [](Outcome outcome) { CHECK(outcome == Outcome::Committed); }}));
    again.stop();
    CHECK(database.count() == static_cast<std::uint64_t>(committed.load()) + 1);
}

TEST_CASE("a writer without its database says so")
{
    QTemporaryDir dir;
    GroupWriter writer(dir.filePath(QStringLiteral("impulse.db")));
    CHECK_FALSE(writer.failure().isEmpty());
}
