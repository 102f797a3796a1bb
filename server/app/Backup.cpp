#include "server/app/Backup.h"

#include "server/app/BackupPlace.h"
#include "server/app/DataFolder.h"
#include "server/app/FileCopy.h"
#include "server/storage/DatabaseCheck.h"

#include <QDir>
#include <QFileInfo>

#include <unistd.h>

namespace impulse::server {

namespace {

QString databasePart()
{
    return QStringLiteral("/impulse.db");
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
        IMPULSE_TRY([[maybe_unused]] const auto copied,
                    copyFolder(blobs, draft + QStringLiteral("/blobs")));
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

} // namespace

Result<void, QString> backUp(const BackupOrder& order, BackupDraft& draft,
                             const std::function<void(const QString&)>& progress)
{
    for (const auto* part : {"", ".blobs", ".keys"}) {
        const auto name = order.path + QString::fromLatin1(part);
        if (QFileInfo::exists(name))
            return Failure{QStringLiteral("%1 is there already; name another file").arg(name)};
    }
    const auto folder = draft.begin(order.path);
    if (!folder)
        return Failure{folder.error() + QStringLiteral(". ") +
                       elsewhereHint(order.path, order.dataFolder)};
    auto done = fillDraft(order, *folder, progress);
    if (done)
        done = draft.publish([&] { return nameParts(order, *folder); });
    draft.end();
    return done;
}

} // namespace impulse::server
