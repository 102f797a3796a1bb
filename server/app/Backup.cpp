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

Result<void, QString> backUpKeys(const QString& dataFolder, const QString& to)
{
    if (!QDir().mkpath(to))
        return Failure{QStringLiteral("cannot make the folder %1").arg(to)};
    for (const auto* name : keyFiles) {
        const auto file = QLatin1Char('/') + QString::fromLatin1(name);
        if (!copyFile(dataFolder + file, to + file))
            return Failure{QStringLiteral("cannot copy %1 to %2").arg(dataFolder + file, to)};
    }
    return {};
}

/// A new life of the database, told to clients by its name.
bool beginAnew(const QString& path)
{
    auto connection = SqlConnection::open(path, SqlConnection::Mode::ReadWrite);
    if (!connection)
        return false;
    SqlStore store(**connection);
    crypto::SystemRng rng;
    store.setIncarnation(crypto::random<IncarnationId>(rng));
    store.setRestored(SystemClock().nowMs());
    return !store.takeFailure();
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

Result<QStringList, ProgramFailure> putInPlace(const QString& backup, const DataFolder& folder,
                                               const QString& dataFolder)
{
    const auto database = folder.databasePath();
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
    if (!QFile::rename(draft, database) || !syncPath(dataFolder))
        return failed(ExitCode::Database, QStringLiteral("cannot rename %1").arg(draft));
    return said;
}

} // namespace

Result<void, QString> backUp(const QString& dataFolder, const QString& path, bool withKeys,
                             const std::function<void(const QString&)>& progress)
{
    progress(QStringLiteral("copying and checking the database"));
    IMPULSE_CHECK(copyDatabase(dataFolder + QStringLiteral("/impulse.db"), path));
    const auto blobs = dataFolder + QStringLiteral("/blobs");
    if (QFileInfo::exists(blobs)) {
        progress(QStringLiteral("copying the blobs"));
        IMPULSE_CHECK(copyBeside(blobs, path + QStringLiteral(".blobs")));
    }
    if (withKeys)
        IMPULSE_CHECK(backUpKeys(dataFolder, path + QStringLiteral(".keys")));
    return {};
}

Result<QStringList, ProgramFailure> restore(const QString& backup, const QString& dataFolder)
{
    const auto checked = checkBackup(backup);
    if (!checked)
        return failed(ExitCode::Database,
                      QStringLiteral("%1 cannot be restored: %2").arg(backup, checked.error()));
    auto folder = DataFolder::open(dataFolder);
    if (!folder)
        return failed(ExitCode::DataFolder, folder.error());
    const auto locked = folder.value().lock();
    if (!locked)
        return failed(ExitCode::DataFolder, locked.error());
    if (!locked.value()) {
        return failed(ExitCode::DataFolder,
                      QStringLiteral("a server runs on %1; stop it first").arg(dataFolder));
    }
    const auto missing = restoreKeys(backup, dataFolder);
    if (!missing.isEmpty()) {
        return failed(ExitCode::DataFolder,
                      QStringLiteral("%1 is neither in %2 nor in %3.keys; copy the key files of "
                                     "this server there first: clients trust no other")
                          .arg(missing, dataFolder, backup));
    }
    IMPULSE_TRY(auto said, putInPlace(backup, folder.value(), dataFolder));
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
