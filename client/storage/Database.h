#pragma once

#include "client/core/ports/ClientStore.h"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QString>

#include <memory>

namespace impulse::client {

/// One connection to the client's SQLite file: WAL, synchronous=FULL (a commit survives power
/// loss), secure_delete (what is deleted is overwritten), foreign keys, temporary data in memory
/// only, and the schema of this version. The WAL is emptied when it closes.
///
/// Belongs to the thread that opened it.
class Database {
public:
    static Result<std::unique_ptr<Database>, StoreError> open(const QString& path);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// A query with `sql` prepared. A statement of the program that does not prepare is a bug or a
    /// damaged schema; run() then fails.
    QSqlQuery prepare(const QString& sql) const;
    /// Executes a prepared query whose values are bound.
    Result<void, StoreError> run(QSqlQuery& query) const;
    /// Prepares and executes a statement without values.
    Result<void, StoreError> run(const QString& sql) const;

    /// Did stepping through the rows of `query` end because there are no more?
    Result<void, StoreError> check(const QSqlQuery& query) const;

    Result<void, StoreError> begin() const { return run(QStringLiteral("BEGIN IMMEDIATE")); }
    Result<void, StoreError> commit() const { return run(QStringLiteral("COMMIT")); }
    /// Also after a failed commit; what SQLite has rolled back itself is no error.
    void rollback() const;

    /// The highest schema number that this version knows.
    static int schemaVersion();

private:
    explicit Database(const QString& path);
    Result<void, StoreError> checkFile() const;
    Result<void, StoreError> configure() const;
    Result<void, StoreError> migrate() const;
    Result<QString, StoreError> readOne(const QString& sql) const;

    QSqlDatabase m_connection;
};

} // namespace impulse::client
