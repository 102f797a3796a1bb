#pragma once

#include "server/storage/SqlConnection.h"

#include <QStringList>

#include <limits>

/// The numbered files of server/storage/migrations, those for PostgreSQL in a folder of their own.
namespace impulse::server::migrations {

/// Names of the files, in order; the first one makes version 1.
QStringList files(StorageAddress::Kind kind);

/// The version that a database of ours has; 0: none, or it cannot be read.
std::uint64_t storedVersion(SqlConnection& connection);

/// Runs those above `version`, up to the last one or `last`, each in a transaction. False: the
/// connection has the error.
bool run(SqlConnection& connection, std::uint64_t version,
         std::uint64_t last = std::numeric_limits<std::uint64_t>::max());

} // namespace impulse::server::migrations
