#include "server/storage/DatabaseFile.h"
#include "tests/unit/server/storage/WriterJobs.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>

#include <sys/mount.h>

using namespace impulse;
using namespace impulse::tests;

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
    std::uint64_t count() const { return accountCount(path); }

    QTemporaryDir dir;
    QString path = dir.filePath(QStringLiteral("impulse.db"));
    bool mounted = false;
    LocalBus bus;
};

} // namespace

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

TEST_CASE(
    "what waits for another program's lock is refused together, and a stop does not wait long")
{
    Database database;
    GroupWriter group(database.path, database.bus);
    SqlWriter writer(group);
    auto locker = SqlConnection::open(database.path, SqlConnection::Mode::ReadWrite);
    REQUIRE(locker);
    REQUIRE((*locker)->begin());
    int refused = 0;
    int stored = 0;
    const auto submit = [&](int number) {
        writer.submit(
            std::make_unique<InsertJob>(number, [&](int, std::optional<WriteFailure> failure) {
                ++(failure ? refused : stored);
                if (failure)
                    CHECK(*failure == WriteFailure::Unavailable);
            }));
    };
    QElapsedTimer elapsed;
    elapsed.start();
    const auto isWriting = [&] { return elapsed.elapsed() > 200; };
    submit(0);
    REQUIRE(waitUntil(isWriting));
    SECTION("one wait for all")
    {
        for (int i = 1; i < 20; ++i)
            submit(i);
        REQUIRE(waitUntil([&] { return refused == 20; }));
        // One after the other they would take 100 s.
        CHECK(elapsed.elapsed() < 15'000);
        (*locker)->rollBack();
        submit(20);
        CHECK(waitUntil([&] { return stored == 1; }));
    }
    SECTION("a lock that goes in time")
    {
        submit(1);
        (*locker)->rollBack();
        CHECK(waitUntil([&] { return stored == 2; }));
    }
    SECTION("a stop")
    {
        for (int i = 1; i < 20; ++i)
            submit(i);
        group.stop();
        CHECK(elapsed.elapsed() < 4000);
        CHECK(waitUntil([&] { return refused == 20; }));
    }
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
