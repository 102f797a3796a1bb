#include "server/storage/Migrations.h"

#include "common/core/Logging.h"

#include <QDir>
#include <QFile>

namespace impulse::server::migrations {

namespace {

QString folder(StorageAddress::Kind kind)
{
    return kind == StorageAddress::Kind::PostgreSql
               ? QStringLiteral(":/impulse/migrations/postgresql/")
               : QStringLiteral(":/impulse/migrations/");
}

/// The statements of a migration file: each ends with a semicolon at the end of a line.
QStringList statementsOf(const QString& path)
{
    QFile input(path);
    if (!input.open(QIODevice::ReadOnly))
        return {};
    QStringList result;
    QString current;
    const auto lines = QString::fromUtf8(input.readAll()).split(QLatin1Char('\n'));
    for (const auto& line : lines) {
        if (line.trimmed().startsWith(QLatin1String("--")))
            continue;
        current += line + QLatin1Char('\n');
        if (line.trimmed().endsWith(QLatin1Char(';'))) {
            result << current.trimmed();
            current.clear();
        }
    }
    return result;
}

} // namespace

QStringList files(StorageAddress::Kind kind)
{
    return QDir(folder(kind)).entryList({QStringLiteral("*.sql")}, QDir::Files, QDir::Name);
}

std::uint64_t storedVersion(SqlConnection& connection)
{
    static constexpr SqlText sql{"PRAGMA user_version",
                                 "SELECT CAST(convert_from(value, 'UTF8') AS bigint) FROM meta "
                                 "WHERE name = 'schema'"};
    Statement statement(connection, sql);
    return statement.next() ? statement.integer(0) : 0;
}

bool run(SqlConnection& connection, std::uint64_t version, std::uint64_t last)
{
    const auto kind =
        connection.isPostgreSql() ? StorageAddress::Kind::PostgreSql : StorageAddress::Kind::Sqlite;
    const auto names = files(kind);
    const auto end = std::min(last, static_cast<std::uint64_t>(names.size()));
    for (auto number = version; number < end; ++number) {
        if (!connection.begin())
            return false;
        for (const auto& sql :
             statementsOf(folder(kind) + names.at(static_cast<qsizetype>(number)))) {
            if (!connection.executeOnce(sql)) {
                connection.rollBack();
                return false;
            }
        }
        if (!connection.commit())
            return false;
        qCInfo(lcStorage) << "database schema is now version" << number + 1;
    }
    return true;
}

} // namespace impulse::server::migrations
