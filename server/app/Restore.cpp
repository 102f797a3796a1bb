#include "server/app/Restore.h"

#include "server/app/DataFolder.h"
#include "server/app/FileCopy.h"
#include "server/storage/DatabaseCheck.h"
#include "server/storage/DatabaseFile.h"
#include "server/storage/SqlStore.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>

namespace impulse::server {

namespace {

Failure<ProgramFailure> failed(ExitCode code, QString message)
{
    return {ProgramFailure{code, std::move(message)}};
}

/// A new life of the database, told to clients by its name.
bool beginAnew(SqlConnection& connection)
{
    SqlStore store(connection);
    crypto::SystemRng rng;
    store.setRestored(crypto::random<IncarnationId>(rng), SystemClock().nowMs());
    return !store.takeFailure();
}

bool beginAnew(const QString& path)
{
    const auto connection = SqlConnection::open(path, SqlConnection::Mode::ReadWrite);
    return connection && beginAnew(**connection);
}

/// The keys that the folder lacks, from the backup if it has them. The name of one that is missing.
QString restoreKeys(const QString& backup, const QString& dataFolder,
                    const std::optional<FileOwner>& owner)
{
    for (const auto* name : keyFiles) {
        const auto file = QLatin1Char('/') + QString::fromLatin1(name);
        if (!QFile::exists(dataFolder + file) &&
            !copyFile(backup + QStringLiteral(".keys") + file, dataFolder + file, owner))
            return QString::fromLatin1(name);
    }
    return {};
}

/// With its write-ahead log, which belongs to it.
Result<QString, QString> moveAside(const QString& database)
{
    const auto aside =
        database + QStringLiteral(".before-restore.") +
        QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMddHHmmsszzz"));
    // The database goes first: a log alone is refused at the start, a database that lacks its log
    // would pass for a whole one.
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        const auto end = QString::fromLatin1(suffix);
        if (QFile::exists(database + end) && !QFile::rename(database + end, aside + end))
            return Failure{QStringLiteral("cannot move %1 to %2; move all files of the two names "
                                          "together again before anything else")
                               .arg(database + end, aside + end)};
    }
    return aside;
}

/// Gives the new name of the database that was there, if one was.
Result<QString, ProgramFailure> putInPlace(const QString& backup, const QString& database,
                                           const std::optional<FileOwner>& owner)
{
    const auto draft = database + QString::fromLatin1(restoringSuffix);
    for (const auto* suffix : {"", "-wal", "-shm"})
        QFile::remove(draft + QString::fromLatin1(suffix));
    if (!copyFile(backup, draft, owner) || !beginAnew(draft) || !syncPath(draft)) {
        QFile::remove(draft);
        return failed(ExitCode::Database,
                      QStringLiteral("cannot write %1; the database was not changed").arg(draft));
    }
    QString before;
    if (QFile::exists(database) || QFile::exists(database + QStringLiteral("-wal"))) {
        const auto aside = moveAside(database);
        if (!aside)
            return failed(ExitCode::Database, aside.error());
        before = aside.value();
    }
    if (!QFile::rename(draft, database) || !syncPath(QFileInfo(database).absolutePath()))
        return failed(
            ExitCode::Database,
            QStringLiteral("cannot give %1 the name %2; the database that was there is "
                           "now %3")
                .arg(draft, database, before.isEmpty() ? QStringLiteral("none") : before));
    return before;
}

Result<DataFolder, ProgramFailure> lockedFolder(const QString& path)
{
    auto folder = DataFolder::open(path);
    if (!folder)
        return failed(ExitCode::DataFolder, folder.error());
    const auto locked = folder.value().lock();
    if (!locked)
        return failed(ExitCode::DataFolder, locked.error());
    if (!locked.value()) {
        return failed(ExitCode::DataFolder,
                      QStringLiteral("a server runs on %1; stop it first").arg(path));
    }
    return *std::move(folder);
}

Result<void, ProgramFailure> restorePostgreSql(const StorageAddress& address)
{
    const auto exists = databaseExists(address);
    if (!exists)
        return failed(ExitCode::Database, exists.error().message);
    if (!*exists)
        return failed(ExitCode::Database,
                      QStringLiteral("there is no database of Impulse at %1; restore it first with "
                                     "pg_restore or psql")
                          .arg(address.name()));
    // The restored database may be of an older program.
    const auto prepared = prepareDatabase(address);
    if (!prepared)
        return failed(ExitCode::Database, prepared.error().message);
    const auto connection = SqlConnection::open(address, SqlConnection::Mode::ReadWrite);
    if (!connection)
        return failed(ExitCode::Database, connection.error().message);
    const auto locked = (*connection)->lockForWriting();
    if (!locked)
        return failed(ExitCode::Database, locked.error().message);
    if (!beginAnew(**connection))
        return failed(ExitCode::Database,
                      QStringLiteral("the database %1 cannot be written").arg(address.name()));
    return {};
}

/// Blobs never change, and more of them than the database knows harm nobody: they come before it,
/// so that a failure leaves the folder as good as it was.
Result<quint64, ProgramFailure> restoreBlobs(const QString& backup, const QString& dataFolder,
                                             const std::optional<FileOwner>& owner)
{
    const auto blobs = backup + QStringLiteral(".blobs");
    if (!QFileInfo::exists(blobs))
        return quint64{0};
    const auto copied = copyFolder(blobs, dataFolder + QStringLiteral("/blobs"), owner);
    if (copied)
        return *copied;
    return failed(ExitCode::Database,
                  QStringLiteral("the blobs of the backup could not be restored: %1. The database "
                                 "is as it was before; look after rights and space, then restore "
                                 "again")
                      .arg(copied.error()));
}

} // namespace

Result<Restored, ProgramFailure> restore(const QString& backup, const ServerConfig& config)
{
    const auto& dataFolder = config.dataFolder;
    if (config.storage.isPostgreSql()) {
        if (!backup.isEmpty())
            return failed(ExitCode::Usage,
                          QStringLiteral("pg_restore or psql restores a database of PostgreSQL; "
                                         "then `impulse-server restore` without a file"));
        IMPULSE_TRY(const auto folder, lockedFolder(dataFolder));
        IMPULSE_CHECK(restorePostgreSql(config.storage));
        return Restored{config.storage.name(), {}, 0};
    }
    const auto checked = checkBackup(backup);
    if (!checked)
        return failed(ExitCode::Database,
                      QStringLiteral("%1 cannot be restored: %2").arg(backup, checked.error()));
    IMPULSE_TRY(const auto folder, lockedFolder(dataFolder));
    const auto owner = foreignOwnerOf(dataFolder);
    const auto missing = restoreKeys(backup, dataFolder, owner);
    if (!missing.isEmpty()) {
        return failed(ExitCode::DataFolder,
                      QStringLiteral("%1 is neither in %2 nor in %3.keys; copy the key files of "
                                     "this server there first: clients trust no other")
                          .arg(missing, dataFolder, backup));
    }
    IMPULSE_TRY(const auto blobs, restoreBlobs(backup, dataFolder, owner));
    IMPULSE_TRY(const auto before, putInPlace(backup, config.storage.path, owner));
    return Restored{config.storage.path, before, blobs};
}

} // namespace impulse::server
