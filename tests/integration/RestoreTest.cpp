#include "common/core/Clock.h"
#include "common/crypto/Rng.h"
#include "server/storage/SqlStore.h"
#include "tests/integration/CliTown.h"

#include <QFile>

using namespace impulse;
using namespace impulse::test;

namespace {

const QStringList databaseFiles{word("impulse.db"), word("impulse.db-wal"), word("impulse.db-shm")};

/// The files of a server that is stopped, to another folder.
void copyDatabase(const QString& from, const QString& to)
{
    for (const auto& file : databaseFiles) {
        QFile::remove(to + QLatin1Char('/') + file);
        if (QFile::exists(from + QLatin1Char('/') + file))
            REQUIRE(QFile::copy(from + QLatin1Char('/') + file, to + QLatin1Char('/') + file));
    }
}

/// What the restore command does beside putting the files back.
void beginNewLife(const QString& folder)
{
    auto connection = server::SqlConnection::open(folder + word("/impulse.db"),
                                                  server::SqlConnection::Mode::ReadWrite);
    REQUIRE(connection.ok());
    server::SqlStore store(**connection);
    crypto::SystemRng rng;
    store.setRestored(crypto::random<IncarnationId>(rng), SystemClock().nowMs());
    REQUIRE_FALSE(store.takeFailure());
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    REQUIRE(file.open(QIODevice::ReadOnly));
    return file.readAll();
}

} // namespace

TEST_CASE("restore: programs chat on after their server was put back from an older backup")
{
    Town town;
    town.acquaint();
    const auto& anna = town.anna;
    const auto& bob = town.bob;
    const QString data = town.dir.filePath(word("server"));
    const QString backup = town.dir.filePath(word("backup"));
    REQUIRE(QDir().mkpath(backup));
    const QStringList open = words("--registration open");

    REQUIRE(town.server.stop());
    copyDatabase(data, backup);
    REQUIRE(town.server.start(open));

    // After the backup: messages, a person, a device, a deletion.
    send(bob, anna, word("second"));
    const CliPerson carl(word("carl"), town.dir.filePath(word("carl")));
    REQUIRE(carl.registerAt(town.server.url()).exitCode == 0);
    send(carl, anna, word("I am new"));
    REQUIRE(anna.run(words("accept carl")).exitCode == 0);
    send(anna, carl, word("welcome"));
    const CliPerson other =
        otherComputer(anna, town.dir.filePath(word("other")), contentOf(anna.passwordFile()));
    const CliRun joined =
        other.run({word("--server"), town.server.url(), word("login"), word("anna")},
                  contentOf(anna.recoveryFile()));
    INFO(joined.errors.toStdString());
    REQUIRE(joined.exitCode == 0);
    send(other, bob, word("from my other computer"));
    const QString wrong = send(anna, bob, word("nonsense"));
    REQUIRE(anna.run({word("delete"), wrong}).exitCode == 0);
    for (const auto* person : {&anna, &bob, &carl, &other})
        REQUIRE(person->run(words("contacts")).exitCode == 0);
    const auto annaBefore = anna.history(word("bob"));
    const auto bobBefore = bob.history(word("anna"));
    const auto otherBefore = other.history(word("bob"));
    const auto carlBefore = carl.history(word("anna"));
    const auto annaWithCarl = anna.history(word("carl"));
    CHECK(bobBefore.contains(word("from my other computer")));

    // The disk is lost, the backup is put back.
    town.server.kill();
    for (const auto& file : databaseFiles)
        QFile::remove(data + QLatin1Char('/') + file);
    copyDatabase(backup, data);
    beginNewLife(data);
    REQUIRE(town.server.start(open + words("--restore-wait 3s")));

    // All come back at once; nobody is asked.
    std::vector<std::unique_ptr<QProcess>> commands;
    for (const auto* person : {&other, &anna, &bob})
        commands.push_back(person->start(words("contacts")));
    for (auto& command : commands) {
        const CliRun back = CliPerson::finish(*command);
        INFO(back.errors.toStdString());
        CHECK(back.exitCode == 0);
        CHECK(back.all("warning").empty());
    }
    // Carl's account is not in the backup: the program says what helps, and the password does it.
    CHECK(carl.run(words("contacts")).exitCode == 4);
    const CliRun back = carl.run(words("confirm-restore"));
    INFO(back.errors.toStdString());
    REQUIRE(back.exitCode == 0);

    send(anna, bob, word("still here"));
    send(bob, anna, word("so am I"));
    send(carl, anna, word("me too"));
    const QStringList rest{word("> still here"), word("so am I")};
    CHECK(anna.history(word("bob")) == annaBefore + rest);
    CHECK(bob.history(word("anna")) ==
          bobBefore + QStringList{word("still here"), word("> so am I")});
    CHECK(other.history(word("bob")) == otherBefore + rest);
    CHECK(carl.history(word("anna")) == carlBefore + QStringList{word("> me too")});
    CHECK(anna.history(word("carl")) == annaWithCarl + QStringList{word("me too")});
    // A new computer can join, a new person can register.
    const CliPerson dora(word("dora"), town.dir.filePath(word("dora")));
    CHECK(dora.registerAt(town.server.url()).exitCode == 0);
    send(dora, bob, word("hello"));
}
