#include "server/storage/PostgresDatabase.h"

#include "common/core/Logging.h"
#include "server/storage/Migrations.h"

namespace impulse::server {

namespace {

Failure<DatabaseFailure> failed(const StorageAddress& address,
                                const SqlConnection::OpenFailure& failure)
{
    const auto name = address.name();
    switch (failure.code) {
    case SqlError::Busy:
        return {DatabaseFailure{DatabaseFault::Busy, failure.message}};
    case SqlError::Full:
        return {DatabaseFailure{DatabaseFault::DiskFull,
                                QStringLiteral("no space left for the database %1").arg(name)}};
    case SqlError::ReadOnly:
        return {DatabaseFailure{
            DatabaseFault::ReadOnly,
            QStringLiteral("the database %1 is read-only; is it a standby?").arg(name)}};
    default:
        return {DatabaseFailure{DatabaseFault::CannotOpen,
                                QStringLiteral("cannot use the database %1: %2")
                                    .arg(name, failure.message.simplified())}};
    }
}

Failure<DatabaseFailure> failed(const StorageAddress& address, SqlConnection& connection,
                                const char* what)
{
    return failed(address, {connection.error(), QLatin1String(what)});
}

/// 0: there are no tables. Nothing: there are some, but not ours.
std::optional<std::uint64_t> versionOf(SqlConnection& connection)
{
    bool isEmpty = false;
    bool hasMeta = false;
    {
        Statement statement(connection,
                            "SELECT count(*), count(*) FILTER (WHERE table_name = 'meta') "
                            "FROM information_schema.tables WHERE table_schema = current_schema()");
        if (!statement.next())
            return 0;
        isEmpty = statement.integer(0) == 0;
        hasMeta = statement.integer(1) != 0;
    }
    if (!hasMeta)
        return isEmpty ? std::optional<std::uint64_t>(0) : std::nullopt;
    const auto version = migrations::storedVersion(connection);
    return version > 0 ? std::optional(version) : std::nullopt;
}

Result<std::uint64_t, DatabaseFailure> readVersion(SqlConnection& connection,
                                                   const StorageAddress& address)
{
    const auto version = versionOf(connection);
    if (connection.failed() && connection.error() != SqlError::Other)
        return failed(address, connection, "its tables cannot be read");
    if (!version) {
        return Failure{DatabaseFailure{
            DatabaseFault::Corrupt,
            QStringLiteral("the database %1 has tables, but they are not Impulse's; nothing was "
                           "changed. Make a database for Impulse alone")
                .arg(address.name())}};
    }
    if (*version > schemaVersion()) {
        return Failure{DatabaseFailure{
            DatabaseFault::NewerSchema,
            QStringLiteral(
                "the database %1 has schema version %2, this program knows only up to %3; "
                "install the newer program. Nothing was changed")
                .arg(address.name())
                .arg(*version)
                .arg(schemaVersion())}};
    }
    return *version;
}

} // namespace

Result<void, DatabaseFailure> preparePostgreSql(const StorageAddress& address)
{
    const auto opened = SqlConnection::open(address, SqlConnection::Mode::ReadWrite);
    if (!opened)
        return failed(address, opened.error());
    auto& connection = **opened;
    const auto locked = connection.lockForWriting();
    if (!locked)
        return failed(address, locked.error());
    IMPULSE_TRY(const auto version, readVersion(connection, address));
    if (version > 0 && version < schemaVersion())
        qCWarning(lcStorage) << "the database is upgraded from schema version" << version;
    if (!migrations::run(connection, version))
        return failed(address, connection, "its tables cannot be made or changed");
    return {};
}

Result<bool, DatabaseFailure> postgreSqlExists(const StorageAddress& address)
{
    const auto opened = SqlConnection::open(address, SqlConnection::Mode::ReadOnly);
    if (!opened)
        return failed(address, opened.error());
    IMPULSE_TRY(const auto version, readVersion(**opened, address));
    return version > 0;
}

} // namespace impulse::server
