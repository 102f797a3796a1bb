#include "tests/integration/CliTown.h"
#include "tests/postgres/Cluster.h"
#include "tests/support/HealthClient.h"
#include "tests/support/WritingTown.h"

#include <QFile>

#include <iostream>
#include <random>

using namespace impulse;
using namespace impulse::test;
using tests::waitUntil;
using tests::WritingTown;

namespace {

QStringList openOn(const QString& url)
{
    return words("--registration open --storage") + QStringList{url};
}

bool writeFile(const QString& path, const QByteArray& text, QFile::Permissions permissions)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(text) > 0 &&
           file.setPermissions(permissions);
}

/// A database whose user has to give a password.
struct Guarded {
    Guarded()
    {
        cluster().sql(word("CREATE ROLE guarded LOGIN PASSWORD 'let me in'"));
        cluster().sql(word("CREATE DATABASE guarded OWNER guarded"));
        REQUIRE(
            cluster().setAccess(word("local all guarded scram-sha-256\nlocal all all trust\n")));
    }
    ~Guarded()
    {
        cluster().setAccess(word("local all all trust\n"));
        cluster().dropDatabase(word("guarded"));
        cluster().sql(word("DROP ROLE guarded"));
    }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    QStringList options(const QByteArray& password,
                        QFile::Permissions permissions = QFile::ReadOwner) const
    {
        const auto path = folder.filePath(word("password"));
        QFile::remove(path);
        REQUIRE(writeFile(path, password, permissions));
        return openOn(cluster().url(word("guarded"), word("guarded"))) +
               QStringList{word("--storage-password-file"), path};
    }

    QTemporaryDir folder;
};

} // namespace

TEST_CASE("two people chat on PostgreSQL, and on after kill -9")
{
    const EmptyDatabase database;
    const auto options = openOn(database.url());
    Town town(options);
    town.acquaint();
    send(town.anna, town.bob, word("before"));
    town.server.kill();
    REQUIRE(town.server.start(options));
    CHECK(town.bob.history(word("anna")).contains(word("before")));
    send(town.bob, town.anna, word("after"));
    CHECK(town.anna.history(word("bob")) ==
          QStringList{word("> hello"), word("> before"), word("after")});
    CHECK_FALSE(QFile::exists(town.dir.filePath(word("server/impulse.db"))));
    CHECK(town.server.stop());
}

TEST_CASE("kill -9 in the middle of writes to PostgreSQL loses nothing that was acknowledged")
{
    const EmptyDatabase database;
    QTemporaryDir dir;
    ServerProcess server(dir.filePath(word("data")));
    WritingTown town(server, {word("--storage"), database.url()});
    std::mt19937 random(std::random_device{}());
    for (int round = 0; round < 10; ++round) {
        CAPTURE(round);
        town.writeAndKill(static_cast<int>(20 + random() % 150));
        town.check();
    }
    CHECK(town.accepted() > 0);
    CHECK(server.stop());
}

TEST_CASE("PostgreSQL restarts while people write: refused for a while, then on, nothing lost")
{
    const EmptyDatabase database;
    QTemporaryDir dir;
    ServerProcess server(dir.filePath(word("data")));
    WritingTown town(server, {word("--storage"), database.url()});
    for (const auto* mode : {"fast", "immediate", "immediate"}) {
        CAPTURE(mode);
        const auto refused = town.unavailable();
        const auto acceptedBefore = town.accepted();
        QElapsedTimer timer;
        timer.start();
        bool isDown = false;
        bool isUp = false;
        std::size_t acceptedAtRestart = 0;
        town.writeUntil([&] {
            // Not before anything was accepted, which takes its time on a busy machine.
            if (!isDown && timer.elapsed() > 300 && town.accepted() > acceptedBefore) {
                REQUIRE(cluster().stop(mode));
                isDown = true;
            }
            // A while of refusals.
            if (isDown && !isUp && town.unavailable() > refused) {
                REQUIRE(cluster().start());
                acceptedAtRestart = town.accepted();
                isUp = true;
            }
            return isUp && town.accepted() > acceptedAtRestart + 200;
        });
        CHECK(acceptedAtRestart > acceptedBefore);
        CHECK(server.isRunning());
        town.check();
    }
    std::cout << "PostgreSQL restart test: " << town.accepted() << " events acknowledged, "
              << town.unavailable() << " refused\n";
    CHECK(server.stop());
    // The log says what happened, and not where.
    const auto& log = server.errors();
    CHECK(log.contains("no connection to PostgreSQL: it does not answer"));
    CHECK(log.contains("connected to PostgreSQL again"));
    CHECK_FALSE(log.contains("postgresql://"));
    CHECK_FALSE(log.contains(database.name().toUtf8()));
}

TEST_CASE("/metrics has the size of a database on PostgreSQL, asked for on a thread of its own")
{
    const EmptyDatabase database;
    QTemporaryDir dir;
    ServerProcess server(dir.filePath(word("data")));
    REQUIRE(server.start(openOn(database.url()) +
                         tests::words("--health-address 127.0.0.1 --health-port 0")));
    const auto port = tests::healthPort(server);
    double bytes = -1;
    CHECK(waitUntil([&] {
        bytes = tests::numberOf(tests::get(port, "/metrics"), "impulse_database_bytes");
        return bytes > 0;
    }));
    // An empty one of PostgreSQL 15 has 7 MB.
    CHECK(bytes > 1'000'000);
    CHECK(server.stop());
}

TEST_CASE("a password comes from a file, and no message repeats it")
{
    const Guarded guarded;
    QTemporaryDir dir;
    ServerProcess server(dir.filePath(word("data")));
    constexpr int databaseExit = 4;
    REQUIRE(server.start(guarded.options("let me in\n")));
    CHECK(server.stop());
    CHECK(server.run(guarded.options("let me out\n")) == databaseExit);
    CHECK(server.errors().contains("password authentication failed"));
    CHECK(server.run(guarded.options("let me in\n", QFile::ReadOwner | QFile::ReadOther)) ==
          databaseExit);
    CHECK(server.errors().contains("chmod 600"));
    CHECK(server.run(guarded.options("\n")) == databaseExit);
    CHECK(server.run(openOn(cluster().url(word("no_such_database")))) == databaseExit);
    CHECK(server.errors().contains("no_such_database"));
    constexpr int usageExit = 2;
    CHECK(server.run(openOn(word("postgresql://guarded:let%20me%20in@/guarded"))) == usageExit);
    CHECK(server.errors().contains("--storage-password-file"));
    for (const auto* password : {"let me in", "let me out", "let%20me"})
        CHECK_FALSE(server.errors().contains(password));
    // It had not been used up by all that.
    REQUIRE(server.start(guarded.options("let me in")));
    CHECK(server.stop());
}
