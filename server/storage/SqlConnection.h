#pragma once

#include "common/core/Bytes.h"
#include "common/core/Result.h"

#include <QElapsedTimer>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QString>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace impulse::server {

/// Why SQLite refused, by its primary result code (https://sqlite.org/rescode.html).
enum class SqlError {
    Full,
    Busy,
    Corrupt,
    ReadOnly,
    CannotOpen,
    NotADatabase,
    Constraint,
    Io,
    Other
};

SqlError sqlErrorOf(const QSqlError& error);

/// One connection to the database file. Owned and used by the thread that opened it.
///
/// Prepared statements are kept for the connection's life, one per SQL text.
class SqlConnection {
public:
    enum class Mode { ReadOnly, ReadWrite };

    struct OpenFailure {
        SqlError code = SqlError::Other;
        QString message;
    };

    /// WAL, synchronous=FULL, foreign keys on. Does not create a missing file.
    static Result<std::unique_ptr<SqlConnection>, OpenFailure> open(const QString& path, Mode mode);

    ~SqlConnection();
    SqlConnection(const SqlConnection&) = delete;
    SqlConnection& operator=(const SqlConnection&) = delete;

    /// Runs one statement without parameters and results (BEGIN, COMMIT, PRAGMA name = value).
    bool execute(const char* sql);
    /// Undoes the transaction, if SQLite has not done so already.
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
    /// Times that something was undone.
    std::uint64_t rollbacks() const { return m_rollbacks; }
    /// Nobody else writes what it reads.
    bool isOnlyWriter() const { return m_mode == Mode::ReadWrite; }
    /// As execute(), for a statement of a migration file; it is not kept.
    bool executeOnce(const QString& sql);

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

    SqlConnection(QString name, Mode mode) : m_name(std::move(name)), m_mode(mode) {}
    /// Null if SQLite does not take it.
    Prepared* prepared(const char* sql);
    void fail(const QSqlError& error);

    const QString m_name;
    const Mode m_mode;
    QSqlDatabase m_database;
    /// By address: SQL texts are literals.
    std::unordered_map<const char*, std::unique_ptr<Prepared>> m_statements;
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
    std::uint64_t insertedId() const;

    std::uint64_t integer(int column) const;
    bool isNull(int column) const;
    Bytes bytes(int column) const;
    std::string text(int column) const;
    /// Zeros if the column has another length, which only a foreign hand can bring about.
    template <class F> F fixed(int column) const { return F::from(bytes(column)).value_or(F{}); }

private:
    Statement& bindVariant(const QVariant& value);

    SqlConnection& m_connection;
    SqlConnection::Prepared* m_prepared;
    int m_bound = 0;
    bool m_ran = false;
};

} // namespace impulse::server
