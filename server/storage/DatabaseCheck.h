#pragma once

#include "server/storage/SqlConnection.h"

#include <QStringList>

namespace impulse::server {

/// Reads the whole database: SQLite's own integrity and foreign keys, and what the program relies
/// on: numbers of each conversation and of the directory log without holes. Each fault found is a
/// sentence with ids and counts; empty if all is well. Takes as long as reading the file takes, and
/// blocks nobody.
QStringList checkDatabase(SqlConnection& connection);

/// Writes a consistent copy of a file of SQLite to `path`, which must not exist, while others write
/// on: a file for the owner only, on disk and checked with checkDatabase(). The error is a
/// sentence; then there is no file of this name.
Result<void, QString> copyDatabase(const QString& database, const QString& path);

/// The faults that checkDatabase() finds in the database of a server, of either kind. The error is
/// a sentence: there is none, or it cannot be opened.
Result<QStringList, QString> checkStored(const StorageAddress& address);

/// Is this file a database of this program, of a schema that it knows? The error is a sentence.
Result<void, QString> checkBackup(const QString& path);

} // namespace impulse::server
