#include "server/app/Backup.h"

#include "server/app/DataFolder.h"
#include "server/storage/DatabaseCheck.h"
#include "server/storage/DatabaseFile.h"
#include "server/storage/SqlStore.h"

#include <QDateTime>
#include <QDir>
#include <QDirIterator>

#include <fcntl.h>
#include <unistd.h>

namespace impulse::server {

namespace {

constexpr const char* keyFiles[] = {"server.key", "pepper.key", "secret.key"};
constexpr auto ownerOnly = QFile::ReadOwner | QFile::WriteOwner;

QString databasePart()
{
    return QStringLiteral("/impulse.db");
}

Failure<ProgramFailure> failed(ExitCode code, QString message)
{
    return {ProgramFailure{code, std::move(message)}};
}

bool syncPath(const QString& path)
{
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool good = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return good;
}

/// Complete on disk, for the owner only; the target must not exist.
bool copyFile(const QString& from, const QString& to)
{
    return QFile::copy(from, to) && QFile::setPermissions(to, ownerOnly) && syncPath(to);
}

bool copyFolder(const QString& from, const QString& to)
{
    if (!QDir().mkpath(to))
        return false;
    QDirIterator files(from, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const auto file = files.next();
        const auto target = to + file.mid(from.size());
        if (!QDir().mkpath(QFileInfo(target).absolutePath()) || !copyFile(file, target))
            return false;
    }
    return syncPath(to);
}

/// As "name.part", then renamed: what has the name is complete.
Result<void, QString> copyBeside(const QString& from, const QString& to)
{
    const auto part = to + QStringLiteral(".part");
    QDir(part).removeRecursively();
    if (QFileInfo::exists(to) || !copyFolder(from, part) || !QDir().rename(part, to))
        return Failure{QStringLiteral("cannot copy %1 to %2").arg(from, to)};
    return {};
}

Result<void, QString> copyKeys(const QString& dataFolder, const QString& to)
{
    bool good = QDir().mkpath(to);
    for (const auto* name : keyFiles) {
        const auto file = QLatin1Char('/') + QString::fromLatin1(name);
        good = good && copyFile(dataFolder + file, to + file);
    }
    if (good && syncPath(to))
        return {};
    return Failure{QStringLiteral("cannot copy the key files of %1 to %2").arg(dataFolder, to)};
}

/// All parts of the backup, complete and on disk, in the folder of the draft.
Result<void, QString> fillDraft(const BackupOrder& order, const QString& draft,
                                const std::function<void(const QString&)>& progress)
{
    progress(QStringLiteral("copying and checking the database"));
    IMPULSE_CHECK(copyDatabase(order.database, draft + databasePart()));
    const auto blobs = order.dataFolder + QStringLiteral("/blobs");
    if (QFileInfo::exists(blobs)) {
        progress(QStringLiteral("copying the blobs"));
        if (!copyFolder(blobs, draft + QStringLiteral("/blobs")))
            return Failure{QStringLiteral("cannot copy the blobs to %1").arg(draft)};
    }
    return order.withKeys ? copyKeys(order.dataFolder, draft + QStringLiteral("/keys"))
                          : Result<void, QString>();
}

/// The database is named last: where it is, everything is.
Result<void, QString> nameParts(const BackupOrder& order, const QString& draft)
{
    QStringList named;
    bool good = true;
    for (const auto* part : {"blobs", "keys"}) {
        const auto from = draft + QLatin1Char('/') + QString::fromLatin1(part);
        const auto to = order.path + QLatin1Char('.') + QString::fromLatin1(part);
        if (!good || !QFileInfo::exists(from))
            continue;
        good = !QFileInfo::exists(to) && QDir().rename(from, to);
        if (good)
            named << to;
    }
    // A link never replaces a file that came meanwhile.
    good = good && ::link(QFile::encodeName(draft + databasePart()).constData(),
                          QFile::encodeName(order.path).constData()) == 0;
    if (good && syncPath(QFileInfo(order.path).absolutePath()))
        return {};
    for (const auto& name : named)
        QDir(name).removeRecursively();
    return Failure{QStringLiteral("cannot give the backup %1 its name").arg(order.path)};
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
QString restoreKeys(const QString& backup, const QString& dataFolder)
{
    for (const auto* name : keyFiles) {
        const auto file = QLatin1Char('/') + QString::fromLatin1(name);
        if (!QFile::exists(dataFolder + file) &&
            !copyFile(backup + QStringLiteral(".keys") + file, dataFolder + file))
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
            return Failure{QStringLiteral("cannot move %1 aside").arg(database + end)};
    }
    return aside;
}

Result<QStringList, ProgramFailure> putInPlace(const QString& backup, const QString& database)
{
    const auto draft = database + QString::fromLatin1(restoringSuffix);
    for (const auto* suffix : {"", "-wal", "-shm"})
        QFile::remove(draft + QString::fromLatin1(suffix));
    if (!copyFile(backup, draft) || !beginAnew(draft) || !syncPath(draft)) {
        QFile::remove(draft);
        return failed(ExitCode::Database,
                      QStringLiteral("cannot write %1; nothing was changed").arg(draft));
    }
    QStringList said;
    if (QFile::exists(database) || QFile::exists(database + QStringLiteral("-wal"))) {
        const auto aside = moveAside(database);
        if (!aside)
            return failed(ExitCode::Database, aside.error());
        said << QStringLiteral("the database that was there is now %1").arg(aside.value());
    }
    if (!QFile::rename(draft, database) || !syncPath(QFileInfo(database).absolutePath()))
        return failed(ExitCode::Database, QStringLiteral("cannot rename %1").arg(draft));
    return said;
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

Result<QStringList, ProgramFailure> restorePostgreSql(const StorageAddress& address)
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
    return QStringList{QStringLiteral("the database %1 counts as restored; clients that know more "
                                      "will hand it in at their next login")
                           .arg(address.name())};
}

} // namespace

Result<void, QString> backUp(const BackupOrder& order, BackupDraft& draft,
                             const std::function<void(const QString&)>& progress)
{
    for (const auto* part : {"", ".blobs", ".keys"}) {
        const auto name = order.path + QString::fromLatin1(part);
        if (QFileInfo::exists(name))
            return Failure{QStringLiteral("%1 is there already; name another file").arg(name)};
    }
    IMPULSE_TRY(const auto folder, draft.begin(order.path));
    auto done = fillDraft(order, folder, progress);
    if (done)
        done = draft.publish([&] { return nameParts(order, folder); });
    draft.end();
    return done;
}

Result<QStringList, ProgramFailure> restore(const QString& backup, const ServerConfig& config)
{
    const auto& dataFolder = config.dataFolder;
    if (config.storage.isPostgreSql()) {
        if (!backup.isEmpty())
            return failed(ExitCode::Usage,
                          QStringLiteral("pg_restore or psql restores a database of PostgreSQL; "
                                         "then `impulse-server restore` without a file"));
        IMPULSE_TRY(const auto folder, lockedFolder(dataFolder));
        return restorePostgreSql(config.storage);
    }
    const auto checked = checkBackup(backup);
    if (!checked)
        return failed(ExitCode::Database,
                      QStringLiteral("%1 cannot be restored: %2").arg(backup, checked.error()));
    IMPULSE_TRY(const auto folder, lockedFolder(dataFolder));
    const auto missing = restoreKeys(backup, dataFolder);
    if (!missing.isEmpty()) {
        return failed(ExitCode::DataFolder,
                      QStringLiteral("%1 is neither in %2 nor in %3.keys; copy the key files of "
                                     "this server there first: clients trust no other")
                          .arg(missing, dataFolder, backup));
    }
    IMPULSE_TRY(auto said, putInPlace(backup, config.storage.path));
    const auto blobs = backup + QStringLiteral(".blobs");
    if (QFileInfo::exists(blobs)) {
        // Blobs never change: those that are there already are the same.
        if (!QFileInfo::exists(dataFolder + QStringLiteral("/blobs")) &&
            !copyBeside(blobs, dataFolder + QStringLiteral("/blobs")))
            said << QStringLiteral("the blobs of %1 could not be copied").arg(blobs);
    }
    said << QStringLiteral("restored; clients that know more will hand it in at their next login");
    return said;
}

} // namespace impulse::server
