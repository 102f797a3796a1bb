#include "server/storage/SqlConnection.h"

#include "common/core/Logging.h"

#include <QFile>
#include <QSqlError>
#include <QVariant>

#include <atomic>

namespace impulse::server {

namespace {

QString uniqueName()
{
    static std::atomic<unsigned> counter{0};
    return QStringLiteral("impulse-%1").arg(++counter);
}

} // namespace

SqlError sqlErrorOf(const QSqlError& error)
{
    // The low byte of an extended code is the primary one.
    switch (error.nativeErrorCode().toInt() & 0xff) {
    case 5:
    case 6:
        return SqlError::Busy;
    case 8:
        return SqlError::ReadOnly;
    case 10:
        return SqlError::Io;
    case 11:
        return SqlError::Corrupt;
    case 13:
        return SqlError::Full;
    case 14:
        return SqlError::CannotOpen;
    case 19:
        return SqlError::Constraint;
    case 26:
        return SqlError::NotADatabase;
    default:
        return SqlError::Other;
    }
}

Result<std::unique_ptr<SqlConnection>, SqlConnection::OpenFailure>
SqlConnection::open(const QString& path, Mode mode)
{
    std::unique_ptr<SqlConnection> result(new SqlConnection(uniqueName(), mode));
    auto& database = result->m_database;
    database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), result->m_name);
    database.setDatabaseName(path);
    // A busy database is one that `--make-invite` is writing to: a matter of milliseconds.
    database.setConnectOptions(
        mode == Mode::ReadOnly ? QStringLiteral("QSQLITE_BUSY_TIMEOUT=5000;QSQLITE_OPEN_READONLY")
                               : QStringLiteral("QSQLITE_BUSY_TIMEOUT=5000"));
    const auto failure = [&](const QSqlError& error) {
        return Failure{OpenFailure{sqlErrorOf(error), error.text()}};
    };
    if (!QFile::exists(path))
        return Failure{OpenFailure{SqlError::CannotOpen, QStringLiteral("no such file")}};
    if (!database.open())
        return failure(database.lastError());

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
    const auto pragmas = mode == Mode::ReadWrite ? std::span<const char* const>(writePragmas)
                                                 : std::span<const char* const>(readPragmas);
    for (const auto* pragma : pragmas) {
        QSqlQuery query(database);
        if (!query.exec(QLatin1String(pragma)))
            return failure(query.lastError());
    }
    return result;
}

SqlConnection::~SqlConnection()
{
    m_statements.clear();
    m_database.close();
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(m_name);
}

bool SqlConnection::execute(const char* sql)
{
    return Statement(*this, sql).run();
}

void SqlConnection::rollBack()
{
    m_job = JobState::None;
    ++m_rollbacks;
    QSqlQuery(m_database).exec(QStringLiteral("ROLLBACK"));
}

void SqlConnection::beginJob()
{
    m_job = JobState::Reading;
    m_jobGathers = false;
}

bool SqlConnection::prepareToWrite()
{
    if (m_job != JobState::Reading)
        return true;
    m_job = JobState::SettingSavepoint;
    if ((m_beforeSavepoint && !m_beforeSavepoint()) || !execute("SAVEPOINT job"))
        return false;
    m_job = JobState::Writing;
    return true;
}

bool SqlConnection::endJob(bool keep)
{
    const auto state = std::exchange(m_job, JobState::None);
    if (state == JobState::SettingSavepoint || (m_jobGathers && !keep))
        return false;
    if (state != JobState::Writing)
        return true;
    if (!keep) {
        ++m_rollbacks;
        clearFailure();
        if (!execute("ROLLBACK TO job"))
            return false;
    }
    return execute("RELEASE job");
}

bool SqlConnection::executeOnce(const QString& sql)
{
    QSqlQuery query(m_database);
    if (query.exec(sql))
        return true;
    fail(query.lastError());
    return false;
}

SqlConnection::Prepared* SqlConnection::prepared(const char* sql)
{
    auto& statement = m_statements[sql];
    if (!statement) {
        const std::string_view text(sql);
        statement = std::make_unique<Prepared>(
            QSqlQuery(m_database),
            text.starts_with("INSERT") || text.starts_with("UPDATE") || text.starts_with("DELETE"));
        statement->query.setForwardOnly(true);
        if (!statement->query.prepare(QString::fromLatin1(sql))) {
            fail(statement->query.lastError());
            m_statements.erase(sql);
            return nullptr;
        }
    }
    return statement.get();
}

void SqlConnection::fail(const QSqlError& error)
{
    m_failed = true;
    ++m_failures;
    m_error = sqlErrorOf(error);
    // A full disk refuses every write: it is not to be filled with log lines as well.
    const bool again = m_lastLog.isValid() && m_logged == m_error && !m_lastLog.hasExpired(10'000);
    if (again)
        return;
    m_logged = m_error;
    m_lastLog.restart();
    qCWarning(lcStorage).noquote()
        << "SQLite:" << error.text() << "code" << error.nativeErrorCode();
}

void SqlConnection::refuse()
{
    m_failed = true;
    ++m_failures;
    m_error = SqlError::Constraint;
}

Statement::Statement(SqlConnection& connection, const char* sql)
    : m_connection(connection), m_prepared(connection.prepared(sql))
{
}

Statement::~Statement()
{
    // An open cursor would keep a read transaction open, and the WAL from being emptied.
    if (m_prepared)
        m_prepared->query.finish();
}

Statement& Statement::bind(std::uint64_t value)
{
    return bindVariant(static_cast<qlonglong>(value));
}

Statement& Statement::bind(View value)
{
    // A null QByteArray would be stored as NULL.
    return bindVariant(value.empty()
                           ? QByteArray("", 0)
                           : QByteArray::fromRawData(reinterpret_cast<const char*>(value.data()),
                                                     static_cast<qsizetype>(value.size())));
}

Statement& Statement::bind(std::string_view text)
{
    return bindVariant(text.empty()
                           ? QStringLiteral("")
                           : QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())));
}

Statement& Statement::bindNull()
{
    return bindVariant(QVariant());
}

Statement& Statement::bindVariant(const QVariant& value)
{
    if (m_prepared)
        m_prepared->query.bindValue(m_bound++, value);
    return *this;
}

bool Statement::run()
{
    m_ran = true;
    if (!m_prepared || m_connection.failed())
        return false;
    if (m_prepared->writes && !m_connection.prepareToWrite())
        return false;
    if (m_prepared->query.exec())
        return true;
    m_connection.fail(m_prepared->query.lastError());
    return false;
}

bool Statement::next()
{
    if (!m_ran && !run())
        return false;
    if (m_prepared->query.next())
        return true;
    if (m_prepared->query.lastError().isValid())
        m_connection.fail(m_prepared->query.lastError());
    return false;
}

std::uint64_t Statement::changedRows() const
{
    return static_cast<std::uint64_t>(std::max(0, m_prepared->query.numRowsAffected()));
}

std::uint64_t Statement::insertedId() const
{
    return static_cast<std::uint64_t>(m_prepared->query.lastInsertId().toLongLong());
}

std::uint64_t Statement::integer(int column) const
{
    return static_cast<std::uint64_t>(m_prepared->query.value(column).toLongLong());
}

bool Statement::isNull(int column) const
{
    return m_prepared->query.isNull(column);
}

Bytes Statement::bytes(int column) const
{
    const auto value = m_prepared->query.value(column).toByteArray();
    return {value.begin(), value.end()};
}

std::string Statement::text(int column) const
{
    return m_prepared->query.value(column).toString().toStdString();
}

} // namespace impulse::server
