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
/// of its own that also sets the schema's version.
///
/// An SQLite file is copied to `PATH.vN.TIME.backup` before an upgrade. A new one is made beside
/// its place and renamed, so that an empty or missing file never passes for a new database when it
/// is a lost one. Of PostgreSQL the database itself must be there, with nothing in it or what an
/// earlier start made; copies are the operator's (pg_dump).
///
/// Blocking; called by the main thread before the event loop.
Result<void, DatabaseFailure> prepareDatabase(const StorageAddress& address);

/// Has a server of ours used it before?
Result<bool, DatabaseFailure> databaseExists(const StorageAddress& address);

} // namespace impulse::server
