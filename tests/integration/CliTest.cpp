#include "tests/integration/CliTown.h"
#include "tests/support/MarkerSearch.h"

#include <QDir>
#include <QFile>
#include <QUuid>

#include <csignal>

using namespace impulse::test;

TEST_CASE("cli: two people register, chat, edit and delete")
{
    Town town;
    town.registerBoth();
    const auto& anna = town.anna;
    const auto& bob = town.bob;
    CHECK(QFile::permissions(anna.recoveryFile()) ==
          (QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser));

    const QString first = send(anna, bob, word("hello"));
    CHECK(first.size() == 32);

    // A stranger's message is a request until it is accepted.
    const CliRun request = bob.run(words("contacts"));
    REQUIRE(request.field("contact", "username") == word("anna"));
    CHECK(request.field("contact", "request").toBool());
    const CliRun marked = bob.run(words("history anna"));
    CHECK(marked.exitCode == 0);
    bool found = false;
    const auto messages = marked.all("message");
    for (const auto& message : messages) {
        if (message[word("text")] != word("hello"))
            continue;
        found = true;
        CHECK(message[word("request")].toBool());
        CHECK(message[word("id")] == first);
    }
    CHECK(found);
    CHECK(bob.run(words("accept anna")).exitCode == 0);
    send(bob, anna, word("hello yourself"));

    const QString third = send(anna, bob, word("tomorow?"));
    CHECK(anna.run({word("edit"), third, word("tomorrow?")}).exitCode == 0);
    const QString fourth = send(anna, bob, word("never mind"));
    CHECK(anna.run({word("delete"), fourth}).exitCode == 0);
    CHECK(anna.history(word("bob")) == QStringList{word("> hello"), word("hello yourself"),
                                                   word("> tomorrow?"), word("> (deleted)")});
    CHECK(bob.history(word("anna")) == QStringList{word("hello"), word("> hello yourself"),
                                                   word("tomorrow?"), word("(deleted)")});
    // Only the author may change a message.
    CHECK(bob.run({word("edit"), third, word("mine")}).exitCode != 0);

    // Both see the same number.
    const QString number =
        anna.run(words("safety-number bob")).field("safety-number", "number").toString();
    CHECK(number.size() >= 60);
    CHECK(bob.run(words("safety-number anna")).field("safety-number", "number") == number);

    // Delivered and read come back encrypted.
    const auto waiting = anna.start(words("send bob seen? --wait read --timeout 40"));
    for (int i = 0; i < 20 && waiting->state() != QProcess::NotRunning; ++i) {
        bob.run(words("history anna"));
        waiting->waitForFinished(200);
    }
    const CliRun seen = CliPerson::finish(*waiting);
    CHECK(seen.exitCode == 0);
    CHECK(seen.field("sent", "state") == word("read"));
}

TEST_CASE("cli: status and profile reach contacts, and the server's files hold none of it")
{
    Town town;
    town.registerBoth();
    const auto& anna = town.anna;
    const auto& bob = town.bob;
    const auto marker = [](const char* what) -> QString {
        return word(what) + QUuid::createUuid().toString(QUuid::Id128);
    };
    const QString text = marker("text");
    const QString status = marker("status");
    const QString name = marker("name");
    CHECK(anna.run({word("profile"), word("--name"), name}).exitCode == 0);
    CHECK(anna.run({word("status"), status}).exitCode == 0);
    CHECK(anna.run(words("profile")).field("profile", "status") == status);
    send(anna, bob, text);
    CHECK(bob.run(words("accept anna")).exitCode == 0);
    send(bob, anna, word("hello"));
    send(anna, bob, word("hello"));
    QString seenStatus;
    for (int i = 0; i < 5 && seenStatus != status; ++i)
        seenStatus = bob.run(words("contacts")).field("contact", "status").toString();
    CHECK(seenStatus == status);

    CHECK(town.server.stop());
    for (const auto& secret : {text, status, name}) {
        CHECK(MarkerSearch::filesWith(town.dir.filePath(word("server")), secret).isEmpty());
        CHECK(MarkerSearch::filesWith(anna.home(), secret).isEmpty());
        CHECK(MarkerSearch::filesWith(bob.home(), secret).isEmpty());
    }
    // The same search finds what the server does know.
    CHECK_FALSE(MarkerSearch::filesWith(town.dir.filePath(word("server")), word("anna")).isEmpty());
}

TEST_CASE("cli: every refusal has its exit code")
{
    Town town;
    const auto& anna = town.anna;
    CHECK(anna.run(words("contacts")).exitCode == 2);
    CHECK(anna.run(words("register anna")).exitCode == 2);
    CHECK(
        anna.run({word("--server"), town.server.url(), word("register"), word("anna")}).exitCode ==
        2);
    REQUIRE(anna.registerAt(town.server.url()).exitCode == 0);
    // The recovery file is never overwritten.
    CHECK(anna.registerAt(town.server.url()).exitCode != 0);

    const CliPerson again(word("anna"), town.dir.filePath(word("again")));
    const CliRun taken = again.registerAt(town.server.url());
    CHECK(taken.exitCode == 4);
    CHECK(taken.field("error", "kind") == word("refused"));
    CHECK_FALSE(QFile::exists(again.recoveryFile()));

    CHECK(anna.run(words("send nobody hello")).exitCode == 4);
    CHECK(anna.run(words("edit 00112233445566778899aabbccddeeff x")).exitCode == 2);

    QFile password(anna.passwordFile());
    const auto writePassword = [&](const char* text) {
        REQUIRE(password.open(QIODevice::WriteOnly | QIODevice::Truncate));
        password.write(text);
        password.close();
    };
    writePassword("not her password\n");
    CHECK(anna.run(words("contacts")).exitCode == 4);
    writePassword("correct horse of anna\n");

    const auto listening = anna.start(words("listen"));
    REQUIRE(listening->waitForReadyRead(30'000));
    CHECK(anna.run(words("contacts")).exitCode == 1);
    ::kill(static_cast<pid_t>(listening->processId()), SIGTERM);
    const CliRun listened = CliPerson::finish(*listening);
    CHECK(listened.exitCode == 0);
    CHECK_FALSE(listened.crashed);

    town.server.kill();
    CHECK(anna.run(words("contacts")).exitCode == 3);
    // Another server in its place: its key is not the pinned one.
    REQUIRE(QDir(town.dir.path()).rename(word("server"), word("gone")));
    REQUIRE(town.server.start({word("--registration"), word("open")}));
    const CliRun changed = anna.run(words("contacts"));
    CHECK(changed.exitCode == 5);
    CHECK(changed.field("error", "kind") == word("security"));
}

TEST_CASE("cli: an invite, a new password and a second computer")
{
    Town town;
    town.registerBoth();
    const auto& anna = town.anna;
    const CliRun invite = anna.run(words("invite"));
    REQUIRE(invite.exitCode == 0);
    const CliPerson carl(word("carl"), town.dir.filePath(word("carl")));
    CHECK(carl.registerAt(invite.field("invite", "link").toString()).exitCode == 0);

    send(anna, town.bob, word("before"));
    CHECK(town.bob.run(words("accept anna")).exitCode == 0);

    QFile fresh(town.dir.filePath(word("fresh")));
    REQUIRE(fresh.open(QIODevice::WriteOnly));
    fresh.write("an entirely new password\n");
    fresh.close();
    CHECK(anna.run({word("password"), word("--new-password-file"), fresh.fileName()}).exitCode ==
          0);
    CHECK(anna.run(words("contacts")).exitCode == 4);
    REQUIRE(QFile::remove(anna.passwordFile()));
    REQUIRE(QFile::copy(fresh.fileName(), anna.passwordFile()));
    CHECK(anna.run(words("contacts")).exitCode == 0);

    QFile code(anna.recoveryFile());
    REQUIRE(code.open(QIODevice::ReadOnly));
    const QByteArray recovery = code.readAll();
    const CliPerson second(word("anna"), town.dir.filePath(word("second")));
    REQUIRE(QFile::remove(second.passwordFile()));
    REQUIRE(QFile::copy(fresh.fileName(), second.passwordFile()));
    const QStringList login{word("--server"), town.server.url(), word("login"), word("anna")};
    CHECK(second.run(login, "0000-0000-0000-0000-0000-0000-0000\n").exitCode == 2);
    // Another account's: right in itself, and a script has only one try.
    QFile others(town.bob.recoveryFile());
    REQUIRE(others.open(QIODevice::ReadOnly));
    CHECK(second.run(login, others.readAll() + recovery).exitCode == 4);
    CHECK(second.run(login).exitCode == 2);
    const CliRun joined = second.run(login, recovery);
    INFO(joined.errors.toStdString());
    REQUIRE(joined.exitCode == 0);

    send(town.bob, anna, word("to both"));
    CHECK(anna.history(word("bob")).contains(word("to both")));
    CHECK(second.history(word("bob")).contains(word("to both")));
    send(second, town.bob, word("from the second"));
    CHECK(town.bob.history(word("anna")).contains(word("from the second")));
    CHECK(anna.history(word("bob")).contains(word("> from the second")));
}
