#pragma once

#include "server/storage/SqlConnection.h"

#include <functional>
#include <vector>

namespace impulse::server {

/// Names of the tables that a copy consists of, with their columns in order: "name (a, b, c)".
std::vector<std::string> copiedTables();

/// Copies everything from one database to another, of any kind each, in one transaction: table by
/// table, then reads the new tables and compares their row counts and SHA-256 hashes over all rows
/// in order. The error is a sentence; then nothing was changed. The target was prepared and has to
/// be empty, both have the present schema, and nobody else writes to either.
///
/// `progress` gets a line for each table, and in between for large ones. Blocking.
Result<void, QString> copyStorage(SqlConnection& from, SqlConnection& to,
                                  const std::function<void(const QString&)>& progress);

} // namespace impulse::server
