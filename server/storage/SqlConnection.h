#pragma once

#include "common/core/Bytes.h"
#include "server/storage/SqlSession.h"

#include <QElapsedTimer>
#include <QSqlQuery>
#include <QString>
#include <QVariant>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace impulse::server {

/// A statement that the two databases want in different words; most are the same for both.
struct SqlText {
    const char* sqlite;
    const char* postgreSql;
};

/// One connection to the database. Owned and used by the thread that opened it.
///
/// Prepared statements are kept for the connection's life, one per SQL text.
///
/// If a PostgreSQL server goes away, what runs fails with Lost, and the next begin() or, outside of
/// transactions, the next statement connects again: at most once in a time that grows from a tenth
/// of a second to five; in between everything fails at once.
class SqlConnection {
public:
    using Mode = SqlMode;
    using OpenFailure = SqlOpenFailure;

    /// See openSession().
    static Result<std::unique_ptr<SqlConnection>, OpenFailure> open(const StorageAddress& address,
                                                                    Mode mode);
    /// Keeps other writers out of a PostgreSQL database from here on, also after reconnecting. For
    /// an SQLite file the lock of the data folder does that.
    Result<void, OpenFailure> lockForWriting();

    ~SqlConnection();
    SqlConnection(const SqlConnection&) = delete;
    SqlConnection& operator=(const SqlConnection&) = delete;

    bool isPostgreSql() const { return m_address.isPostgreSql(); }
    /// Runs one statement without parameters and results (COMMIT, PRAGMA name = value).
    bool execute(const char* sql);
    /// A transaction that writes.
    bool begin();
    bool commit();
    /// Undoes the transaction, if the database has not done so already.
    void rollBack();

    /// A job of a transaction begins. A savepoint is set at its first write, so that jobs that only
    /// read, or that write what is written later together, need none.
    void beginJob();
    /// Called before a job's savepoint is set: writes what earlier jobs have left to be written.
    /// False: it failed, and the transaction is lost.
    void setBeforeSavepoint(std::function<bool()> write) { m_beforeSavepoint = std::move(write); }
    /// Sets the savepoint of the present job if it has none. False: nothing must be written.
    bool prepareToWrite();
    /// The present job leaves something to be written later; it cannot be undone alone any more.
    void jobGathers() { m_jobGathers = true; }
    /// Keeps or undoes what it wrote. False: the transaction is lost.
    bool endJob(bool keep);
    /// Times that something was undone, or that others may have written: a new connection.
    std::uint64_t rollbacks() const { return m_rollbacks; }
    /// Nobody else writes what it reads.
    bool isOnlyWriter() const { return m_mode == Mode::ReadWrite; }
    /// As execute(), for a statement of a migration file; it is not kept.
    bool executeOnce(const QString& sql);
    /// Results of PostgreSQL come row by row from here on, for tables that do not fit into memory.
    /// Then a statement must have been read to its end before the next one.
    void streamRows() { m_streamsRows = true; }

    /// As if the database had refused: it breaks a rule that no index keeps.
    void refuse();
    /// Sticky: until clearFailure() every statement does nothing.
    bool failed() const { return m_failed; }
    void clearFailure() { m_failed = false; }
    /// Of the last failure.
    SqlError error() const { return m_error; }
    /// Failures of this connection's whole life.
    std::uint64_t failures() const { return m_failures; }

private:
    friend class Statement;
    struct Prepared {
        QSqlQuery query;
        bool writes = false;
    };

    using Clock = std::chrono::steady_clock;

    SqlConnection(StorageAddress address, Mode mode) : m_address(std::move(address)), m_mode(mode)
    {
    }
    std::optional<OpenFailure> connect();
    void disconnect();
    /// After a loss. False: not now.
    bool reconnect();
    /// Null if the database does not take it.
    std::shared_ptr<Prepared> prepared(const char* sql);
    /// Each question mark outside of quotes is a parameter and gets its name.
    QString withNamedParameters(const char* sql);
    /// ":p0", ":p1"… To bind by position Qt makes up such a name each time, by QString::arg(),
    /// which was a fifth of all that the server computed for a message.
    const QString& parameterName(std::size_t index);
    void fail(const QSqlError& error);
    /// False, and failed: the connection is lost, and cannot be made again now.
    bool isUsable();
    /// After a failure: a read that was lost can be made again, on a new connection.
    bool mayRepeat();

    const StorageAddress m_address;
    const Mode m_mode;
    bool m_locks = false;
    bool m_streamsRows = false;
    QString m_name;
    QSqlDatabase m_database;
    /// By address: SQL texts are literals.
    std::unordered_map<const char*, std::shared_ptr<Prepared>> m_statements;
    std::vector<QString> m_parameterNames;
    bool m_inTransaction = false;
    /// PostgreSQL takes nothing more in this transaction, or in this savepoint.
    bool m_aborted = false;
    bool m_lost = false;
    Clock::time_point m_nextAttempt;
    Clock::duration m_delay{};
    enum class JobState { None, Reading, SettingSavepoint, Writing };
    JobState m_job = JobState::None;
    bool m_jobGathers = false;
    std::function<bool()> m_beforeSavepoint;
    std::uint64_t m_rollbacks = 0;
    bool m_failed = false;
    SqlError m_error = SqlError::Other;
    std::uint64_t m_failures = 0;
    SqlError m_logged = SqlError::Other;
    QElapsedTimer m_lastLog;
};

/// One use of a prepared statement: bind, then run() or next() row by row, then read columns.
/// Failures are kept in the connection; what is bound must live until run() or the last next().
class Statement {
public:
    Statement(SqlConnection& connection, const char* sql);
    Statement(SqlConnection& connection, const SqlText& sql)
        : Statement(connection, connection.isPostgreSql() ? sql.postgreSql : sql.sqlite)
    {
    }
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(std::uint64_t value);
    Statement& bind(bool value) { return bind(std::uint64_t{value}); }
    Statement& bind(View value);
    Statement& bind(std::string_view text);
    Statement& bindNull();
    Statement& bind(const std::optional<std::uint64_t>& value)
    {
        return value ? bind(*value) : bindNull();
    }

    /// Executes. False on failure.
    bool run();
    /// Executes at the first call; true if there is a row to read.
    bool next();

    std::uint64_t changedRows() const;

    std::uint64_t integer(int column) const;
    bool isNull(int column) const;
    Bytes bytes(int column) const;
    std::string text(int column) const;
    /// Zeros if the column has another length, which only a foreign hand can bring about.
    template <class F> F fixed(int column) const { return F::from(bytes(column)).value_or(F{}); }

    /// As the database gave it, for copies.
    QVariant value(int column) const { return m_prepared->query.value(column); }
    Statement& bindVariant(const QVariant& value);

private:
    /// Outside of transactions: once more with the same values on a new connection.
    bool runAgain();

    SqlConnection& m_connection;
    const char* m_sql;
    std::shared_ptr<SqlConnection::Prepared> m_prepared;
    std::size_t m_bound = 0;
    bool m_ran = false;
};

} // namespace impulse::server
