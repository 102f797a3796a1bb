#include "server/storage/DatabaseFile.h"
#include "tests/unit/server/storage/WriterJobs.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSemaphore>
#include <QTemporaryDir>
#include <QtEndian>

#include <filesystem>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

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

#ifdef Q_OS_LINUX
namespace {

/// Whether this process has a lock on a file (proc(5), /proc/locks).
bool hasLock(const QString& path)
{
    struct stat status {};
    REQUIRE(::stat(path.toLocal8Bit().constData(), &status) == 0);
    QFile locks(QStringLiteral("/proc/locks"));
    REQUIRE(locks.open(QIODevice::ReadOnly));
    const auto file = QByteArray(":") + QByteArray::number(quint64{status.st_ino}) + ' ';
    const auto process = QByteArray(" ") + QByteArray::number(::getpid()) + ' ';
    const auto lines = locks.readAll().split('\n');
    return std::ranges::any_of(
        lines, [&](const auto& line) { return line.contains(process) && line.contains(file); });
}

/// Temporary files of SQLite that are open.
int temporaryFiles()
{
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(entry, gone).string();
        count += target.find("etilqs_") != std::string::npos;
    }
    return count;
}

} // namespace

TEST_CASE("SQLite's lock on the database stays while the log is moved into it")
{
    Database database;
    GroupWriter group(database.path, database.bus, {std::chrono::milliseconds(100)});
    SqlWriter writer(group);
    int stored = 0;
    const auto log = database.path + QStringLiteral("-wal");
    for (int i = 0; i < 3; ++i) {
        writer.submit(std::make_unique<InsertJob>(
            i, [&](int, std::optional<WriteFailure> failure) { stored += !failure; }));
        REQUIRE(waitUntil([&] { return stored == i + 1; }));
        REQUIRE(waitUntil([&] { return QFile(log).size() == 0; }));
        CHECK(hasLock(database.path));
    }
}

TEST_CASE("what a large job may have to undo is in no temporary file")
{
    constexpr int accounts = 1000;
    Database database;
    GroupWriter group(database.path, database.bus);
    SqlWriter writer(group);
    int jobs = 0;
    int files = 0;
    writer.submit(std::make_unique<AnyJob>(
        [](Store& store) {
            for (int i = 0; i < accounts; ++i)
                store.accounts().insert(accountOf(i, 500));
        },
        [&] { ++jobs; }));
    writer.submit(std::make_unique<AnyJob>(
        [&](Store& store) {
            // Half a megabyte of pages that were there before.
            for (int i = 0; i < accounts; ++i)
                store.accounts().setProfile(accountOf(i, 0).account.userId, Bytes(400, 9));
            files = temporaryFiles();
        },
        [&] { ++jobs; }));
    REQUIRE(waitUntil([&] { return jobs == 2; }));
    CHECK(files == 0);
}
#endif

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

namespace {

/// Transactions that a write-ahead log holds: frames that end one name the size of the database
/// (https://sqlite.org/fileformat2.html, section 4.1).
std::size_t commitsIn(const QString& log)
{
    QFile file(log);
    REQUIRE(file.open(QIODevice::ReadOnly));
    const auto bytes = file.readAll();
    constexpr qsizetype fileHead = 32;
    constexpr qsizetype frameHead = 24;
    const auto number = [&](qsizetype at) {
        return qFromBigEndian<quint32>(bytes.constData() + at);
    };
    REQUIRE(bytes.size() > fileHead);
    const auto frame = frameHead + static_cast<qsizetype>(number(8));
    std::size_t commits = 0;
    for (auto at = fileHead; at + frame <= bytes.size(); at += frame) {
        // The salt of this run of the log; what lies behind is older.
        if (number(at + 8) != number(16) || number(at + 12) != number(20))
            break;
        commits += number(at + 4) != 0;
    }
    return commits;
}

/// Keeps the writer at work in one transaction until it is told to go on.
struct Gate {
    std::unique_ptr<WriteJob> job(std::function<void(Store&)> first = [](Store&) {})
    {
        return std::make_unique<AnyJob>(
            [this, first](Store& store) {
                first(store);
                reached.release();
                passed.acquire();
            },
            [this] { done = true; });
    }
    QSemaphore reached;
    QSemaphore passed;
    bool done = false;
};

std::uint64_t commitsCounted(const Metrics& metrics)
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= Metrics::Histogram::buckets; ++i)
        sum += metrics.commitTime.count(i);
    return sum;
}

} // namespace

TEST_CASE("jobs that wait together are one commit; without group commit each is one")
{
    constexpr int jobs = 500;
    const bool grouped = GENERATE(true, false);
    Database database;
    const auto log = database.path + QStringLiteral("-wal");
    const auto metrics = std::make_shared<Metrics>();
    GroupWriter group(database.path, database.bus, {std::chrono::minutes(1), grouped}, metrics);
    SqlWriter writer(group);
    Gate gate;
    writer.submit(gate.job([](Store& store) { store.accounts().insert(accountOf(9999, 8)); }));
    gate.reached.acquire();
    int stored = 0;
    for (int i = 0; i < jobs; ++i)
        writer.submit(std::make_unique<InsertJob>(
            i, [&](int, std::optional<WriteFailure> failure) { stored += !failure; }));
    // A reader keeps the log from beginning anew.
    auto reader = SqlConnection::open(database.path, SqlConnection::Mode::ReadOnly);
    REQUIRE((reader && (*reader)->executeOnce(QStringLiteral("BEGIN"))));
    Statement first(**reader, "SELECT count(*) FROM accounts");
    REQUIRE(first.next());
    const auto before = QFile::exists(log) && QFile(log).size() > 0 ? commitsIn(log) : 0;
    gate.passed.release();
    REQUIRE(waitUntil([&] { return stored == jobs && gate.done; }));
    CHECK(database.count() == jobs + 1);
    // The gate's own, and theirs.
    const std::uint64_t expected = grouped ? 2 : jobs + 1;
    CHECK(metrics->groups == expected);
    CHECK(commitsCounted(*metrics) == expected);
    CHECK(metrics->committedJobs == jobs + 1);
    CHECK(commitsIn(log) - before == expected);
}

TEST_CASE("who reads does not wait for a transaction that writes, and sees what was before it")
{
    Database database;
    GroupWriter group(database.path, database.bus);
    SqlWriter writer(group);
    Gate gate;
    writer.submit(gate.job([](Store& store) { store.accounts().insert(accountOf(1, 8)); }));
    gate.reached.acquire();
    // It has written and cannot end before this has read.
    CHECK(database.count() == 0);
    CHECK_FALSE(gate.done);
    gate.passed.release();
    REQUIRE(waitUntil([&] { return gate.done; }));
    CHECK(database.count() == 1);
}
