#pragma once

#include "common/core/Result.h"
#include "server/storage/WriteOut.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <sys/types.h>

namespace impulse::server {

/// Whom files are given to.
struct FileOwner {
    uid_t user = 0;
    gid_t group = 0;
};

/// The owner of a folder if we are root and he is another: what we make there would be closed to
/// the server that runs as him. Nothing otherwise.
std::optional<FileOwner> foreignOwnerOf(const QString& folder);
/// Gives a file or folder that root has just made away, with its group. Follows no link, and gives
/// no file away that has a second name: the owner of the folder may have put it there.
bool giveAway(const QString& path, const std::optional<FileOwner>& owner);
/// The same for an open file.
bool giveAway(int descriptor, const std::optional<FileOwner>& owner);

/// Complete on disk, for the owner only; the target must not exist.
bool copyFile(const QString& from, const QString& to, const std::optional<FileOwner>& owner = {});

/// Every file in a folder and its subfolders, by path. The error is a sentence.
Result<QStringList, QString> filesIn(const QString& folder);

/// Copies the files that `to` does not have in the same size, each complete on disk before it gets
/// its name. Gives how many; the error is a sentence, and what was copied until then stays.
Result<quint64, QString> copyFolder(const QString& from, const QString& to,
                                    const std::optional<FileOwner>& owner = {});

/// What checkFiles() has read.
struct FileCheck {
    quint64 files = 0;
    quint64 bytes = 0;
    /// A sentence for each of the first files that cannot be read.
    QStringList faults;
};

/// Reads every file in a folder to its end; a folder that is not there is empty.
FileCheck checkFiles(const QString& folder);

} // namespace impulse::server
