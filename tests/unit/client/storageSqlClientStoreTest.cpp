#include "client/storage/SqlClientStore.h"
#include "tests/unit/client/storageSupport.h"

#include <QFile>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>

#include <iostream>

#ifdef Q_OS_LINUX
#include <sys/mount.h>
#endif

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

struct Folder {
    QTemporaryDir dir;
    QString path = dir.filePath(QStringLiteral("client.db"));
};

Record record(Table table, std::string_view key, std::string_view value)
{
    return {table, toBytes(view(key)), toBytes(view(value))};
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    REQUIRE(file.open(QIODevice::ReadOnly));
    return file.readAll();
}

std::vector<std::string> valuesOf(const std::vector<EventRecord>& events)
{
    std::vector<std::string> values;
    for (const auto& event : events)
        values.emplace_back(text(event.value));
    return values;
}

void runSql(const QString& path, const QString& sql)
{
    {
        auto database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), path);
        database.setDatabaseName(path);
        REQUIRE(database.open());
        QSqlQuery query(database);
        REQUIRE(query.exec(sql));
    }
    QSqlDatabase::removeDatabase(path);
}

} // namespace

TEST_CASE("storage: records are kept by table and key, in order of keys, over a restart")
{
    Folder folder;
    {
        SqlClientStore store(folder.path);
        REQUIRE(open(store).ok());
        WriteBatch batch;
        batch.records = {record(Table::Draft, "b", "2"), record(Table::Draft, "a", "1"),
                         record(Table::Draft, "", ""), record(Table::Outbox, "a", "other")};
        write(store, batch);
        WriteBatch change;
        change.removals = {{Table::Draft, toBytes(view("b"))}};
        change.records = {record(Table::Draft, "a", "changed")};
        write(store, change);
    }
    CHECK_FALSE(QFile::exists(folder.path + QStringLiteral("-wal")));
    CHECK(QFile::permissions(folder.path) ==
          (QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser));

    SqlClientStore store(folder.path);
    REQUIRE(open(store).ok());
    const auto drafts = load(store, Table::Draft);
    REQUIRE(drafts.size() == 2);
    CHECK(drafts[0].key.empty());
    CHECK(drafts[0].value.empty());
    CHECK(text(drafts[1].value) == "changed");
    CHECK(load(store, Table::Outbox).size() == 1);
    CHECK(load(store, Table::Value).empty());
}

TEST_CASE("storage: what is older than a key goes, in its table alone")
{
    Folder folder;
    SqlClientStore store(folder.path);
    REQUIRE(open(store).ok());
    WriteBatch batch;
    for (const auto table : {Table::SentFrame, Table::Draft}) {
        for (const auto* key : {"1a", "1b", "2a", "3"})
            batch.records.push_back({table, toBytes(view(key)), Bytes(4, 1)});
    }
    write(store, std::move(batch));
    WriteBatch change;
    change.removalsBelow = {{Table::SentFrame, toBytes(view("2"))}};
    CHECK_FALSE(change.isEmpty());
    write(store, std::move(change));
    const auto left = load(store, Table::SentFrame);
    REQUIRE(left.size() == 2);
    CHECK(left[0].key == toBytes(view("2a")));
    CHECK(left[1].key == toBytes(view("3")));
    CHECK(load(store, Table::Draft).size() == 4);
}

TEST_CASE("storage: events come in pages with their changes")
{
    Folder folder;
    SqlClientStore store(folder.path);
    REQUIRE(open(store).ok());
    WriteBatch batch;
    batch.events = {event(5, 300, "fifth"), event(1, 100, "first"), event(2, 200, "second"),
                    event(3, 200, "third")};
    EventRecord edit = event(4, 250, "edit of second");
    edit.target = idOf<MessageId>(2);
    EventRecord elsewhere = event(9, 1, "elsewhere");
    elsewhere.conversation = idOf<ConversationId>(2);
    batch.events.push_back(edit);
    batch.events.push_back(elsewhere);
    write(store, batch);

    const auto conversation = idOf<ConversationId>(1);
    const auto newest = readPage(store, conversation, std::nullopt, 3);
    CHECK(valuesOf(newest.events) == std::vector<std::string>{"second", "third", "fifth"});
    CHECK(valuesOf(newest.changes) == std::vector<std::string>{"edit of second"});
    CHECK(newest.changes[0].target == idOf<MessageId>(2));
    const auto older = readPage(store, conversation, PagePosition{200, idOf<MessageId>(2)}, 3);
    CHECK(valuesOf(older.events) == std::vector<std::string>{"first"});
    CHECK(older.changes.empty());

    const auto found = await<EventPageRecords>([&](auto done) {
        store.findEvents(conversation, {idOf<MessageId>(9), idOf<MessageId>(2)}, done);
    });
    CHECK(valuesOf(found->events) == std::vector<std::string>{"second"});
    CHECK(found->changes.size() == 1);
    const auto anywhere = await<std::vector<EventRecord>>(
        [&](auto done) { store.findAnywhere(idOf<MessageId>(9), done); });
    REQUIRE(anywhere->size() == 1);
    CHECK((*anywhere)[0].conversation == idOf<ConversationId>(2));
    CHECK((*anywhere)[0].sender == idOf<DeviceId>(1));
}

TEST_CASE("storage: an event is stored once and its mark only rises")
{
    Folder folder;
    SqlClientStore store(folder.path);
    REQUIRE(open(store).ok());
    const auto conversation = idOf<ConversationId>(1);
    const auto only = [&] { return readPage(store, conversation, std::nullopt, 9).events.at(0); };

    WriteBatch first;
    first.events = {event(1, 100, "first")};
    first.marks = {{conversation, idOf<MessageId>(1), Mark::Delivered},
                   {conversation, idOf<MessageId>(7), Mark::Read}};
    write(store, first);
    WriteBatch again;
    again.events = {event(1, 999, "again")};
    write(store, again);
    CHECK(text(only().value) == "first");
    CHECK(only().sortMs == 100);
    CHECK(only().mark == Mark::Delivered);

    WriteBatch replaced;
    replaced.replacedEvents = {event(1, 200, "replaced")};
    write(store, replaced);
    CHECK(text(only().value) == "replaced");
    CHECK(only().sortMs == 200);
    CHECK(only().mark == Mark::Delivered);

    WriteBatch marks;
    marks.marks = {{conversation, idOf<MessageId>(1), Mark::Read},
                   {conversation, idOf<MessageId>(1), Mark::Delivered}};
    write(store, marks);
    CHECK(only().mark == Mark::Read);

    WriteBatch removal;
    removal.eventRemovals = {{idOf<DeviceId>(1), idOf<MessageId>(1)}};
    write(store, removal);
    CHECK(readPage(store, conversation, std::nullopt, 9).events.empty());
}

TEST_CASE(
    "storage: what was queued is written when the store ends, and reports after it are dropped")
{
    Folder folder;
    bool reported = false;
    {
        SqlClientStore store(folder.path);
        store.open([&](auto) { reported = true; });
        for (std::uint8_t i = 1; i <= 200; ++i) {
            WriteBatch batch;
            batch.events = {event(i, i, "x")};
            store.write(std::move(batch), [&] { reported = true; });
        }
    }
    QCoreApplication::processEvents();
    CHECK_FALSE(reported);
    SqlClientStore store(folder.path);
    REQUIRE(open(store).ok());
    CHECK(readPage(store, idOf<ConversationId>(1), std::nullopt, 1000).events.size() == 200);
}

TEST_CASE("storage: wiped data is gone from the file and the store is new")
{
    Folder folder;
    {
        SqlClientStore store(folder.path);
        REQUIRE(open(store).ok());
        WriteBatch batch;
        batch.records = {record(Table::Draft, "a", "marker-4f1c")};
        write(store, batch);
        REQUIRE(await<void>([&](auto done) { store.wipe(done); }).ok());
        CHECK(load(store, Table::Draft).empty());
        write(store, batch);
        CHECK(load(store, Table::Draft).size() == 1);
        WriteBatch removal;
        removal.removals = {{Table::Draft, toBytes(view("a"))}};
        write(store, removal);
    }
    CHECK_FALSE(contentOf(folder.path).contains("marker-4f1c"));
}

TEST_CASE("storage: a newer, damaged or foreign file is refused and left alone")
{
    Folder folder;
    {
        SqlClientStore store(folder.path);
        REQUIRE(open(store).ok());
        for (std::uint8_t i = 1; i <= 100; ++i) {
            WriteBatch batch;
            batch.events = {event(i, i, std::string(900, 'x'))};
            write(store, batch);
        }
    }
    StoreError expected = StoreError::Corrupt;
    SECTION("newer")
    {
        runSql(folder.path, QStringLiteral("PRAGMA user_version = 1000"));
        expected = StoreError::NewerSchema;
    }
    SECTION("foreign")
    {
        QFile file(folder.path);
        REQUIRE(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(20'000, 'z'));
    }
    SECTION("cut")
    {
        REQUIRE(QFile::resize(folder.path, QFile(folder.path).size() / 2));
    }
    SECTION("damaged inside")
    {
        QFile file(folder.path);
        REQUIRE(file.open(QIODevice::ReadWrite));
        for (qint64 page = 2; page < file.size() / 4096; ++page) {
            file.seek(page * 4096);
            file.write(QByteArray(64, '\xff'));
        }
    }
    const QByteArray before = contentOf(folder.path);
    {
        SqlClientStore store(folder.path, std::chrono::milliseconds(10));
        const auto opened = open(store);
        REQUIRE_FALSE(opened.ok());
        CHECK(opened.error() == expected);
        // A core that wrote all the same would change nothing either.
        std::vector<StoreError> troubles;
        QObject::connect(&store, &ClientStore::trouble, &store,
                         [&](StoreError error) { troubles.push_back(error); });
        WriteBatch batch;
        batch.records = {record(Table::Draft, "a", "1")};
        store.write(std::move(batch), [] { FAIL("written"); });
        CHECK(waitUntil([&] { return !troubles.empty(); }));
    }
    CHECK(contentOf(folder.path) == before);
}

#ifdef Q_OS_LINUX
TEST_CASE("storage: a full disk keeps what was queued and goes on when there is space "
          "(skipped without mount rights)")
{
    Folder folder;
    const QByteArray mountPoint = folder.dir.path().toLocal8Bit();
    if (::mount("tmpfs", mountPoint.constData(), "tmpfs", 0, "size=512k") != 0) {
        std::cout << "skipped: no right to mount" << std::endl;
        return;
    }
    {
        SqlClientStore store(folder.path, std::chrono::milliseconds(20));
        REQUIRE(open(store).ok());
        std::vector<StoreError> troubles;
        bool recovered = false;
        QObject::connect(&store, &ClientStore::trouble, &store,
                         [&](StoreError error) { troubles.push_back(error); });
        QObject::connect(&store, &ClientStore::recovered, &store, [&] { recovered = true; });
        std::vector<int> durable;
        for (int i = 1; i <= 40; ++i) {
            WriteBatch batch;
            batch.events = {event(static_cast<std::uint8_t>(i), static_cast<std::uint64_t>(i),
                                  std::string(20'000, 'x'))};
            store.write(std::move(batch), [&durable, i] { durable.push_back(i); });
        }
        CHECK(waitUntil([&] { return !troubles.empty(); }));
        CHECK(troubles == std::vector{StoreError::DiskFull});
        CHECK_FALSE(recovered);
        REQUIRE(::mount("tmpfs", mountPoint.constData(), "tmpfs", MS_REMOUNT, "size=16m") == 0);
        CHECK(waitUntil([&] { return durable.size() == 40; }));
        CHECK(recovered);
        CHECK(std::is_sorted(durable.begin(), durable.end()));
        CHECK(readPage(store, idOf<ConversationId>(1), std::nullopt, 100).events.size() == 40);
    }
    ::umount(mountPoint.constData());
}
#endif
