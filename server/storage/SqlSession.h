#pragma once

#include "server/storage/SqlError.h"

#include <QSqlDatabase>

#include <optional>

namespace impulse::server {

enum class SqlMode { ReadOnly, ReadWrite };

struct SqlOpenFailure {
    SqlError code = SqlError::Other;
    QString message;
};

/// Opens a connection under `name` and sets what every session of ours has: durable commits, for
/// readers nothing but reads. Nothing is left of one that failed.
Result<QSqlDatabase, SqlOpenFailure> openSession(const QString& name, const StorageAddress& address,
                                                 SqlMode mode);

/// Makes this session of PostgreSQL the only writer of its database, for as long as it lasts; waits
/// some seconds for another one that is ending. Nothing: done.
std::optional<SqlOpenFailure> lockForWriting(QSqlDatabase& database, const StorageAddress& address);

/// Lets another session have it at once: the end of a session is noticed a little later.
void unlockForWriting(QSqlDatabase& database);

} // namespace impulse::server
