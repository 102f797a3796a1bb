#pragma once

#include "server/app/BackupDraft.h"
#include "server/app/ServerConfig.h"
#include "server/app/ServerProgram.h"

#include <functional>

namespace impulse::server {

struct BackupOrder {
    QString dataFolder;
    /// Of the database. The blobs, where there are any, go to `path`.blobs.
    QString path;
    /// The server's keys to `path`.keys.
    bool withKeys = false;
};

/// Consistent while the server writes on, checked before it gets its name. Any thread; `progress`
/// is called on it. The error is a sentence.
Result<void, QString> backUp(const BackupOrder& order, BackupDraft& draft,
                             const std::function<void(const QString&)>& progress);

/// Puts a backup in the place of the database of a folder that no server uses, as a new incarnation
/// (encryption.md section 14) that knows it was restored. What was there is kept beside it. Gives
/// sentences for the operator.
Result<QStringList, ProgramFailure> restore(const QString& backup, const QString& dataFolder);

} // namespace impulse::server
