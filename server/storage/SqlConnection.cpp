#include "server/storage/SqlConnection.h"

#include "common/core/Logging.h"

#include <QSqlError>

#include <algorithm>
#include <atomic>

namespace impulse::server {

namespace {

QString uniqueName()
{
    static std::atomic<unsigned> counter{0};
    return QStringLiteral("impulse-%1").arg(++counter);
}

const char* whyNot(SqlError error)
{
    switch (error) {
    case SqlError::Lost:
        return "it does not answer";
    case SqlError::CannotOpen:
        return "it refuses this user or has no such database, or the password file is unreadable";
    case SqlError::Busy:
        return "another server uses the database";
    default:
        return "it answers with an error";
    }
}

} // namespace

Result<std::unique_ptr<SqlConnection>, SqlConnection::OpenFailure>
SqlConnection::open(const StorageAddress& address, Mode mode)
{
    std::unique_ptr<SqlConnection> result(new SqlConnection(address, mode));
    if (auto failure = result->connect())
        return Failure{*std::move(failure)};
    return result;
}

SqlConnection::~SqlConnection()
{
    disconnect();
}

std::optional<SqlConnection::OpenFailure> SqlConnection::connect()
{
    m_name = uniqueName();
    auto opened = openSession(m_name, m_address, m_mode);
    if (!opened)
        return opened.error();
    m_database = *std::move(opened);
    if (m_locks) {
        if (auto failure = server::lockForWriting(m_database, m_address)) {
            disconnect();
            return failure;
        }
    }
    return std::nullopt;
}

void SqlConnection::disconnect()
{
    // Statements of SQLite are finished before their database is closed. Those of PostgreSQL end
    // with their session; one by one each would cost a question, and fail if the session is lost.
    if (!isPostgreSql())
        m_statements.clear();
    else if (m_locks && !m_lost && m_database.isOpen())
        unlockForWriting(m_database);
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(m_name);
    m_statements.clear();
}

bool SqlConnection::reconnect()
{
    constexpr Clock::duration firstDelay = std::chrono::milliseconds(100);
    constexpr Clock::duration longestDelay = std::chrono::seconds(5);
    if (Clock::now() < m_nextAttempt)
        return false;
    ++m_rollbacks;
    disconnect();
    if (const auto failure = connect()) {
        m_delay = std::clamp(m_delay * 2, firstDelay, longestDelay);
        m_nextAttempt = Clock::now() + m_delay;
        // The failure's own sentence names host, user and database.
        qCWarning(lcStorage) << "no connection to PostgreSQL:" << whyNot(failure->code);
        return false;
    }
    m_lost = false;
    m_delay = {};
    m_nextAttempt = {};
    qCInfo(lcStorage) << "connected to PostgreSQL again";
    return true;
}

Result<void, SqlConnection::OpenFailure> SqlConnection::lockForWriting()
{
    if (!isPostgreSql())
        return {};
    if (auto failure = server::lockForWriting(m_database, m_address))
        return Failure{*std::move(failure)};
    m_locks = true;
    return {};
}

bool SqlConnection::execute(const char* sql)
{
    if (!isPostgreSql())
        return Statement(*this, sql).run();
    // PostgreSQL prepares nothing but queries and changes of rows.
    return !m_failed && executeOnce(QString::fromLatin1(sql));
}

bool SqlConnection::begin()
{
    if (!isPostgreSql())
        return m_inTransaction = execute("BEGIN IMMEDIATE");
    if (!isUsable())
        return false;
    m_inTransaction = execute("BEGIN");
    if (!m_inTransaction && m_lost && reconnect()) {
        // Nothing had been done yet that the loss could have undone.
        clearFailure();
        m_inTransaction = execute("BEGIN");
    }
    return m_inTransaction;
}

bool SqlConnection::commit()
{
    // PostgreSQL answers a COMMIT after a failed statement with success, and rolls back.
    if (m_aborted || !execute("COMMIT"))
        return false;
    m_inTransaction = false;
    return true;
}

bool SqlConnection::isUsable()
{
    if (!m_lost || (!m_inTransaction && reconnect()))
        return true;
    // Without a connection there is not even an error of the database.
    m_failed = true;
    ++m_failures;
    m_error = SqlError::Lost;
    return false;
}

bool SqlConnection::mayRepeat()
{
    if (!m_lost || m_inTransaction || m_mode != Mode::ReadOnly || !reconnect())
        return false;
    clearFailure();
    return true;
}

void SqlConnection::rollBack()
{
    m_job = JobState::None;
    m_inTransaction = false;
    m_aborted = false;
    ++m_rollbacks;
    if (!m_lost)
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
        m_aborted = false;
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

std::shared_ptr<SqlConnection::Prepared> SqlConnection::prepared(const char* sql)
{
    auto& statement = m_statements[sql];
    if (!statement) {
        const std::string_view text(sql);
        statement = std::make_shared<Prepared>(
            QSqlQuery(m_database),
            text.starts_with("INSERT") || text.starts_with("UPDATE") || text.starts_with("DELETE"));
        // Qt reads a result that only goes forward row by row from PostgreSQL, and loses the rest
        // of it when another statement runs.
        statement->query.setForwardOnly(!isPostgreSql() || m_streamsRows);
        if (!statement->query.prepare(withNamedParameters(sql))) {
            fail(statement->query.lastError());
            m_statements.erase(sql);
            return nullptr;
        }
    }
    return statement;
}

QString SqlConnection::withNamedParameters(const char* sql)
{
    QString result;
    std::size_t parameters = 0;
    bool isQuoted = false;
    for (const char c : std::string_view(sql)) {
        isQuoted ^= c == '\'';
        if (c == '?' && !isQuoted)
            result += parameterName(parameters++);
        else
            result += QLatin1Char(c);
    }
    return result;
}

const QString& SqlConnection::parameterName(std::size_t index)
{
    while (m_parameterNames.size() <= index)
        m_parameterNames.push_back(QStringLiteral(":p%1").arg(m_parameterNames.size()));
    return m_parameterNames[index];
}

void SqlConnection::fail(const QSqlError& error)
{
    m_failed = true;
    ++m_failures;
    m_error = sqlErrorOf(error, m_address.kind);
    m_lost = m_lost || m_error == SqlError::Lost;
    m_aborted = m_inTransaction && isPostgreSql();
    // A full disk refuses every write: it is not to be filled with log lines as well.
    const bool again = m_lastLog.isValid() && m_logged == m_error && !m_lastLog.hasExpired(10'000);
    if (again)
        return;
    m_logged = m_error;
    m_lastLog.restart();
    // PostgreSQL adds lines with the values of the row, in any language: nobody's business.
    const auto text = isPostgreSql() ? error.databaseText().section(QLatin1Char('\n'), 0, 0)
                                     : error.text().simplified();
    qCWarning(lcStorage).noquote() << (isPostgreSql() ? "PostgreSQL:" : "SQLite:") << text << "code"
                                   << error.nativeErrorCode();
}

void SqlConnection::refuse()
{
    m_failed = true;
    ++m_failures;
    m_error = SqlError::Constraint;
}

} // namespace impulse::server
