#include "server/app/BackupPlace.h"

#include <QDir>
#include <QFileInfo>

#include <optional>
#include <sys/stat.h>

namespace impulse::server {

namespace {

QString key(const char* name)
{
    return QString::fromLatin1(name);
}

QString folderOf(const QString& file)
{
    return QFileInfo(file).absolutePath();
}

/// Numbers of 64 bits, which JSON does not keep.
std::optional<QJsonObject> identityOf(const QString& folder)
{
    struct stat status {};
    if (::stat(QFile::encodeName(folder).constData(), &status) != 0 || !S_ISDIR(status.st_mode))
        return std::nullopt;
    return QJsonObject{{key("path"), folder},
                       {key("device"), QString::number(status.st_dev)},
                       {key("inode"), QString::number(status.st_ino)}};
}

Failure<QString> notShared(const QString& folder, const QString& file, const QString& dataFolder)
{
    return {QStringLiteral("the server sees another folder %1 than you do, or none (a service has "
                           "its own /tmp and no /home), so you would not find the backup; nothing "
                           "was copied. ")
                .arg(folder) +
            elsewhereHint(file, dataFolder)};
}

} // namespace

QJsonObject placeOf(const QString& file)
{
    for (auto folder = folderOf(file);; folder = folderOf(folder)) {
        const auto identity = identityOf(folder);
        if (identity || folder == folderOf(folder))
            return identity.value_or(QJsonObject());
    }
}

Result<void, QString> agreeOn(const QJsonObject& place, const QString& file,
                              const QString& dataFolder)
{
    if (place.isEmpty())
        return {};
    const auto folder = place[key("path")].toString();
    const auto here = identityOf(folder);
    if (!here || *here != place)
        return notShared(folder, file, dataFolder);
    const auto wanted = folderOf(file);
    if (wanted == folder)
        return {};
    const auto ours = QDir::cleanPath(dataFolder + QStringLiteral("/backups"));
    if (wanted == ours && ::mkdir(QFile::encodeName(ours).constData(), 0700) == 0)
        return {};
    if (identityOf(wanted))
        return notShared(wanted, file, dataFolder);
    return Failure{QStringLiteral("there is no folder %1; make it first, for the server's user. ")
                       .arg(wanted) +
                   elsewhereHint(file, dataFolder)};
}

QString elsewhereHint(const QString& file, const QString& dataFolder)
{
    return QStringLiteral("The server can always write to its data folder: name a file there, such "
                          "as %1/backups/%2, and copy that to where it shall be kept")
        .arg(dataFolder, QFileInfo(file).fileName());
}

Result<void, QString> findBackup(const QJsonObject& result)
{
    const auto file = result[key("file")].toString();
    const QFileInfo info(file);
    if (info.isFile() && info.size() == result[key("bytes")].toInteger())
        return {};
    return Failure{
        QStringLiteral("the server says that it has written %1, but there is no such file "
                       "here: it sees other folders than you do. There is no backup; "
                       "name a file in the server's data folder, such as "
                       "DATA/backups/%2")
            .arg(file, info.fileName())};
}

} // namespace impulse::server
