#include "server/storage/DatabaseFile.h"

#include "common/core/Logging.h"
#include "server/storage/Migrations.h"
#include "server/storage/PostgresDatabase.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <unistd.h>

namespace impulse::server {

namespace {

/// PRAGMA application_id of migration 1: "IMPS".
constexpr std::uint64_t applicationId = 0x494d5053;
/// Above this size a full check at every start would take too long; damage then shows in use.
constexpr qint64 checkedBytes = qint64{256} << 20;

DatabaseFailure failureOf(SqlError code, const QString& path, const QString& detail)
{
    switch (code) {
    case SqlError::Full:
        return {DatabaseFault::DiskFull,
                QStringLiteral("no space left for the database %1").arg(path)};
    case SqlError::ReadOnly:
        return {DatabaseFault::ReadOnly,
                QStringLiteral("the database %1 or its folder is read-only").arg(path)};
    case SqlError::Corrupt:
    case SqlError::NotADatabase:
        return {
            DatabaseFault::Corrupt,
            QStringLiteral("the database %1 is damaged (%2); nothing was changed. Restore it from "
                           "a backup, or move it away to begin with an empty one")
                .arg(path, detail)};
    case SqlError::Busy:
        return {DatabaseFault::Busy,
                QStringLiteral("the database %1 is in use by another program").arg(path)};
    default:
        return {DatabaseFault::CannotOpen,
                QStringLiteral("cannot open the database %1: %2").arg(path, detail)};
    }
}

Failure<DatabaseFailure> failed(SqlError code, const QString& path, const QString& detail)
{
    return {failureOf(code, path, detail)};
}

std::uint64_t pragmaValue(SqlConnection& connection, const char* pragma)
{
    Statement statement(connection, pragma);
    return statement.next() ? statement.integer(0) : 0;
}

void syncFile(const QString& path)
{
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ::fsync(descriptor);
    ::close(descriptor);
}

Result<void, DatabaseFailure> createDatabase(const QString& path)
{
    const QString draft = path + QStringLiteral(".new");
    for (const auto& suffix : {QString(), QStringLiteral("-wal"), QStringLiteral("-shm")})
        QFile::remove(draft + suffix);
    {
        QFile file(draft);
        if (!file.open(QIODevice::WriteOnly | QIODevice::NewOnly) ||
            !file.setPermissions(QFile::ReadOwner | QFile::WriteOwner)) {
            return failed(file.error() == QFile::ResourceError ? SqlError::Full
                                                               : SqlError::CannotOpen,
                          path, file.errorString());
        }
    }
    {
        auto connection = SqlConnection::open(draft, SqlConnection::Mode::ReadWrite);
        if (!connection)
            return failed(connection.error().code, path, connection.error().message);
        if (!migrations::run(**connection, 0))
            return failed((*connection)->error(), path, QStringLiteral("creation failed"));
    }
    syncFile(draft);
    if (!QFile::rename(draft, path))
        return failed(SqlError::CannotOpen, path, QStringLiteral("cannot rename the new file"));
    syncFile(QFileInfo(path).absolutePath());
    return {};
}

Result<void, DatabaseFailure> backUp(SqlConnection& connection, const QString& path,
                                     std::uint64_t version)
{
    const QString backup =
        path +
        QStringLiteral(".v%1.%2.backup")
            .arg(version)
            .arg(QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMddHHmmsszzz")));
    const auto name = backup.toStdString();
    if (!Statement(connection, "VACUUM INTO ?").bind(name).run()) {
        QFile::remove(backup);
        return Failure{DatabaseFailure{
            connection.error() == SqlError::Full ? DatabaseFault::DiskFull
                                                 : DatabaseFault::CannotOpen,
            QStringLiteral(
                "cannot write the backup %1 before the upgrade; the database is unchanged")
                .arg(backup)}};
    }
    QFile::setPermissions(backup, QFile::ReadOwner | QFile::WriteOwner);
    syncFile(backup);
    qCInfo(lcStorage).noquote() << "the database before the upgrade is in" << backup;
    return {};
}

Result<void, DatabaseFailure> checkFile(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return failed(SqlError::CannotOpen, path, file.errorString());
    if (!file.read(16).startsWith("SQLite format 3"))
        return failed(SqlError::NotADatabase, path, QStringLiteral("no SQLite header"));
    return {};
}

Result<void, DatabaseFailure> checkContent(SqlConnection& connection, const QString& path)
{
    const auto application = pragmaValue(connection, "PRAGMA application_id");
    if (!connection.failed() && application != applicationId)
        return failed(SqlError::NotADatabase, path, QStringLiteral("not a database of Impulse"));
    const auto version = pragmaValue(connection, "PRAGMA user_version");
    if (!connection.failed() && version > schemaVersion()) {
        return Failure{DatabaseFailure{
            DatabaseFault::NewerSchema,
            QStringLiteral(
                "the database %1 has schema version %2, this program knows only up to %3; "
                "install the newer program. Nothing was changed")
                .arg(path)
                .arg(version)
                .arg(schemaVersion())}};
    }
    if (!connection.failed() && QFileInfo(path).size() <= checkedBytes) {
        Statement check(connection, "PRAGMA quick_check(1)");
        if (check.next() && check.text(0) != "ok")
            return failed(SqlError::Corrupt, path, QString::fromStdString(check.text(0)));
    }
    if (connection.failed())
        return failed(connection.error(), path, QStringLiteral("reading failed"));
    return {};
}

Result<void, DatabaseFailure> prepareSqlite(const QString& path)
{
    if (!QFile::exists(path)) {
        if (QFile::exists(path + QStringLiteral("-wal")))
            return failed(SqlError::Corrupt, path,
                          QStringLiteral("its -wal file is there, it is not"));
        return createDatabase(path);
    }
    IMPULSE_CHECK(checkFile(path));
    const QFileInfo info(path);
    if (!info.isWritable() || !QFileInfo(info.absolutePath()).isWritable())
        return failed(SqlError::ReadOnly, path, {});
    std::uint64_t version = 0;
    {
        auto reader = SqlConnection::open(path, SqlConnection::Mode::ReadOnly);
        if (!reader)
            return failed(reader.error().code, path, reader.error().message);
        IMPULSE_CHECK(checkContent(**reader, path));
        version = pragmaValue(**reader, "PRAGMA user_version");
    }
    auto writer = SqlConnection::open(path, SqlConnection::Mode::ReadWrite);
    if (!writer)
        return failed(writer.error().code, path, writer.error().message);
    if (version < schemaVersion()) {
        IMPULSE_CHECK(backUp(**writer, path, version));
        if (!migrations::run(**writer, version))
            return failed((*writer)->error(), path, QStringLiteral("the upgrade failed"));
    }
    return {};
}

} // namespace

std::uint64_t schemaVersion()
{
    return static_cast<std::uint64_t>(migrations::files(StorageAddress::Kind::Sqlite).size());
}

Result<void, QString> checkSchema(SqlConnection& connection, const QString& path)
{
    const auto application = pragmaValue(connection, "PRAGMA application_id");
    const auto version = pragmaValue(connection, "PRAGMA user_version");
    if (connection.failed() || application != applicationId)
        return Failure{QStringLiteral("%1 is not a database of Impulse").arg(path)};
    if (version > schemaVersion()) {
        return Failure{QStringLiteral("%1 has schema version %2, this program knows only up to %3; "
                                      "install the newer program")
                           .arg(path)
                           .arg(version)
                           .arg(schemaVersion())};
    }
    return {};
}

Result<void, DatabaseFailure> prepareDatabase(const StorageAddress& address)
{
    return address.isPostgreSql() ? preparePostgreSql(address) : prepareSqlite(address.path);
}

Result<bool, DatabaseFailure> databaseExists(const StorageAddress& address)
{
    if (address.isPostgreSql())
        return postgreSqlExists(address);
    return QFile::exists(address.path);
}

} // namespace impulse::server
