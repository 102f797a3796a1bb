#pragma once

#include "server/storage/SqlConnection.h"

#include <QStringList>

/// The numbered files of server/storage/migrations, those for PostgreSQL in a folder of their own.
namespace impulse::server::migrations {

/// Names of the files, in order; the first one makes version 1.
QStringList files(StorageAddress::Kind kind);

/// The version that a database of ours has; 0: none, or it cannot be read.
std::uint64_t storedVersion(SqlConnection& connection);

/// Runs those above `version`, each in a transaction. False: the connection has the error.
bool run(SqlConnection& connection, std::uint64_t version);

} // namespace impulse::server::migrations
