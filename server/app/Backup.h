#pragma once

#include "server/app/BackupDraft.h"
#include "server/app/ServerConfig.h"
#include "server/app/ServerProgram.h"

#include <functional>

namespace impulse::server {

struct BackupOrder {
    QString dataFolder;
    /// The file of SQLite.
    QString database;
    /// Of the backup. The blobs, where there are any, go to `path`.blobs.
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
///
/// A database of PostgreSQL is restored by PostgreSQL's tools: `backup` is empty, and what is there
/// becomes a new incarnation.
Result<QStringList, ProgramFailure> restore(const QString& backup, const ServerConfig& config);

} // namespace impulse::server
