#include "server/storage/DatabaseCheck.h"

#include "server/storage/DatabaseFile.h"
#include "server/storage/WriteOut.h"

#include <QFile>

#include <fcntl.h>
#include <unistd.h>

namespace impulse::server {

namespace {

/// Faults of one kind that are told; more would say nothing new.
constexpr int mostFaults = 20;

void checkSqlite(SqlConnection& connection, QStringList& faults)
{
    Statement integrity(connection, "PRAGMA integrity_check(20)");
    while (integrity.next()) {
        const auto text = integrity.text(0);
        if (text != "ok")
            faults << QStringLiteral("SQLite: ") + QString::fromStdString(text);
    }
    Statement keys(connection, "PRAGMA foreign_key_check");
    for (int i = 0; i < mostFaults && keys.next(); ++i) {
        faults << QStringLiteral("row %1 of %2 refers to a row of %3 that is not there")
                      .arg(keys.integer(1))
                      .arg(QString::fromStdString(keys.text(0)),
                           QString::fromStdString(keys.text(2)));
    }
}

void checkConversations(SqlConnection& connection, QStringList& faults)
{
    Statement holes(connection,
                    "SELECT c.id, c.first_seq, c.last_seq, count(e.seq), coalesce(min(e.seq), 0), "
                    "coalesce(max(e.seq), 0) FROM conversations c "
                    "LEFT JOIN events e ON e.conversation = c.id GROUP BY c.id "
                    "HAVING count(e.seq) != c.last_seq - c.first_seq + 1 OR (count(e.seq) > 0 "
                    "AND (min(e.seq) != c.first_seq OR max(e.seq) != c.last_seq))");
    for (int i = 0; i < mostFaults && holes.next(); ++i) {
        faults << QStringLiteral("conversation %1 should have events %2 to %3, has %4 of %5 to %6")
                      .arg(holes.integer(0))
                      .arg(holes.integer(1))
                      .arg(holes.integer(2))
                      .arg(holes.integer(3))
                      .arg(holes.integer(4))
                      .arg(holes.integer(5));
    }
}

void checkDirectory(SqlConnection& connection, QStringList& faults)
{
    Statement log(connection, "SELECT count(*), coalesce(min(seq), 1), coalesce(max(seq), 0) "
                              "FROM directory");
    if (log.next() && (log.integer(1) != 1 || log.integer(0) != log.integer(2))) {
        faults << QStringLiteral("the directory log should have entries 1 to %1, has %2")
                      .arg(log.integer(2))
                      .arg(log.integer(0));
    }
}

QString writeCopy(const QString& database, const QString& path)
{
    // Made by us first, so that it is for the owner only from the beginning.
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::NewOnly) ||
        !file.setPermissions(QFile::ReadOwner | QFile::WriteOwner))
        return file.errorString();
    file.close();
    // A connection that may write, because VACUUM INTO is refused to one that may only query. It
    // reads in one transaction and takes no lock that writers wait for.
    auto connection = SqlConnection::open(database, SqlConnection::Mode::ReadWrite);
    if (!connection)
        return connection.error().message;
    // The copy's pages go to its file as they come, not all at the end.
    (*connection)->execute("PRAGMA cache_size = -1024");
    const auto name = path.toStdString();
    const WriteOut writeOut(path);
    if (Statement(**connection, "VACUUM INTO ?").bind(name).run())
        return syncPath(path) ? QString() : QStringLiteral("cannot bring it to the disk");
    return (*connection)->error() == SqlError::Full ? QStringLiteral("no space left")
                                                    : QStringLiteral("the database refuses");
}

} // namespace

QStringList checkDatabase(SqlConnection& connection)
{
    QStringList faults;
    // PostgreSQL keeps its references itself, and looks for damage with tools of its own
    // (pg_amcheck); but a whole log takes longer than the usual reader may.
    if (connection.isPostgreSql())
        connection.execute("SET statement_timeout = 0");
    else
        checkSqlite(connection, faults);
    checkConversations(connection, faults);
    checkDirectory(connection, faults);
    if (connection.failed())
        faults << QStringLiteral("reading failed");
    return faults;
}

Result<void, QString> checkBackup(const QString& path)
{
    auto connection = SqlConnection::open(path, SqlConnection::Mode::ReadOnly);
    if (!connection)
        return Failure{connection.error().message};
    IMPULSE_CHECK(checkSchema(**connection, path));
    const auto faults = checkDatabase(**connection);
    if (!faults.isEmpty())
        return Failure{faults.join(QStringLiteral("; "))};
    return {};
}

Result<QStringList, QString> checkStored(const StorageAddress& address)
{
    if (address.isPostgreSql()) {
        const auto exists = databaseExists(address);
        if (!exists)
            return Failure{exists.error().message};
        if (!*exists)
            return Failure{
                QStringLiteral("there is no database of Impulse at %1").arg(address.name())};
    }
    auto connection = SqlConnection::open(address, SqlConnection::Mode::ReadOnly);
    if (!connection)
        return Failure{connection.error().message};
    if (!address.isPostgreSql())
        IMPULSE_CHECK(checkSchema(**connection, address.path));
    return checkDatabase(**connection);
}

Result<void, QString> copyDatabase(const QString& database, const QString& path)
{
    auto wrong = writeCopy(database, path);
    if (wrong.isEmpty()) {
        const auto checked = checkBackup(path);
        wrong = checked ? QString() : checked.error();
    }
    if (wrong.isEmpty())
        return {};
    QFile::remove(path);
    return Failure{QStringLiteral("cannot copy the database to %1: %2").arg(path, wrong)};
}

} // namespace impulse::server
