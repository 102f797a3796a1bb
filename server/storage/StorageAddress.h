#pragma once

#include "common/core/Result.h"

#include <QString>

namespace impulse::server {

/// Where the data is kept: a file of SQLite, or a database of a PostgreSQL server. Holds no secret:
/// the password of a PostgreSQL user comes from a file when a connection is made.
struct StorageAddress {
    enum class Kind { Sqlite, PostgreSql };

    /// A path is a file of SQLite.
    // NOLINTNEXTLINE(google-explicit-constructor)
    StorageAddress(QString sqlitePath) : path(std::move(sqlitePath)) {}

    /// "sqlite:" (`defaultPath`), "sqlite:PATH", or
    /// "postgresql://[USER@][HOST[:PORT]]/DATABASE[?host=FOLDER&sslmode=MODE&sslrootcert=FILE]" as
    /// libpq has it (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING); a
    /// `host` that begins with a slash is the folder of a unix socket. A URL with a password in it
    /// is refused: the command line of a process is no secret. The error is a sentence.
    static Result<StorageAddress, QString> parse(const QString& text, const QString& defaultPath);

    bool isPostgreSql() const { return kind == Kind::PostgreSql; }
    /// For messages: the path, or "postgresql://user@host:port/database".
    QString name() const;

    Kind kind = Kind::Sqlite;
    /// Of an SQLite file.
    QString path;
    /// What is empty or 0 is libpq's to choose.
    QString host;
    int port = 0;
    QString database;
    QString user;
    QString sslMode;
    QString sslRootCertificate;
    /// A file with nothing but the password, for the owner only; empty: what libpq finds in
    /// PGPASSFILE or ~/.pgpass.
    QString passwordFile;
};

} // namespace impulse::server
