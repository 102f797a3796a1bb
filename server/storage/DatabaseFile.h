#pragma once

#include "common/core/Result.h"
#include "server/storage/SqlConnection.h"

#include <QString>

#include <cstdint>

namespace impulse::server {

/// Why the database cannot be used, for the exit code and a message that an operator understands.
enum class DatabaseFault {
    /// The file cannot be opened or made.
    CannotOpen,
    ReadOnly,
    DiskFull,
    /// Damaged, or not a database of Impulse. Nothing was written to it.
    Corrupt,
    /// Made by a newer version of the program. Nothing was written to it.
    NewerSchema,
    /// Another program holds it.
    Busy
};

struct DatabaseFailure {
    DatabaseFault fault;
    QString message;
};

/// Schema version that this program writes: number of the last migration.
std::uint64_t schemaVersion();

/// Is it a database of this program, and of a schema that it knows? The error is a sentence.
Result<void, QString> checkSchema(SqlConnection& connection, const QString& path);

/// Makes the database, or checks it and brings it to the present schema, before anything else opens
/// it. Migrations are the numbered files in server/storage/migrations; each runs in a transaction
/// of its own that also sets `user_version`. Before an upgrade the database is copied to
/// `PATH.vN.TIME.backup`. A new one is made beside its place and renamed, so that an empty or
/// missing file never passes for a new database when it is a lost one.
///
/// Blocking; called by the main thread before the event loop.
Result<void, DatabaseFailure> prepareDatabase(const QString& path);

} // namespace impulse::server
