#include "server/storage/SqlStore.h"
#include "tests/integration/CliTown.h"
#include "tests/postgres/Cluster.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>

using namespace impulse;
using namespace impulse::test;

namespace {

struct Ended {
    int exitCode = -1;
    QByteArray output;
    QByteArray errors;

    QJsonObject object() const { return QJsonDocument::fromJson(output).object(); }
};

Ended run(const QStringList& arguments)
{
    QProcess process;
    process.start(serverCommands(), arguments);
    REQUIRE(process.waitForFinished(60'000));
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            process.readAllStandardOutput(), process.readAllStandardError()};
}

Bytes incarnationOf(const EmptyDatabase& database)
{
    auto connection = server::SqlConnection::open(database.address(), server::SqlMode::ReadOnly);
    REQUIRE(connection);
    return toBytes(server::SqlStore(**connection).incarnation());
}

} // namespace

TEST_CASE("an operator's commands for a server on PostgreSQL")
{
    const EmptyDatabase database;
    const auto url = database.url();
    const auto options = words("--registration open --storage") + QStringList{url};
    Town town(options);
    town.acquaint();
    const auto data = town.dir.filePath(word("server"));
    const auto ctl = [&](const char* command) {
        return run(words("ctl --json --data") + QStringList{data} + words(command));
    };
    const auto stats = ctl("stats").object();
    CHECK(stats[word("accounts")] == 2);
    CHECK(stats[word("events")].toInt() >= 1);
    CHECK(stats[word("schema")].toInt() >= 4);
    CHECK(stats[word("databaseBytes")].toInt() > 1'000'000);
    CHECK(ctl("user list").output.contains("anna"));
    CHECK(ctl("user disable bob").exitCode == 0);
    CHECK(town.bob.run(words("send anna hello")).exitCode != 0);
    CHECK(ctl("user enable bob").exitCode == 0);
    CHECK(town.bob.run(words("send anna hello")).exitCode == 0);
    const auto id = ctl("invite create").object()[word("id")].toString();
    CHECK(ctl("invite list").output.contains("(operator)"));
    CHECK(ctl("invite list --after ff").object()[word("rows")].toArray().isEmpty());
    CHECK(ctl(("invite revoke " + id.left(8).toStdString()).c_str()).exitCode == 0);
    CHECK_FALSE(ctl("invite list").output.contains(id.toUtf8()));
    CHECK(ctl("integrity").object()[word("good")].toBool());
    const auto backup = town.dir.filePath(word("backup"));
    const auto refused = run(words("ctl --data") + QStringList{data, word("backup"), backup});
    CHECK(refused.exitCode != 0);
    CHECK(refused.errors.contains("pg_dump"));
    CHECK_FALSE(QFile::exists(backup));

    // As after pg_restore.
    const auto storage = QStringList{word("--data"), data, word("--storage"), url};
    CHECK(run(QStringList{word("restore")} + storage).exitCode == 3);
    REQUIRE(town.server.stop());
    const auto before = incarnationOf(database);
    CHECK(run(QStringList{word("restore"), backup} + storage).exitCode == 2);
    CHECK(incarnationOf(database) == before);
    CHECK(run(QStringList{word("restore")} + storage).exitCode == 0);
    CHECK(incarnationOf(database) != before);
    CHECK(run(QStringList{word("integrity")} + storage).exitCode == 0);
    // A hole in a log is found.
    REQUIRE(cluster().sql(word("DELETE FROM events WHERE seq = 1"), database.name()));
    const auto checked = run(QStringList{word("integrity")} + storage);
    CHECK(checked.exitCode == 4);
    CHECK(checked.errors.contains("should have events 1 to"));
}
