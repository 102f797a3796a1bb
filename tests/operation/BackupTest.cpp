#include "tests/operation/Control.h"

#include <QDir>
#include <QFile>
#include <QTimer>

using namespace impulse;
using namespace impulse::tests;

namespace {

/// Events of a log, as others see them.
std::vector<Bytes> bodies(WireClient& client, const ConversationId& conversation)
{
    std::vector<Bytes> result;
    const auto page = client.call(protocol::FetchEvents{conversation, 0, 100});
    if (page) {
        for (const auto& event : page->events)
            result.push_back(event.body.value_or(Bytes()));
    }
    return result;
}

} // namespace

TEST_CASE("a backup is made while people chat, checked, and restored as a new incarnation")
{
    Running running;
    REQUIRE(running.server.start());
    TestPerson anna("anna");
    TestPerson bert("bert");
    WireClient annas;
    WireClient berts;
    REQUIRE((enter(annas, running.url(), anna) && enter(berts, running.url(), bert)));
    const auto conversation = anna.conversationWith(bert);
    std::uint64_t sent = 0;
    const auto send = [&] {
        return annas.call(anna.event(bert, ++sent, TestPerson::randomMessageId())).has_value();
    };
    for (int i = 0; i < 20; ++i)
        REQUIRE(send());
    const auto before = bodies(berts, conversation);
    REQUIRE(before.size() == 20);

    const auto backup = running.file("impulse.backup");
    QTimer chatting;
    QObject::connect(&chatting, &QTimer::timeout, [&] {
        // The next once the last is answered: who sends on regardless is limited.
        if (annas.frames.contains(annas.lastId))
            annas.send(anna.event(bert, ++sent, TestPerson::randomMessageId()));
    });
    chatting.start(1);
    const auto made = running.ctl({word("backup"), backup, word("--with-keys")});
    chatting.stop();
    REQUIRE(waitUntil([&] { return annas.frames.contains(annas.lastId); }));
    CHECK(annas.errors.empty());
    CHECK(sent > 20);
    INFO(made.output.toStdString() << made.errors.toStdString());
    REQUIRE(made.code == 0);
    const auto kept = static_cast<std::size_t>(made.json[word("events")].toInt());
    CHECK(kept >= 20);
    CHECK(kept <= sent);
    CHECK(made.json[word("accounts")].toInt() == 2);
    CHECK(made.errors.contains("copying and checking the database"));
    CHECK_FALSE(QFile::exists(backup + word(".part")));
    for (const auto* name : {"impulse.backup", "impulse.backup.keys/server.key"}) {
        CAPTURE(name);
        CHECK((QFile::permissions(running.file(name)) &
               (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther)) == 0);
    }
    const auto twice = running.ctl({word("backup"), backup});
    CHECK(twice.code == 1);
    CHECK(twice.json[word("error")].toString().contains(word("there already")));
    CHECK(running.ctl({word("backup"), running.file("no/such/folder")}).code == 1);
    CHECK(running.ctl("integrity").json[word("good")].toBool());

    REQUIRE(send());
    const auto incarnation = annas.helloResult.incarnation;
    const QStringList restore{word("restore"), backup, word("--data"), running.data};
    const auto busy = run(restore);
    CHECK(busy.code == 3);
    CHECK(busy.errors.contains("stop it first"));
    REQUIRE(running.server.stop());

    const auto done = run(restore);
    INFO(done.errors.toStdString());
    REQUIRE(done.code == 0);
    CHECK(done.output.contains("before-restore"));
    REQUIRE(running.server.start());
    WireClient again;
    REQUIRE((again.open(running.url()) && again.hello() && again.login(bert)));
    CHECK(again.helloResult.incarnation != incarnation);
    CHECK(again.helloResult.serverId == annas.helloResult.serverId);
    const auto restored = bodies(again, conversation);
    CHECK(restored.size() == std::min<std::size_t>(kept, 100));
    CHECK(std::equal(before.begin(), before.end(), restored.begin()));
    REQUIRE(running.server.stop());
    CHECK(QDir(running.data).entryList({word("impulse.db.before-restore.*")}).size() >= 1);
    CHECK(run({word("integrity"), word("--data"), running.data}).code == 0);

    // On an empty machine, with the keys of the backup.
    const auto elsewhere = running.file("elsewhere");
    REQUIRE(run({word("restore"), backup, word("--data"), elsewhere}).code == 0);
    ServerProcess other(elsewhere);
    REQUIRE(other.start());
    WireClient third;
    REQUIRE((third.open(QUrl(other.url())) && third.hello() && third.login(bert)));
    CHECK(third.helloResult.serverId == annas.helloResult.serverId);
    CHECK(bodies(third, conversation) == restored);
}

TEST_CASE("the end of the server cuts a backup off and leaves nothing of it (needs sqlite3)")
{
    Running running;
    REQUIRE(running.server.start());
    REQUIRE(running.server.stop());
    // So much that copying and checking it takes seconds.
    QProcess sqlite;
    sqlite.start(word("sqlite3"),
                 {running.data + word("/impulse.db"),
                  word("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                       "1000000) INSERT INTO meta SELECT 'test' || i, randomblob(500) FROM n")});
    if (!sqlite.waitForFinished(120'000) || sqlite.exitCode() != 0)
        IMPULSE_SKIP("no sqlite3");
    REQUIRE(running.server.start());
    const auto backup = running.file("impulse.backup");
    QProcess ctl;
    ctl.start(serverCommands(), {word("ctl"), word("--data"), running.data, word("backup"), backup,
                                 word("--with-keys")});
    const auto leftovers = [&] {
        return QDir(running.dir.path()).entryList({word("impulse.backup*")});
    };
    REQUIRE(waitUntil([&] { return !leftovers().isEmpty(); }, 20'000));
    REQUIRE(leftovers() == QStringList{word("impulse.backup.part")});
    CHECK(running.server.stop());
    CHECK(running.server.errors().contains("cut off"));
    CHECK(leftovers().isEmpty());
    REQUIRE(waitUntil([&] { return ctl.state() == QProcess::NotRunning; }, 10'000));
    CHECK(ctl.exitCode() != 0);

    // What a killed server leaves is in nobody's way.
    REQUIRE(QDir().mkpath(backup + word(".part/keys")));
    REQUIRE(running.server.start());
    CHECK(running.ctl({word("backup"), backup}).code == 0);
    CHECK(leftovers() == QStringList{word("impulse.backup")});
}

TEST_CASE("a damaged backup is not restored, and a cut-off restore does not pass for a new server")
{
    Running running;
    REQUIRE(running.server.start());
    const auto backup = running.file("impulse.backup");
    REQUIRE(running.ctl({word("backup"), backup}).code == 0);
    REQUIRE(running.server.stop());
    const auto database = running.data + word("/impulse.db");
    QFile file(database);
    REQUIRE(file.open(QIODevice::ReadOnly));
    const auto content = file.readAll();
    file.close();
    {
        QFile broken(backup);
        REQUIRE(broken.open(QIODevice::ReadWrite));
        REQUIRE(broken.seek(4096));
        broken.write(QByteArray(4096, '\x5a'));
    }
    CHECK(run({word("restore"), backup, word("--data"), running.data}).code == 4);
    REQUIRE(file.open(QIODevice::ReadOnly));
    CHECK(file.readAll() == content);
    file.close();
    CHECK(run({word("restore"), running.file("nothing"), word("--data"), running.data}).code == 4);
    CHECK(run({word("restore"), word("--data"), running.data}).code == 2);

    REQUIRE(QFile::rename(database, database + word(".restoring")));
    CHECK(running.server.run({}) == 4);
    CHECK(running.server.errors().contains("restore was cut off"));
    CHECK_FALSE(QFile::exists(database));
}

TEST_CASE("integrity finds a hole in a log and says where (needs sqlite3)")
{
    Running running;
    REQUIRE(running.server.start());
    TestPerson anna("anna");
    TestPerson bert("bert");
    WireClient annas;
    WireClient berts;
    REQUIRE((enter(annas, running.url(), anna) && enter(berts, running.url(), bert)));
    for (std::uint64_t i = 1; i <= 3; ++i)
        REQUIRE(annas.call(anna.event(bert, i, TestPerson::randomMessageId())));
    REQUIRE(running.server.stop());
    QProcess sqlite;
    sqlite.start(word("sqlite3"),
                 {running.data + word("/impulse.db"), word("DELETE FROM events WHERE seq = 2")});
    if (!sqlite.waitForFinished() || sqlite.exitCode() != 0)
        IMPULSE_SKIP("no sqlite3");
    const auto offline = run({word("integrity"), word("--data"), running.data});
    CHECK(offline.code == 4);
    CHECK(offline.errors.contains("should have events 1 to 3, has 2"));
    REQUIRE(running.server.start());
    const auto online = running.ctl("integrity");
    CHECK(online.code == 1);
    CHECK_FALSE(online.json[word("good")].toBool());
    CHECK(online.json[word("faults")].toArray().size() == 1);
    CHECK(running.ctl({word("backup"), running.file("bad.backup")}).code == 1);
}
