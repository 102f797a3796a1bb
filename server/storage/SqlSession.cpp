#include "server/storage/SqlSession.h"

#include "common/core/Logging.h"

#include <QFile>
#include <QSqlError>
#include <QSqlQuery>

#include <span>

namespace impulse::server {

namespace {

/// "IMPS", as application_id of the SQLite file.
#define LOCK_KEY "1229803603"

using Statements = std::span<const char* const>;

SqlOpenFailure failureOf(const QSqlError& error, StorageAddress::Kind kind)
{
    return {sqlErrorOf(error, kind), error.text()};
}

std::optional<QSqlError> runAll(QSqlDatabase& database, Statements statements)
{
    for (const auto* statement : statements) {
        QSqlQuery query(database);
        if (!query.exec(QLatin1String(statement)))
            return query.lastError();
    }
    return std::nullopt;
}

/// WAL, synchronous=FULL, foreign keys on. Does not create a missing file.
std::optional<SqlOpenFailure> openSqlite(QSqlDatabase& database, const QString& path, SqlMode mode)
{
    static constexpr const char* writePragmas[] = {
        "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON",
        // Bytes of erased events do not stay behind in free pages.
        "PRAGMA secure_delete = ON",
        // KiB; the default is 2 MiB.
        "PRAGMA cache_size = -65536", "PRAGMA journal_size_limit = 67108864",
        // Checkpoints are made beside the writer (see Checkpointer).
        "PRAGMA wal_autocheckpoint = 0"};
    static constexpr const char* readPragmas[] = {"PRAGMA query_only = ON",
                                                  "PRAGMA cache_size = -16384"};
    database.setDatabaseName(path);
    // A busy database is one that `--make-invite` is writing to: a matter of milliseconds.
    database.setConnectOptions(mode == SqlMode::ReadOnly
                                   ? QStringLiteral("QSQLITE_BUSY_TIMEOUT=5000;"
                                                    "QSQLITE_OPEN_READONLY")
                                   : QStringLiteral("QSQLITE_BUSY_TIMEOUT=5000"));
    if (!QFile::exists(path))
        return SqlOpenFailure{SqlError::CannotOpen, QStringLiteral("no such file")};
    if (!database.open())
        return failureOf(database.lastError(), StorageAddress::Kind::Sqlite);
    const auto error =
        runAll(database, mode == SqlMode::ReadWrite ? Statements(writePragmas) : readPragmas);
    return error ? std::optional(failureOf(*error, StorageAddress::Kind::Sqlite)) : std::nullopt;
}

/// Read at every connecting, so that it lies in our memory only for a moment; libpq keeps a copy.
/// Neither is in a core dump, as there is none (crypto::hardenProcess).
Result<QString, QString> readPassword(const QString& path)
{
    if (path.isEmpty())
        return QString();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Failure{
            QStringLiteral("cannot read the password file %1: %2").arg(path, file.errorString())};
    if (file.permissions() &
        (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther))
        return Failure{QStringLiteral("the password file %1 can be read by other users of this "
                                      "machine: chmod 600 it")
                           .arg(path)};
    auto bytes = file.read(1024);
    auto password = QString::fromUtf8(bytes).section(QLatin1Char('\n'), 0, 0);
    bytes.fill('\0');
    if (password.endsWith(QLatin1Char('\r')))
        password.chop(1);
    if (password.isEmpty())
        return Failure{QStringLiteral("there is no password in %1").arg(path)};
    return password;
}

/// In the list with semicolons that Qt makes into one of libpq.
QString connectOptions(const StorageAddress& address)
{
    // Seconds, but tcp_user_timeout is in milliseconds. A server that vanished from the network is
    // noticed within about half a minute; one that stopped, at once.
    auto result = QStringLiteral("application_name=impulse-server;connect_timeout=5;"
                                 "keepalives_idle=15;keepalives_interval=5;keepalives_count=3;"
                                 "tcp_user_timeout=20000");
    const auto add = [&result](const char* name, QString value) {
        if (value.isEmpty())
            return;
        value.replace(QLatin1Char('\\'), QLatin1String("\\\\"));
        value.replace(QLatin1Char('\''), QLatin1String("\\'"));
        result += QStringLiteral(";%1='%2'").arg(QLatin1String(name), value);
    };
    add("sslmode", address.sslMode);
    add("sslrootcert", address.sslRootCertificate);
    return result;
}

std::optional<SqlOpenFailure> openPostgreSql(QSqlDatabase& database, const StorageAddress& address,
                                             SqlMode mode)
{
    static constexpr const char* settings[] = {
        // Statements are prepared when the tables may be empty and the planner knows nothing of
        // them. Each has an index that fits, whatever their sizes.
        "SET enable_seqscan = off", "SET plan_cache_mode = force_generic_plan", "SET jit = off",
        "SET client_min_messages = warning", "SET lock_timeout = '5s'"};
    static constexpr const char* writeSettings[] = {
        // An operator may wait for standbys too (remote_apply), but not for less than the disk.
        "SELECT set_config('synchronous_commit', 'on', false) "
        "WHERE current_setting('synchronous_commit') IN ('off', 'local')"};
    static constexpr const char* readSettings[] = {"SET default_transaction_read_only = on",
                                                   "SET statement_timeout = '10s'"};
    auto password = readPassword(address.passwordFile);
    if (!password)
        return SqlOpenFailure{SqlError::CannotOpen, password.error()};
    database.setHostName(address.host);
    database.setDatabaseName(address.database);
    if (address.port != 0)
        database.setPort(address.port);
    database.setConnectOptions(connectOptions(address));
    const bool opened = database.open(address.user, *password);
    password->fill(QLatin1Char('\0'));
    if (!opened)
        return failureOf(database.lastError(), address.kind);
    auto error = runAll(database, settings);
    if (!error)
        error =
            runAll(database, mode == SqlMode::ReadWrite ? Statements(writeSettings) : readSettings);
    return error ? std::optional(failureOf(*error, address.kind)) : std::nullopt;
}

} // namespace

Result<QSqlDatabase, SqlOpenFailure> openSession(const QString& name, const StorageAddress& address,
                                                 SqlMode mode)
{
    const auto driver =
        address.isPostgreSql() ? QStringLiteral("QPSQL") : QStringLiteral("QSQLITE");
    if (!QSqlDatabase::isDriverAvailable(driver)) {
        return Failure{SqlOpenFailure{
            SqlError::CannotOpen,
            QStringLiteral("the database driver %1 of Qt is not installed (Debian: %2)")
                .arg(driver, address.isPostgreSql() ? QStringLiteral("libqt6sql6-psql")
                                                    : QStringLiteral("libqt6sql6-sqlite"))}};
    }
    std::optional<SqlOpenFailure> failure;
    {
        auto database = QSqlDatabase::addDatabase(driver, name);
        failure = address.isPostgreSql() ? openPostgreSql(database, address, mode)
                                         : openSqlite(database, address.path, mode);
        if (!failure)
            return database;
    }
    QSqlDatabase::removeDatabase(name);
    return Failure{*std::move(failure)};
}

std::optional<SqlOpenFailure> lockForWriting(QSqlDatabase& database, const StorageAddress& address)
{
    // What RowCache remembers is true only as long as nobody else writes. Several nodes on one
    // database will need another way here: one writing node for each conversation and account,
    // with a lock or a lease of its own in place of this one, and caches that are emptied when it
    // moves; the numbers of events and of the directory must then come from the database.
    QSqlQuery query(database);
    if (!query.exec(QStringLiteral("SELECT pg_advisory_lock(" LOCK_KEY ")"))) {
        const auto failure = failureOf(query.lastError(), address.kind);
        if (failure.code != SqlError::Busy)
            return failure;
        return SqlOpenFailure{SqlError::Busy,
                              QStringLiteral("another server uses the database %1; two on one "
                                             "would spoil each other's work")
                                  .arg(address.name())};
    }
    QSqlQuery settings(database);
    if (settings.exec(QStringLiteral("SELECT name FROM pg_settings WHERE setting = 'off' AND name "
                                     "IN ('fsync', 'full_page_writes')"))) {
        while (settings.next())
            qCWarning(lcStorage).noquote()
                << "PostgreSQL runs with" << settings.value(0).toString()
                << "= off: what was acknowledged may be lost, and the database damaged, when the "
                   "machine stops";
    }
    return std::nullopt;
}

void unlockForWriting(QSqlDatabase& database)
{
    QSqlQuery(database).exec(QStringLiteral("SELECT pg_advisory_unlock(" LOCK_KEY ")"));
}

} // namespace impulse::server
