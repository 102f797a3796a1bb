#include "server/app/FileCopy.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace impulse::server {

namespace {

constexpr auto ownerOnly = QFile::ReadOwner | QFile::WriteOwner;
/// Faults that are told; more would say nothing new.
constexpr qsizetype mostFaults = 20;

/// With those above it, each for the owner only.
bool makeFolder(const QString& folder, const std::optional<FileOwner>& owner)
{
    if (QFileInfo(folder).isDir())
        return true;
    const auto parent = QFileInfo(folder).absolutePath();
    return (parent == folder || makeFolder(parent, owner)) &&
           ::mkdir(QFile::encodeName(folder).constData(), 0700) == 0 && giveAway(folder, owner);
}

/// Root, at work in the folder of another, must not be led out of it: is `folder`, or one between
/// it and `root`, a link?
bool hasLink(const QString& root, QString folder)
{
    for (; folder.size() >= root.size(); folder = QFileInfo(folder).absolutePath()) {
        if (QFileInfo(folder).isSymLink())
            return true;
        if (folder.size() == root.size())
            break;
    }
    return false;
}

/// Under another name first: what has its name is complete.
bool copyNamed(const QString& from, const QString& to, const std::optional<FileOwner>& owner)
{
    const auto draft = to + QStringLiteral(".part");
    QFile::remove(draft);
    if (copyFile(from, draft, owner) &&
        ::rename(QFile::encodeName(draft).constData(), QFile::encodeName(to).constData()) == 0)
        return true;
    QFile::remove(draft);
    return false;
}

/// One that the server has erased meanwhile is missed by nobody.
bool isGone(const QString& path)
{
    const QFileInfo info(path);
    return !info.exists() && !info.isSymLink();
}

/// Bytes read until the end; nothing if it cannot be read to there.
std::optional<quint64> readToEnd(const QString& path)
{
    QFile file(path);
    // A pipe would keep us waiting.
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return std::nullopt;
    QByteArray buffer(1 << 20, Qt::Uninitialized);
    quint64 bytes = 0;
    for (;;) {
        const auto count = file.read(buffer.data(), buffer.size());
        if (count < 0)
            return std::nullopt;
        if (count == 0)
            return bytes;
        bytes += static_cast<quint64>(count);
    }
}

} // namespace

std::optional<FileOwner> foreignOwnerOf(const QString& folder)
{
    struct stat status {};
    if (::geteuid() != 0 || ::stat(QFile::encodeName(folder).constData(), &status) != 0)
        return std::nullopt;
    if (status.st_uid == ::geteuid() && status.st_gid == ::getegid())
        return std::nullopt;
    return FileOwner{status.st_uid, status.st_gid};
}

bool giveAway(int descriptor, const std::optional<FileOwner>& owner)
{
    if (!owner)
        return true;
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 &&
           (S_ISDIR(status.st_mode) || (S_ISREG(status.st_mode) && status.st_nlink == 1)) &&
           ::fchown(descriptor, owner->user, owner->group) == 0;
}

bool giveAway(const QString& path, const std::optional<FileOwner>& owner)
{
    if (!owner)
        return true;
    const int descriptor =
        ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0)
        return false;
    const bool given = giveAway(descriptor, owner);
    ::close(descriptor);
    return given;
}

bool copyFile(const QString& from, const QString& to, const std::optional<FileOwner>& owner)
{
    return QFileInfo(from).isFile() && QFile::copy(from, to) &&
           QFile::setPermissions(to, ownerOnly) && giveAway(to, owner) && syncPath(to);
}

Result<QStringList, QString> filesIn(const QString& folder)
{
    const QFileInfo info(folder);
    if (!info.exists() && !info.isSymLink())
        return QStringList();
    // An iterator over a folder that cannot be read says that it is empty.
    if (!info.isDir() || ::access(QFile::encodeName(folder).constData(), R_OK | X_OK) != 0)
        return Failure{QStringLiteral("%1 is not a folder that can be read").arg(folder)};
    QStringList files;
    QDirIterator entries(folder,
                         QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    while (entries.hasNext()) {
        const auto path = entries.next();
        const auto entry = entries.fileInfo();
        if (entry.isDir() && !entry.isSymLink()) {
            IMPULSE_TRY(const auto more, filesIn(path));
            files += more;
        } else {
            files << path;
        }
    }
    return files;
}

Result<quint64, QString> copyFolder(const QString& from, const QString& to,
                                    const std::optional<FileOwner>& owner)
{
    const auto failed = [&](const QString& path) {
        return Failure{QStringLiteral("cannot copy %1 to %2").arg(path, to)};
    };
    IMPULSE_TRY(const auto files, filesIn(from));
    if (owner && hasLink(to, to))
        return Failure{QStringLiteral("%1 is a link, which root does not follow in the folder of "
                                      "another user; run this as that user")
                           .arg(to)};
    if (!makeFolder(to, owner))
        return failed(from);
    quint64 copied = 0;
    QStringList folders{to};
    for (const auto& file : files) {
        const auto target = to + file.mid(from.size());
        const QFileInfo there(target);
        if (there.isFile() && there.size() == QFileInfo(file).size())
            continue;
        const auto folder = there.absolutePath();
        if ((owner && hasLink(to, folder)) || !makeFolder(folder, owner) ||
            !copyNamed(file, target, owner)) {
            if (isGone(file))
                continue;
            return failed(file);
        }
        if (!folders.contains(folder))
            folders << folder;
        ++copied;
    }
    for (const auto& made : folders) {
        if (!syncPath(made))
            return failed(from);
    }
    return copied;
}

FileCheck checkFiles(const QString& folder)
{
    FileCheck check;
    const auto files = filesIn(folder);
    if (!files) {
        check.faults << files.error();
        return check;
    }
    for (const auto& file : *files) {
        const auto bytes = readToEnd(file);
        if (!bytes && isGone(file))
            continue;
        ++check.files;
        if (bytes)
            check.bytes += *bytes;
        else if (check.faults.size() < mostFaults)
            check.faults << QStringLiteral("the blob %1 cannot be read").arg(file);
    }
    return check;
}

} // namespace impulse::server
