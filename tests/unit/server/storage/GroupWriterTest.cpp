#include "tests/support/TestDatabase.h"
#include "tests/unit/server/storage/WriterJobs.h"

#include <QThread>

using namespace impulse;
using namespace impulse::tests;

namespace {

struct Database {
    std::uint64_t count() const { return accountCount(place.address()); }

    test::TestDatabase place;
    LocalBus bus;
};

} // namespace

TEST_CASE("jobs finish in order, on the submitting thread, after a commit that others can see")
{
    Database database;
    GroupWriter group(database.place.address(), database.bus);
    REQUIRE(group.failure().isEmpty());
    SqlWriter writer(group);
    const auto* thread = QThread::currentThread();
    std::vector<int> finished;
    std::uint64_t seen = 0;
    const auto done = [&](int number, std::optional<WriteFailure> failure) {
        CHECK_FALSE(failure);
        CHECK(QThread::currentThread() == thread);
        finished.push_back(number);
        if (number == 999)
            seen = database.count();
    };
    for (int i = 0; i < 1000; ++i)
        writer.submit(std::make_unique<InsertJob>(i, done));
    CHECK(finished.empty());
    REQUIRE(waitUntil([&] { return finished.size() == 1000; }));
    CHECK(std::is_sorted(finished.begin(), finished.end()));
    CHECK(seen == 1000);
}

TEST_CASE("a job that refuses leaves nothing behind and disturbs nobody")
{
    Database database;
    GroupWriter group(database.place.address(), database.bus);
    SqlWriter writer(group);
    int stored = 0;
    for (int i = 0; i < 10; ++i) {
        writer.submit(std::make_unique<InsertJob>(
            i, [&](int, std::optional<WriteFailure> failure) { stored += !failure; },
            i % 2 ? WriteJob::Verdict::Discard : WriteJob::Verdict::Keep));
    }
    REQUIRE(waitUntil([&] { return stored == 10; }));
    CHECK(database.count() == 5);
}

TEST_CASE("a job with an error fails alone")
{
    Database database;
    GroupWriter group(database.place.address(), database.bus);
    SqlWriter writer(group);
    std::vector<int> failed;
    int stored = 0;
    // The third insert has a name that is taken.
    for (const int number : {1, 2, 2, 3}) {
        writer.submit(
            std::make_unique<InsertJob>(number, [&](int job, std::optional<WriteFailure> failure) {
                if (failure)
                    failed.push_back(job);
                else
                    ++stored;
            }));
    }
    REQUIRE(waitUntil([&] { return stored + failed.size() == 4; }));
    CHECK(stored == 3);
    CHECK(failed == std::vector<int>{2});
    CHECK(database.count() == 3);
}

TEST_CASE("a stopped writer commits what was queued and gives later jobs back")
{
    Database database;
    GroupWriter group(database.place.address(), database.bus);
    SqlWriter writer(group);
    int stored = 0;
    int refused = 0;
    const auto done = [&](int, std::optional<WriteFailure> failure) {
        ++(failure ? refused : stored);
        if (failure)
            CHECK(*failure == WriteFailure::Unavailable);
    };
    for (int i = 0; i < 100; ++i)
        writer.submit(std::make_unique<InsertJob>(i, done));
    group.stop();
    writer.submit(std::make_unique<InsertJob>(1000, done));
    CHECK(stored + refused == 0);
    REQUIRE(waitUntil([&] { return stored == 100 && refused == 1; }));
    CHECK(database.count() == 100);
}
