#pragma once

#include "server/storage/StorageAddress.h"

#include <QStringList>
#include <QTemporaryDir>

#include <memory>
#include <optional>

namespace impulse::test {

/// A real PostgreSQL server of the tests' own in a temporary folder, reached by a unix socket. As
/// PostgreSQL refuses to be run by root, root runs it as `postgres` or `nobody`. For test drivers
/// only: blocking.
class PostgresServer {
public:
    /// Why it cannot be used on this machine; empty: it can.
    static QString missing();

    /// Makes the cluster. isRunning() tells whether it came up.
    explicit PostgresServer(const QStringList& settings = {});
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    bool start();
    /// `mode`: smart, fast or immediate (no clean end, as after a crash).
    bool stop(const char* mode = "fast");
    bool isRunning() const { return m_running; }

    /// An empty database; or a copy of another one.
    server::StorageAddress createDatabase(const QString& name, const QString& model = {});
    void dropDatabase(const QString& name);
    /// Writes a copy with pg_dump, in the place of an earlier one.
    bool dump(const QString& database);
    /// Reads it into an empty database of this name with pg_restore.
    bool load(const QString& database);
    /// As the superuser, in a database; the output of psql without decoration. Nothing: it failed.
    std::optional<QString> sql(const QString& statement,
                               const QString& database = QStringLiteral("postgres"));
    /// Where its socket lies.
    QString folder() const { return m_folder.path(); }
    /// For --storage.
    QString url(const QString& database, const QString& user = QStringLiteral("impulse")) const;
    /// Replaces who may log in how (pg_hba.conf) and makes it known.
    bool setAccess(const QString& lines);

private:
    std::optional<QString> run(const char* program, const QStringList& arguments);

    QTemporaryDir m_folder;
    QStringList m_settings;
    bool m_running = false;
};

} // namespace impulse::test
