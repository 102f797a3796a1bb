#pragma once

#include "server/storage/StorageAddress.h"

class QSqlError;

namespace impulse::server {

/// Why the database refused.
enum class SqlError {
    Full,
    /// Also: the transaction was given up by the database, and may be tried again.
    Busy,
    Corrupt,
    ReadOnly,
    CannotOpen,
    NotADatabase,
    Constraint,
    Io,
    /// The connection to the database server broke.
    Lost,
    Other
};

/// By SQLite's primary result code (https://sqlite.org/rescode.html) or by SQLSTATE
/// (https://www.postgresql.org/docs/15/errcodes-appendix.html).
SqlError sqlErrorOf(const QSqlError& error, StorageAddress::Kind kind);

} // namespace impulse::server
