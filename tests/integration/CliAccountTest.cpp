#include "tests/integration/CliTown.h"

#include <QFile>
#include <QJsonDocument>
#include <QThread>

using namespace impulse::test;

namespace {

QByteArray codeOf(const CliPerson& person)
{
    QFile file(person.recoveryFile());
    REQUIRE(file.open(QIODevice::ReadOnly));
    return file.readAll();
}

} // namespace

TEST_CASE("cli: the recovery code alone opens the account again and sets a new password")
{
    Town town;
    town.acquaint();
    const auto& anna = town.anna;
    const QByteArray oldPassword = "correct horse of anna";
    const auto fresh =
        otherComputer(anna, town.dir.filePath(word("fresh")), "an entirely new password");
    const QStringList recover{word("--server"), town.server.url(), word("recover"), word("anna")};
    CHECK(fresh.run(recover).exitCode == 2);
    CHECK(fresh.run(recover, "no code at all\n").exitCode == 2);
    CHECK(fresh.run(recover, codeOf(town.bob)).exitCode == 4);
    const CliRun recovered = fresh.run(recover, codeOf(anna));
    INFO(recovered.errors.toStdString());
    REQUIRE(recovered.exitCode == 0);
    checkDocumented(recovered.lines);
    CHECK(recovered.field("recovered", "username") == word("anna"));
    CHECK_FALSE(recovered.field("recovered", "keychain").toBool());
    // This profile has its account.
    CHECK(fresh.run(recover, codeOf(anna)).exitCode == 2);

    // Nobody was asked about the first computer, so it stays.
    send(fresh, town.bob, word("from the new one"));
    CHECK(town.bob.history(word("anna")).contains(word("from the new one")));
    CHECK(anna.history(word("bob")).contains(word("> from the new one")));

    const QStringList login{word("--server"), town.server.url(), word("login"), word("anna")};
    const auto third = otherComputer(anna, town.dir.filePath(word("third")), oldPassword);
    CHECK(third.run(login, codeOf(anna)).exitCode == 4);
    third.setPassword("an entirely new password");
    const CliRun joined = third.run(login, codeOf(anna));
    CHECK(joined.exitCode == 0);
    checkDocumented(joined.lines);
}

TEST_CASE("cli: a code of the operator sets a new password, once, and opens no keys")
{
    Town town;
    town.acquaint();
    const auto& anna = town.anna;
    const auto ctl = [&](const char* command) {
        QProcess process;
        process.start(serverCommands(),
                      QStringList{word("ctl"), word("--data"), town.dir.filePath(word("server")),
                                  word("--json")} +
                          words(command));
        REQUIRE(process.waitForFinished());
        REQUIRE(process.exitCode() == 0);
        return QJsonDocument::fromJson(process.readAllStandardOutput()).object();
    };
    const auto code = ctl("user reset-password anna")[word("code")].toString().toLatin1() + '\n';
    const auto fresh =
        otherComputer(anna, town.dir.filePath(word("fresh")), "an entirely new password");
    const QStringList reset{word("--server"), town.server.url(), word("reset-password"),
                            word("anna")};
    CHECK(fresh.run(reset).exitCode == 2);
    CHECK(anna.run(reset, code).exitCode == 2);
    const CliRun wrong = fresh.run(reset, "no such code\n");
    CHECK(wrong.exitCode == 4);
    checkDocumented(wrong.lines);
    const CliRun done = fresh.run(reset, code);
    INFO(done.errors.toStdString());
    REQUIRE(done.exitCode == 0);
    CHECK(done.all("password-changed").size() == 1);
    checkDocumented(done.lines);
    CHECK(fresh.run(reset, code).exitCode == 4);

    // The new password signs in, with the recovery code as ever; the old one does not.
    const QStringList login{word("--server"), town.server.url(), word("login"), word("anna")};
    const auto third =
        otherComputer(anna, town.dir.filePath(word("third")), "correct horse of anna");
    CHECK(third.run(login, codeOf(anna)).exitCode == 4);
    QThread::msleep(1100); // that was the second failure in a row: there is a wait of a second
    CHECK(fresh.run(login, code).exitCode == 2);
    CHECK(fresh.run(login, codeOf(anna)).exitCode == 0);

    ctl("user disable anna");
    const CliRun disabled = anna.run(words("contacts"));
    CHECK(disabled.exitCode == 4);
    CHECK(disabled.field("error", "message").toString().contains(word("disabled")));
    ctl("user enable anna");
    CHECK(anna.run(words("contacts")).exitCode == 0);
}

TEST_CASE("cli: an account that is deleted is gone here and there")
{
    Town town;
    town.acquaint();
    const auto& anna = town.anna;
    anna.setPassword("not her password");
    CHECK(anna.run(words("delete-account")).exitCode == 4);
    anna.setPassword("correct horse of anna");
    REQUIRE(anna.run(words("contacts")).exitCode == 0);

    const CliRun deleted = anna.run(words("delete-account"));
    CHECK(deleted.exitCode == 0);
    CHECK(deleted.all("account-deleted").size() == 1);
    checkDocumented(deleted.lines);
    CHECK(anna.run(words("contacts")).exitCode == 2);
    CHECK(town.bob.run(words("send anna hello?")).exitCode == 4);
    const auto elsewhere =
        otherComputer(anna, town.dir.filePath(word("elsewhere")), "correct horse of anna");
    CHECK(elsewhere
              .run({word("--server"), town.server.url(), word("login"), word("anna")}, codeOf(anna))
              .exitCode == 4);

    // The folder is as good as new.
    REQUIRE(QFile::remove(anna.recoveryFile()));
    const CliRun again = anna.run({word("--server"), town.server.url(), word("register"),
                                   word("annika"), word("--recovery-file"), anna.recoveryFile()});
    CHECK(again.exitCode == 0);
    CHECK(anna.run(words("contacts")).all("contact").empty());
}

TEST_CASE("cli: an invite-only server is entered by its own links as they are printed")
{
    QStringList options = words("--registration invite");
    QString begin = word("impulse://127.0.0.1:");
    SECTION("plain") {}
    SECTION("with TLS of its own on this computer")
    {
        const QString folder = word(IMPULSE_SOURCE_DIR "/tests/support/tls/");
        options += {word("--certificate"), folder + word("server-cert.pem"), word("--key"),
                    folder + word("server-key.pem")};
        begin = word("wss://127.0.0.1:");
    }
    Town town(options);
    const auto& anna = town.anna;
    const auto& bob = town.bob;
    const CliRun uninvited = anna.registerAt(town.server.url());
    CHECK(uninvited.exitCode == 4);
    CHECK(uninvited.field("error", "kind") == word("refused"));
    CHECK_FALSE(QFile::exists(anna.recoveryFile()));

    ServerProcess maker(town.dir.filePath(word("server")));
    REQUIRE(maker.run({word("--make-invite")}) == 0);
    const QString link = QString::fromLatin1(maker.output()).trimmed();
    CHECK(link.startsWith(begin));
    const CliRun entered = anna.registerAt(link);
    INFO(entered.errors.toStdString());
    REQUIRE(entered.exitCode == 0);
    checkDocumented(entered.lines);

    const CliRun invite = anna.run(words("invite"));
    CHECK(invite.exitCode == 0);
    checkDocumented(invite.lines);
    const QString second = invite.field("invite", "link").toString();
    CHECK(second.startsWith(begin));
    REQUIRE(bob.registerAt(second).exitCode == 0);
    // For one person only.
    const CliPerson carl(word("carl"), town.dir.filePath(word("carl")));
    CHECK(carl.registerAt(second).exitCode == 4);
    CHECK(carl.registerAt(link).exitCode == 4);
    send(anna, bob, word("welcome"));
    CHECK(bob.history(word("anna")).contains(word("welcome")));
}
