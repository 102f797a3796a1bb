#include "server/app/OfflineCommands.h"

#include "server/app/ConfigReader.h"
#include "server/app/FileCopy.h"
#include "server/app/Restore.h"
#include "server/storage/DatabaseCheck.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <cstdio>

namespace impulse::server {

namespace {

/// What to print for whom.
struct Said {
    QJsonObject json;
    QStringList sentences;
    ExitCode code = ExitCode::Clean;
};

void print(std::FILE* to, const QByteArray& line)
{
    std::fprintf(to, "%s\n", line.constData());
    std::fflush(to);
}

Said failed(const ProgramFailure& failure)
{
    return {{{QStringLiteral("error"), failure.message}}, {failure.message}, failure.code};
}

Said saidOf(const Restored& restored, bool isPostgreSql)
{
    Said said;
    said.json = {{QStringLiteral("state"), QStringLiteral("restored")},
                 {QStringLiteral("database"), restored.database}};
    if (isPostgreSql) {
        said.sentences << QStringLiteral("the database %1 counts as restored; clients that know "
                                         "more will hand it in at their next login")
                              .arg(restored.database);
        return said;
    }
    if (!restored.before.isEmpty()) {
        said.json[QStringLiteral("before")] = restored.before;
        said.sentences
            << QStringLiteral("the database that was there is now %1").arg(restored.before);
    }
    said.json[QStringLiteral("blobs")] = static_cast<qint64>(restored.blobs);
    if (restored.blobs > 0)
        said.sentences << QStringLiteral("%1 blobs were copied").arg(restored.blobs);
    said.sentences << QStringLiteral(
        "restored; clients that know more will hand it in at their next login");
    return said;
}

Said checkAll(const ServerConfig& config)
{
    const auto stored = checkStored(config.storage);
    if (!stored)
        return failed({ExitCode::Database, stored.error()});
    const auto blobs = checkFiles(config.dataFolder + QStringLiteral("/blobs"));
    const auto faults = *stored + blobs.faults;
    Said said;
    said.json = {{QStringLiteral("good"), faults.isEmpty()},
                 {QStringLiteral("faults"), QJsonArray::fromStringList(faults)},
                 {QStringLiteral("blobs"), static_cast<qint64>(blobs.files)},
                 {QStringLiteral("blobBytes"), static_cast<qint64>(blobs.bytes)}};
    said.code = faults.isEmpty() ? ExitCode::Clean : ExitCode::Database;
    said.sentences = faults.isEmpty() ? QStringList{QStringLiteral("the database is good; %1 blobs "
                                                                   "were read")
                                                        .arg(blobs.files)}
                                      : faults;
    return said;
}

Said runCommand(const QString& command, QStringList arguments)
{
    const bool restores = command == QLatin1String("restore");
    QString file;
    if (restores && !arguments.isEmpty() && !arguments.front().startsWith(QLatin1String("--")))
        file = arguments.takeFirst();
    const auto config = readConfig(arguments, QProcessEnvironment::systemEnvironment());
    if (!config)
        return failed({ExitCode::Usage, config.error().join(QStringLiteral("; "))});
    if (!restores)
        return checkAll(*config);
    // A database of PostgreSQL is restored by its own tools, and only told here.
    if (file.isEmpty() && !config->storage.isPostgreSql())
        return failed(
            {ExitCode::Usage, QStringLiteral("impulse-server restore FILE --data DIR [--json]")});
    const auto restored = restore(file, *config);
    return restored ? saidOf(*restored, config->storage.isPostgreSql()) : failed(restored.error());
}

} // namespace

int runOffline(const QString& command, QStringList arguments)
{
    const bool json = arguments.removeAll(QStringLiteral("--json")) > 0;
    const auto said = runCommand(command, std::move(arguments));
    if (json) {
        print(stdout, QJsonDocument(said.json).toJson(QJsonDocument::Compact));
    } else if (said.code == ExitCode::Clean) {
        print(stdout, said.sentences.join(QLatin1Char('\n')).toLocal8Bit());
    } else {
        print(stderr, QStringLiteral("impulse-server: %1")
                          .arg(said.sentences.join(QStringLiteral("; ")))
                          .toLocal8Bit());
    }
    return static_cast<int>(said.code);
}

} // namespace impulse::server
