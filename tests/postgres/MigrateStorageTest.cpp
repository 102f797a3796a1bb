#include "server/storage/DatabaseFile.h"
#include "server/storage/StorageCopy.h"
#include "tests/integration/CliTown.h"
#include "tests/postgres/Cluster.h"
#include "tests/support/EventLoop.h"
#include "tests/unit/server/storage/WriterJobs.h"

#include <QFile>
#include <QProcess>

using namespace impulse;
using namespace impulse::test;

namespace {

constexpr int folderExit = 3;
constexpr int databaseExit = 4;

struct Migration {
    Migration(const QString& from, const QString& to)
    {
        QProcess process;
        process.start(serverCommands(),
                      {word("migrate-storage"), word("--from"), from, word("--to"), to});
        REQUIRE(process.waitForFinished(60'000));
        exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
        output = process.readAllStandardOutput();
        errors = process.readAllStandardError();
        UNSCOPED_INFO(errors.toStdString());
    }

    int exitCode = -1;
    QByteArray output;
    QByteArray errors;
};

QString fileOf(const Town& town)
{
    return word("sqlite:") + town.dir.filePath(word("server/impulse.db"));
}

QByteArray contentOf(const Town& town)
{
    QFile file(town.dir.filePath(word("server/impulse.db")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

TEST_CASE("migrate-storage moves a server to PostgreSQL, and its people chat on")
{
    Town town;
    town.acquaint();
    send(town.anna, town.bob, word("in the file"));
    const EmptyDatabase target;
    {
        const Migration early(fileOf(town), target.url());
        CHECK(early.exitCode == folderExit);
        CHECK(early.errors.contains("a server uses the folder"));
    }
    REQUIRE(town.server.stop());
    const auto before = contentOf(town);
    REQUIRE_FALSE(before.isEmpty());
    const Migration migration(fileOf(town), target.url());
    REQUIRE(migration.exitCode == 0);
    CHECK(migration.output.contains("accounts: 2 rows, SHA-256 "));
    CHECK(migration.output.contains("events: 2 rows, SHA-256 "));
    CHECK(contentOf(town) == before);
    {
        const Migration again(fileOf(town), target.url());
        CHECK(again.exitCode == databaseExit);
        CHECK(again.errors.contains("the target is not empty"));
    }
    const auto options = words("--registration open --storage") + QStringList{target.url()};
    REQUIRE(town.server.start(options));
    {
        const Migration late(fileOf(town), target.url());
        CHECK(late.exitCode != 0);
    }
    // The same keys, devices and sessions: nobody has to do anything.
    CHECK(town.bob.history(word("anna")).contains(word("in the file")));
    send(town.bob, town.anna, word("in the database"));
    CHECK(town.anna.history(word("bob")).last() == word("in the database"));
    // New people too.
    const CliPerson carl(word("carl"), town.dir.filePath(word("carl")));
    CHECK(carl.registerAt(town.server.url()).exitCode == 0);
    REQUIRE(town.server.stop());

    // And back.
    const auto file = word("sqlite:") + town.dir.filePath(word("server/new.db"));
    CHECK(Migration(target.url(), file).exitCode == 0);
    REQUIRE(town.server.start(words("--storage") + QStringList{file}));
    send(town.anna, town.bob, word("in a file again"));
    CHECK(town.bob.history(word("anna")).last() == word("in a file again"));
    CHECK(town.server.stop());
}

TEST_CASE("migrate-storage refuses a PostgreSQL database that a server uses")
{
    const EmptyDatabase source;
    const EmptyDatabase target;
    Town town(words("--registration open --storage") + QStringList{source.url()});
    const auto file = word("sqlite:") + town.dir.filePath(word("new.db"));
    for (const auto& to : {target.url(), file}) {
        const Migration migration(source.url(), to);
        CHECK(migration.exitCode == databaseExit);
        CHECK(migration.errors.contains("another server uses the database"));
    }
    REQUIRE(town.server.stop());
    CHECK(
        Migration(word("sqlite:") + town.dir.filePath(word("missing.db")), target.url()).exitCode ==
        databaseExit);
    CHECK(Migration(source.url(), source.url()).exitCode == 2);
    CHECK(Migration(source.url(), target.url()).exitCode == 0);
}

TEST_CASE("a copy that differs from its source is found out and undone")
{
    using namespace server;
    struct Fault {
        const char* body;
        const char* message;
    };
    // The third lets everything pass: the test would notice what else is wrong.
    const Fault faults[] = {
        {"NEW.expires_ms := NEW.expires_ms + 1; RETURN NEW;", "are not those of the source"},
        {"RETURN NULL;", "another number of rows"},
        {"RETURN NEW;", nullptr},
    };
    QTemporaryDir folder;
    const StorageAddress sqlite(folder.filePath(word("impulse.db")));
    REQUIRE(prepareDatabase(sqlite));
    {
        auto connection = SqlConnection::open(sqlite, SqlMode::ReadWrite);
        REQUIRE(connection);
        SqlStore store(**connection);
        store.accounts().insert(tests::accountOf(1, 8));
        store.invites().insert({InviteHash{}, std::nullopt, 3, 1000});
        REQUIRE_FALSE(store.takeFailure());
    }
    for (const auto& fault : faults) {
        CAPTURE(fault.body);
        const EmptyDatabase target;
        REQUIRE(prepareDatabase(target.address()));
        REQUIRE(cluster().sql(
            word("CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN %1 END$$; "
                 "CREATE TRIGGER fault BEFORE INSERT ON invites FOR EACH ROW "
                 "EXECUTE FUNCTION fault()")
                .arg(QLatin1String(fault.body)),
            target.name()));
        auto source = SqlConnection::open(sqlite, SqlMode::ReadOnly);
        auto connection = SqlConnection::open(target.address(), SqlMode::ReadWrite);
        REQUIRE((source && connection));
        const auto copied = copyStorage(**source, **connection, [](const QString&) {});
        CHECK(copied.ok() == !fault.message);
        if (fault.message)
            CHECK(copied.error().contains(QLatin1String(fault.message)));
        CHECK(tests::accountCount(target.address()) == (fault.message ? 0U : 1U));
    }
}
