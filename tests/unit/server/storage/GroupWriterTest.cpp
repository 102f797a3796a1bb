#include "server/core/LocalBus.h"
#include "server/storage/DatabaseFile.h"
#include "server/storage/SqlWriter.h"
#include "tests/support/Catch.h"
#include "tests/support/EventLoop.h"

#include <QFile>
#include <QTemporaryDir>

#include <sys/mount.h>

using namespace impulse;
using namespace impulse::server;
using impulse::tests::waitUntil;

namespace {

struct Database {
    explicit Database(const char* mountOptions = nullptr)
    {
        if (mountOptions) {
            mounted = ::mount("tmpfs", dir.path().toLocal8Bit().constData(), "tmpfs", 0,
                              mountOptions) == 0;
            if (!mounted)
                return;
        }
        REQUIRE(prepareDatabase(path));
    }
    ~Database()
    {
        if (mounted)
            ::umount2(dir.path().toLocal8Bit().constData(), MNT_DETACH);
    }
    std::uint64_t count() const
    {
        auto connection = SqlConnection::open(path, SqlConnection::Mode::ReadOnly);
        REQUIRE(connection);
        Statement statement(**connection, "SELECT count(*) FROM accounts");
        REQUIRE(statement.next());
        return statement.integer(0);
    }

    QTemporaryDir dir;
    QString path = dir.filePath(QStringLiteral("impulse.db"));
    bool mounted = false;
    LocalBus bus;
};

NewAccount accountOf(int number, std::size_t profileBytes)
{
    NewAccount result;
    const auto name = "user" + std::to_string(number);
    std::copy(name.begin(), name.end(), result.account.userId.data());
    result.account.username = name;
    result.profile = Bytes(profileBytes, 7);
    return result;
}

using Done = std::function<void(int, std::optional<WriteFailure>)>;

class InsertJob final : public WriteJob {
public:
    InsertJob(int number, Done done, Verdict verdict = Verdict::Keep, std::size_t bytes = 8)
        : m_number(number), m_done(std::move(done)), m_verdict(verdict), m_bytes(bytes)
    {
    }
    Verdict run(Store& store, Deliveries&) override
    {
        ++runs;
        store.accounts().insert(accountOf(m_number, m_bytes));
        // As a handler does; the writer must notice all the same.
        return store.takeFailure() ? Verdict::Discard : m_verdict;
    }
    void finish(std::optional<WriteFailure> failure) override
    {
        CHECK(runs <= 1);
        m_done(m_number, failure);
    }

private:
    const int m_number;
    const Done m_done;
    const Verdict m_verdict;
    const std::size_t m_bytes;
    int runs = 0;
};

class AnyJob final : public WriteJob {
public:
    AnyJob(std::function<void(Store&)> work, std::function<void()> done)
        : m_work(std::move(work)), m_done(std::move(done))
    {
    }
    Verdict run(Store& store, Deliveries&) override
    {
        m_work(store);
        return Verdict::Keep;
    }
    void finish(std::optional<WriteFailure> failure) override
    {
        CHECK_FALSE(failure);
        m_done();
    }

private:
    const std::function<void(Store&)> m_work;
    const std::function<void()> m_done;
};

} // namespace

TEST_CASE("jobs finish in order, on the submitting thread, after a commit that others can see")
{
    Database database;
    GroupWriter group(database.path, database.bus);
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
    GroupWriter group(database.path, database.bus);
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
    GroupWriter group(database.path, database.bus);
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
    GroupWriter group(database.path, database.bus);
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

TEST_CASE("what was erased is in no file any more, while the server runs")
{
    Database database;
    GroupWriter group(database.path, database.bus, {std::chrono::milliseconds(300)});
    SqlWriter writer(group);
    const Conversation conversation{*ConversationId::from(Bytes(32, 1)),
                                    accountOf(1, 8).account.userId, accountOf(1, 8).account.userId};
    // One body lies in its row, the other needs pages of its own.
    const Bytes bodies[] = {Bytes(328, 0xb1), Bytes(60'000, 0xb2)};
    const auto run = [&](std::function<void(Store&)> work) {
        bool done = false;
        writer.submit(std::make_unique<AnyJob>(std::move(work), [&done] { done = true; }));
        REQUIRE(waitUntil([&] { return done; }));
    };
    run([&](Store& store) {
        store.accounts().insert(accountOf(1, 8));
        store.conversations().create(conversation);
        for (std::uint64_t i = 0; i < 2; ++i) {
            NewEvent event;
            event.conversation = conversation.id;
            event.device = *DeviceId::from(Bytes(16, 2));
            event.senderSeq = i + 1;
            event.aad = Bytes(115, 3);
            event.body = bodies[i];
            event.wraps = {{*DeviceId::from(Bytes(16, 4)), Bytes(235, 0xb3)}};
            store.conversations().append(std::make_shared<const NewEvent>(event));
        }
    });
    const auto occursIn = [&](const char* suffix, std::uint8_t byte) {
        QFile file(database.path + QLatin1String(suffix));
        return file.open(QIODevice::ReadOnly) &&
               file.readAll().contains(QByteArray(200, static_cast<char>(byte)));
    };
    const auto occurs = [&](std::uint8_t byte) {
        return occursIn("", byte) || occursIn("-wal", byte);
    };
    CHECK(occurs(0xb1));
    CHECK(occurs(0xb2));
    CHECK(occurs(0xb3));
    run([&](Store& store) {
        store.conversations().erase(conversation.id, 1);
        store.conversations().erase(conversation.id, 2);
    });
    // Although nothing more is written.
    CHECK(waitUntil([&] { return !occurs(0xb1) && !occurs(0xb2) && !occurs(0xb3); }));
}

TEST_CASE("a full disk refuses what does not fit and loses nothing (skipped without mount rights)")
{
    Database database("size=2m");
    if (!database.mounted)
        IMPULSE_SKIP("no right to mount");
    int stored = 0;
    int full = 0;
    int other = 0;
    const auto done = [&](int, std::optional<WriteFailure> failure) {
        ++(!failure ? stored : *failure == WriteFailure::StorageFull ? full : other);
    };
    {
        GroupWriter group(database.path, database.bus);
        REQUIRE(group.failure().isEmpty());
        SqlWriter writer(group);
        for (int i = 0; i < 100; ++i)
            writer.submit(std::make_unique<InsertJob>(i, done, WriteJob::Verdict::Keep, 50'000));
        REQUIRE(waitUntil([&] { return stored + full + other == 100; }));
        // One by one from here on: what fits is stored, what does not is refused.
        for (int i = 100; i < 160; ++i)
            writer.submit(std::make_unique<InsertJob>(i, done, WriteJob::Verdict::Keep, 50'000));
        REQUIRE(waitUntil([&] { return stored + full + other == 160; }));
    }
    CHECK(stored > 0);
    CHECK(full > 0);
    CHECK(other == 0);
    CHECK(database.count() == static_cast<std::uint64_t>(stored));
    // With the same database on a larger disk everything goes on.
    REQUIRE(::mount("tmpfs", database.dir.path().toLocal8Bit().constData(), "tmpfs", MS_REMOUNT,
                    "size=32m") == 0);
    GroupWriter group(database.path, database.bus);
    SqlWriter writer(group);
    bool good = false;
    writer.submit(std::make_unique<InsertJob>(
        1000, [&](int, std::optional<WriteFailure> failure) { good = !failure; },
        WriteJob::Verdict::Keep, 50'000));
    CHECK(waitUntil([&] { return good; }));
    CHECK(database.count() == static_cast<std::uint64_t>(stored) + 1);
}

TEST_CASE("a writer without its database says so")
{
    QTemporaryDir dir;
    LocalBus bus;
    GroupWriter group(dir.filePath(QStringLiteral("impulse.db")), bus);
    CHECK_FALSE(group.failure().isEmpty());
}
