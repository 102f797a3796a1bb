#include "server/app/MigrateStorage.h"

#include "server/storage/DatabaseFile.h"
#include "server/storage/StorageCopy.h"

#include <QCommandLineParser>
#include <QFileInfo>

namespace impulse::server {

namespace {

struct Request {
    StorageAddress from{QString()};
    StorageAddress to{QString()};
};

Failure<ProgramFailure> failed(ExitCode code, const QString& message)
{
    return {ProgramFailure{code, message}};
}

Result<Request, QString> parse(const QStringList& arguments)
{
    const QCommandLineOption from(QStringLiteral("from"), {}, QStringLiteral("URL"));
    const QCommandLineOption to(QStringLiteral("to"), {}, QStringLiteral("URL"));
    const QCommandLineOption password(QStringLiteral("storage-password-file"), {},
                                      QStringLiteral("FILE"));
    QCommandLineParser parser;
    parser.addOptions({from, to, password});
    if (!parser.parse(QStringList{QStringLiteral("impulse-server")} + arguments))
        return Failure{parser.errorText()};
    if (!parser.isSet(from) || !parser.isSet(to) || !parser.positionalArguments().isEmpty())
        return Failure{QStringLiteral("migrate-storage takes --from URL and --to URL")};
    Request result;
    for (auto [address, option] : {std::pair(&result.from, &from), std::pair(&result.to, &to)}) {
        IMPULSE_TRY(*address, StorageAddress::parse(parser.value(*option), {}));
        if (!address->isPostgreSql() && address->path.isEmpty())
            return Failure{QStringLiteral("migrate-storage needs the path of the file: "
                                          "sqlite:DATA-FOLDER/impulse.db")};
        if (!address->isPostgreSql())
            address->path = QFileInfo(address->path).absoluteFilePath();
        address->passwordFile = parser.value(password);
    }
    if (result.from.name() == result.to.name())
        return Failure{QStringLiteral("migrate-storage: --from and --to are the same")};
    return result;
}

/// Keeps servers from an SQLite file, by the lock of the data folder that it lies in.
Result<void, ProgramFailure> lock(const StorageAddress& address, std::optional<DataFolder>& folder)
{
    if (address.isPostgreSql())
        return {};
    auto opened = DataFolder::open(QFileInfo(address.path).absolutePath());
    if (!opened)
        return failed(ExitCode::DataFolder, opened.error());
    folder.emplace(*std::move(opened));
    const auto locked = folder->lock();
    if (!locked)
        return failed(ExitCode::DataFolder, locked.error());
    if (!*locked)
        return failed(
            ExitCode::DataFolder,
            QStringLiteral("a server uses the folder of %1; stop it first").arg(address.path));
    return {};
}

Result<std::unique_ptr<SqlConnection>, ProgramFailure> open(const StorageAddress& address,
                                                            SqlMode mode)
{
    auto connection = SqlConnection::open(address, mode);
    if (!connection)
        return failed(ExitCode::Database,
                      QStringLiteral("cannot open %1: %2")
                          .arg(address.name(), connection.error().message.simplified()));
    const auto locked = (*connection)->lockForWriting();
    if (!locked)
        return failed(ExitCode::Database, locked.error().message);
    return *std::move(connection);
}

} // namespace

Result<void, ProgramFailure> migrateStorage(const QStringList& arguments,
                                            const std::function<void(const QString&)>& progress)
{
    const auto request = parse(arguments);
    if (!request)
        return failed(ExitCode::Usage, request.error());
    const auto& [from, to] = *request;
    const auto exists = databaseExists(from);
    if (!exists)
        return failed(ExitCode::Database, exists.error().message);
    if (!*exists)
        return failed(ExitCode::Database,
                      QStringLiteral("there is no database of Impulse at %1").arg(from.name()));
    std::optional<DataFolder> sourceFolder;
    std::optional<DataFolder> targetFolder;
    IMPULSE_CHECK(lock(from, sourceFolder));
    // Two files in one folder need one lock.
    const bool sameFolder =
        !from.isPostgreSql() && !to.isPostgreSql() &&
        QFileInfo(from.path).absolutePath() == QFileInfo(to.path).absolutePath();
    if (!sameFolder)
        IMPULSE_CHECK(lock(to, targetFolder));
    IMPULSE_TRY(const auto source, open(from, SqlMode::ReadOnly));
    const auto prepared = prepareDatabase(to);
    if (!prepared)
        return failed(ExitCode::Database, prepared.error().message);
    IMPULSE_TRY(const auto target, open(to, SqlMode::ReadWrite));
    const auto copied = copyStorage(*source, *target, progress);
    if (!copied)
        return failed(ExitCode::Database, copied.error());
    progress(
        QStringLiteral("everything is in %1 now; start the server with --storage %2")
            .arg(to.name(), to.isPostgreSql() ? to.name() : QStringLiteral("sqlite:") + to.path));
    return {};
}

} // namespace impulse::server
