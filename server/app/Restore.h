#pragma once

#include "server/app/ServerConfig.h"
#include "server/app/ServerProgram.h"

namespace impulse::server {

struct Restored {
    QString database;
    /// Where the database is now that was there before; empty if none was.
    QString before;
    /// Copied; those that were there already are not counted.
    quint64 blobs = 0;
};

/// Puts a backup in the place of the database of a folder that no server uses, as a new incarnation
/// (encryption.md section 14) that knows it was restored. What was there is kept beside it. Run by
/// root, what it makes belongs to the owner of the data folder. After a failure the database is
/// the old one, unless the sentence says that it was moved aside.
///
/// A database of PostgreSQL is restored by PostgreSQL's tools: `backup` is empty, and what is there
/// becomes a new incarnation.
Result<Restored, ProgramFailure> restore(const QString& backup, const ServerConfig& config);

} // namespace impulse::server
