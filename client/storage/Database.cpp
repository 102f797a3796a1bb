#include "client/storage/Database.h"

#include "common/core/Logging.h"

#include <QDir>
#include <QFile>
#include <QSqlError>
#include <QUuid>

static void initResources()
{
    Q_INIT_RESOURCE(client_migrations);
}

namespace impulse::client {

namespace {

constexpr auto privateFile = QFile::ReadOwner | QFile::WriteOwner;

/// Primary result codes of SQLite (https://www.sqlite.org/rescode.html).
enum SqliteCode { ReadOnly = 8, CorruptFile = 11, Full = 13, CannotOpen = 14, NotADatabase = 26 };

StoreError errorOf(const QSqlError& error)
{
    const int code = error.nativeErrorCode().toInt() & 0xff;
    qCWarning(lcStorage) << "SQLite error" << error.nativeErrorCode();
    switch (code) {
    case ReadOnly:
    case CannotOpen:
        return StoreError::ReadOnly;
    case Full:
        return StoreError::DiskFull;
    case CorruptFile:
    case NotADatabase:
        return StoreError::Corrupt;
    default:
        return StoreError::Unavailable;
    }
}

/// `:/impulse/client/migrations/0001.sql` and so on, in order.
QStringList migrationFiles()
{
    initResources();
    const QDir folder(QStringLiteral(":/impulse/client/migrations"));
    QStringList files = folder.entryList(QDir::Files, QDir::Name);
    for (QString& file : files)
        file = folder.filePath(file);
    return files;
}

/// The statements of a migration file: each ends with a semicolon at the end of its line, comments
/// have lines of their own.
QStringList statementsOf(const QString& file)
{
    QFile source(file);
    const bool opened = source.open(QIODevice::ReadOnly);
    Q_ASSERT(opened);
    QStringList statements;
    QString statement;
    const QStringList lines = QString::fromUtf8(source.readAll()).split(QLatin1Char('\n'));
    for (const QString& line : lines) {
        if (line.startsWith(QLatin1String("--")))
            continue;
        statement += line + QLatin1Char('\n');
        if (line.endsWith(QLatin1Char(';'))) {
            statements.push_back(statement);
            statement.clear();
        }
    }
    return statements;
}

/// SQLite gives its other files the mode of this one.
bool createPrivateFile(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadWrite, privateFile) && file.setPermissions(privateFile);
}

} // namespace

Result<std::unique_ptr<Database>, StoreError> Database::open(const QString& path)
{
    if (!createPrivateFile(path))
        return Failure{StoreError::ReadOnly};
    std::unique_ptr<Database> database(new Database(path));
    if (!database->m_connection.open())
        return Failure{errorOf(database->m_connection.lastError())};
    IMPULSE_CHECK(database->checkFile());
    IMPULSE_CHECK(database->configure());
    IMPULSE_CHECK(database->migrate());
    return database;
}

Database::Database(const QString& path)
    : m_connection(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"),
                                             QUuid::createUuid().toString(QUuid::WithoutBraces)))
{
    m_connection.setDatabaseName(path);
}

Database::~Database()
{
    const QString name = m_connection.connectionName();
    // Closing the last connection moves the WAL into the database and deletes it.
    m_connection.close();
    m_connection = {};
    QSqlDatabase::removeDatabase(name);
}

int Database::schemaVersion()
{
    return static_cast<int>(migrationFiles().size());
}

QSqlQuery Database::prepare(const QString& sql) const
{
    QSqlQuery query(m_connection);
    query.setForwardOnly(true);
    if (!query.prepare(sql))
        qCWarning(lcStorage) << "a statement cannot be prepared";
    return query;
}

Result<void, StoreError> Database::run(QSqlQuery& query) const
{
    if (!query.exec())
        return Failure{errorOf(query.lastError())};
    return {};
}

Result<void, StoreError> Database::run(const QString& sql) const
{
    QSqlQuery query = prepare(sql);
    return run(query);
}

Result<void, StoreError> Database::check(const QSqlQuery& query) const
{
    if (query.lastError().isValid())
        return Failure{errorOf(query.lastError())};
    return {};
}

void Database::rollback() const
{
    QSqlQuery query(m_connection);
    query.exec(QStringLiteral("ROLLBACK"));
}

Result<QString, StoreError> Database::readOne(const QString& sql) const
{
    QSqlQuery query = prepare(sql);
    IMPULSE_CHECK(run(query));
    if (!query.next())
        return Failure{errorOf(query.lastError())};
    return query.value(0).toString();
}

/// Before anything is written: is this a sound database, and one that this version understands?
Result<void, StoreError> Database::checkFile() const
{
    IMPULSE_TRY(const QString version, readOne(QStringLiteral("PRAGMA user_version")));
    if (version.toInt() > schemaVersion())
        return Failure{StoreError::NewerSchema};
    IMPULSE_TRY(const QString verdict, readOne(QStringLiteral("PRAGMA quick_check(1)")));
    if (verdict != QLatin1String("ok"))
        return Failure{StoreError::Corrupt};
    return {};
}

Result<void, StoreError> Database::configure() const
{
    // Answers with the mode that is in force, which is another one on a file system without WAL.
    IMPULSE_TRY(const QString mode, readOne(QStringLiteral("PRAGMA journal_mode=WAL")));
    if (mode != QLatin1String("wal"))
        return Failure{StoreError::ReadOnly};
    IMPULSE_CHECK(run(QStringLiteral("PRAGMA synchronous=FULL")));
    IMPULSE_CHECK(run(QStringLiteral("PRAGMA secure_delete=ON")));
    IMPULSE_CHECK(run(QStringLiteral("PRAGMA foreign_keys=ON")));
    IMPULSE_CHECK(run(QStringLiteral("PRAGMA temp_store=MEMORY")));
    return run(QStringLiteral("PRAGMA cache_size=-16384"));
}

Result<void, StoreError> Database::migrate() const
{
    IMPULSE_TRY(const QString version, readOne(QStringLiteral("PRAGMA user_version")));
    const QStringList files = migrationFiles();
    for (qsizetype number = version.toInt(); number < files.size(); ++number) {
        IMPULSE_CHECK(begin());
        const QStringList statements = statementsOf(files[number]);
        for (const QString& statement : statements) {
            if (auto done = run(statement); !done) {
                rollback();
                return done;
            }
        }
        if (auto done = commit(); !done) {
            rollback();
            return done;
        }
    }
    return {};
}

} // namespace impulse::client
