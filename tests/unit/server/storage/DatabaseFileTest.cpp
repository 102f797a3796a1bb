#include "server/storage/DatabaseFile.h"
#include "tests/support/Catch.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <sys/mount.h>

using namespace impulse;
using namespace impulse::server;

namespace {

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    REQUIRE(file.open(QIODevice::ReadOnly));
    return file.readAll();
}

void overwrite(const QString& path, const QByteArray& content)
{
    QFile file(path);
    REQUIRE(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    REQUIRE(file.write(content) == content.size());
}

std::uint64_t numberOf(const QString& path, const char* sql)
{
    auto connection = SqlConnection::open(path, SqlConnection::Mode::ReadOnly);
    REQUIRE(connection);
    Statement statement(**connection, sql);
    REQUIRE(statement.next());
    return statement.integer(0);
}

void change(const QString& path, const char* sql)
{
    auto connection = SqlConnection::open(path, SqlConnection::Mode::ReadWrite);
    REQUIRE(connection);
    REQUIRE((*connection)->execute(sql));
}

struct Folder {
    QTemporaryDir dir;
    QString path = dir.filePath(QStringLiteral("impulse.db"));
};

} // namespace

TEST_CASE("a new database has the present schema, WAL and full synchronisation")
{
    Folder folder;
    REQUIRE(prepareDatabase(folder.path));
    CHECK(numberOf(folder.path, "PRAGMA user_version") == schemaVersion());
    CHECK(schemaVersion() >= 1);
    auto connection = SqlConnection::open(folder.path, SqlConnection::Mode::ReadWrite);
    REQUIRE(connection);
    {
        Statement journal(**connection, "PRAGMA journal_mode");
        REQUIRE(journal.next());
        CHECK(journal.text(0) == "wal");
    }
    {
        Statement synchronous(**connection, "PRAGMA synchronous");
        REQUIRE(synchronous.next());
        CHECK(synchronous.integer(0) == 2);
    }
    {
        Statement keys(**connection, "PRAGMA foreign_keys");
        REQUIRE(keys.next());
        CHECK(keys.integer(0) == 1);
    }
    CHECK_FALSE(QFile::exists(folder.path + QStringLiteral(".new")));
    CHECK((QFile::permissions(folder.path) & (QFile::ReadGroup | QFile::ReadOther)) == 0);
    // A second start changes nothing and makes no backup.
    REQUIRE(prepareDatabase(folder.path));
    CHECK(QDir(folder.dir.path()).entryList({QStringLiteral("*.backup")}).isEmpty());
}

TEST_CASE("each migration file sets its own number")
{
    const QDir files(QStringLiteral(":/impulse/migrations"));
    const auto names = files.entryList(QDir::Files, QDir::Name);
    for (int i = 0; i < names.size(); ++i) {
        CHECK(names.at(i).startsWith(QStringLiteral("%1_").arg(i + 1, 4, 10, QLatin1Char('0'))));
        CHECK(contentOf(files.filePath(names.at(i)))
                  .contains(QStringLiteral("PRAGMA user_version = %1;").arg(i + 1).toLatin1()));
    }
}

TEST_CASE("a newer schema is refused and left alone")
{
    Folder folder;
    REQUIRE(prepareDatabase(folder.path));
    change(folder.path, "PRAGMA user_version = 9999");
    const auto before = contentOf(folder.path);
    const auto result = prepareDatabase(folder.path);
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == DatabaseFault::NewerSchema);
    CHECK(result.error().message.contains(QLatin1String("9999")));
    CHECK(contentOf(folder.path) == before);
}

TEST_CASE("a damaged database is refused and nothing is overwritten")
{
    Folder folder;
    REQUIRE(prepareDatabase(folder.path));
    auto content = contentOf(folder.path);
    SECTION("empty")
    {
        content.clear();
    }
    SECTION("no header")
    {
        content.replace(0, 16, "0123456789abcdef");
    }
    SECTION("damaged pages")
    {
        content.replace(4096, 3 * 4096, QByteArray(3 * 4096, '\x5a'));
    }
    SECTION("cut")
    {
        content.truncate(content.size() / 2);
    }
    overwrite(folder.path, content);
    const auto result = prepareDatabase(folder.path);
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == DatabaseFault::Corrupt);
    CHECK(result.error().message.contains(QLatin1String("nothing was changed")));
    CHECK(contentOf(folder.path) == content);
}

TEST_CASE("somebody else's SQLite file is refused and left alone")
{
    Folder folder;
    REQUIRE(prepareDatabase(folder.path));
    change(folder.path, "PRAGMA application_id = 7");
    const auto before = contentOf(folder.path);
    const auto result = prepareDatabase(folder.path);
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == DatabaseFault::Corrupt);
    CHECK(contentOf(folder.path) == before);
}

TEST_CASE("a missing database with a WAL beside it is lost, not new")
{
    Folder folder;
    overwrite(folder.path + QStringLiteral("-wal"), "left behind");
    const auto result = prepareDatabase(folder.path);
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == DatabaseFault::Corrupt);
    CHECK_FALSE(QFile::exists(folder.path));
}

TEST_CASE("an upgrade copies the database first")
{
    // Version 0 with the right application id stands for any older version: every migration is due.
    Folder folder;
    {
        QFile file(folder.path);
        REQUIRE(file.open(QIODevice::WriteOnly));
    }
    change(folder.path, "PRAGMA application_id = 0x494d5053");
    change(folder.path, "CREATE TABLE old_data (value INTEGER)");
    change(folder.path, "INSERT INTO old_data (value) VALUES (42)");
    REQUIRE(prepareDatabase(folder.path));
    CHECK(numberOf(folder.path, "PRAGMA user_version") == schemaVersion());
    CHECK(numberOf(folder.path, "SELECT value FROM old_data") == 42);
    const QDir dir(folder.dir.path());
    const auto backups = dir.entryList({QStringLiteral("impulse.db.v0.*.backup")});
    REQUIRE(backups.size() == 1);
    CHECK(numberOf(dir.filePath(backups.first()), "PRAGMA user_version") == 0);
    CHECK(numberOf(dir.filePath(backups.first()), "SELECT value FROM old_data") == 42);
}

TEST_CASE("a failed upgrade leaves the old database and its backup")
{
    Folder folder;
    {
        QFile file(folder.path);
        REQUIRE(file.open(QIODevice::WriteOnly));
    }
    change(folder.path, "PRAGMA application_id = 0x494d5053");
    // Stands in the way of the migration's own table.
    change(folder.path, "CREATE TABLE events (value INTEGER)");
    REQUIRE_FALSE(prepareDatabase(folder.path));
    CHECK(numberOf(folder.path, "PRAGMA user_version") == 0);
    CHECK(numberOf(folder.path, "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'") == 0);
    CHECK(QDir(folder.dir.path()).entryList({QStringLiteral("*.backup")}).size() == 1);
}

TEST_CASE(
    "a database on a read-only file system is refused in words (skipped without mount rights)")
{
    Folder folder;
    if (::mount("tmpfs", folder.dir.path().toLocal8Bit().constData(), "tmpfs", 0, "size=4m") != 0)
        IMPULSE_SKIP("no right to mount");
    REQUIRE(prepareDatabase(folder.path));
    REQUIRE(::mount("tmpfs", folder.dir.path().toLocal8Bit().constData(), "tmpfs",
                    MS_REMOUNT | MS_RDONLY, "size=4m") == 0);
    const auto result = prepareDatabase(folder.path);
    const auto fresh = prepareDatabase(folder.dir.filePath(QStringLiteral("other.db")));
    ::umount(folder.dir.path().toLocal8Bit().constData());
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == DatabaseFault::ReadOnly);
    REQUIRE_FALSE(fresh);
}

TEST_CASE("no space for a new database is told in words (skipped without mount rights)")
{
    Folder folder;
    if (::mount("tmpfs", folder.dir.path().toLocal8Bit().constData(), "tmpfs", 0, "size=64k") !=
        0)
        IMPULSE_SKIP("no right to mount");
    const auto result = prepareDatabase(folder.path);
    const bool made = QFile::exists(folder.path);
    ::umount(folder.dir.path().toLocal8Bit().constData());
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == DatabaseFault::DiskFull);
    CHECK_FALSE(made);
}
