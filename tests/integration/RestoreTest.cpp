#include "server/storage/SqlStore.h"
#include "tests/integration/CliTown.h"
#include "tests/support/EventLoop.h"

#include <QDir>
#include <QFile>

using namespace impulse;
using namespace impulse::test;
using impulse::tests::waitUntil;

namespace {

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    REQUIRE(file.open(QIODevice::ReadOnly));
    return file.readAll();
}

/// A command of impulse-server beside the one that runs.
void runServer(const QStringList& arguments)
{
    QProcess process;
    process.start(serverCommands(), arguments);
    REQUIRE(process.waitForFinished(60'000));
    INFO(process.readAllStandardError().toStdString());
    REQUIRE(process.exitStatus() == QProcess::NormalExit);
    REQUIRE(process.exitCode() == 0);
}

/// Three people with four devices whose server is lost to them and put back from a backup that
/// knows two devices and one conversation.
struct Story {
    Story();

    /// Sends, and notes what every device has to show from now on.
    void say(const CliPerson& from, const CliPerson& to, const char* text);
    /// Both sides of every conversation write, and nothing is missing on any device.
    void chatOn();
    bool start(const char* wait) { return town.server.start(open + words(wait)); }

    Town town;
    const CliPerson& anna = town.anna;
    const CliPerson& bob = town.bob;
    const CliPerson carl{word("carl"), town.dir.filePath(word("carl"))};
    const CliPerson other =
        otherComputer(anna, town.dir.filePath(word("other")), contentOf(anna.passwordFile()));
    const QString data = town.dir.filePath(word("server"));
    const QString backup = town.dir.filePath(word("backup"));

private:
    /// One conversation on one device.
    struct Shown {
        const CliPerson* device = nullptr;
        QString peer;
        QStringList texts;
    };

    void backUp();
    void liveOn();
    void loseAndRestore();
    void compare() const;

    const QStringList open = words("--registration open");
    std::vector<Shown> m_shown;
};

Story::Story()
{
    town.acquaint();
    backUp();
    liveOn();
    for (const auto* device : {&anna, &other, &bob, &carl}) {
        for (const auto* peer : {&anna, &bob, &carl}) {
            if (peer->username() != device->username())
                m_shown.push_back({device, peer->username(), device->history(peer->username())});
        }
    }
    // Only Anna's first computer has it when the disk is lost.
    say(anna, bob, "not read yet");
    loseAndRestore();
}

void Story::say(const CliPerson& from, const CliPerson& to, const char* text)
{
    send(from, to, word(text));
    for (auto& shown : m_shown) {
        if (shown.device->username() == from.username() && shown.peer == to.username())
            shown.texts << word("> ") + word(text);
        else if (shown.device->username() == to.username() && shown.peer == from.username())
            shown.texts << word(text);
    }
}

void Story::backUp()
{
    const auto chatting = anna.start(words("send bob meanwhile"));
    runServer({word("ctl"), word("--data"), data, word("backup"), backup, word("--with-keys")});
    REQUIRE(CliPerson::finish(*chatting).exitCode == 0);
}

/// After the backup: messages, a person with two conversations, a device, a change, a deletion.
void Story::liveOn()
{
    const auto draft = send(bob, anna, word("wrong"));
    REQUIRE(bob.run({word("edit"), draft, word("right")}).exitCode == 0);
    REQUIRE(carl.registerAt(town.server.url()).exitCode == 0);
    send(carl, anna, word("I am new"));
    send(carl, bob, word("and write to both"));
    for (const auto* person : {&anna, &bob}) {
        REQUIRE(person->run(words("accept carl")).exitCode == 0);
        send(*person, carl, word("welcome"));
    }
    const CliRun joined =
        other.run({word("--server"), town.server.url(), word("login"), word("anna")},
                  contentOf(anna.recoveryFile()));
    INFO(joined.errors.toStdString());
    REQUIRE(joined.exitCode == 0);
    send(other, bob, word("from my other computer"));
    send(other, carl, word("from there to you too"));
    const auto nonsense = send(anna, bob, word("nonsense"));
    REQUIRE(anna.run({word("delete"), nonsense}).exitCode == 0);
}

void Story::loseAndRestore()
{
    town.server.kill();
    REQUIRE(QDir(data).removeRecursively());
    runServer({word("restore"), backup, word("--data"), data});
}

void Story::compare() const
{
    for (const auto& shown : m_shown) {
        CAPTURE(shown.device->home().toStdString(), shown.peer.toStdString());
        CHECK(shown.device->history(shown.peer) == shown.texts);
    }
}

void Story::chatOn()
{
    say(anna, bob, "still here");
    say(bob, anna, "so am I");
    say(carl, anna, "me too");
    say(other, carl, "on every computer");
    say(carl, bob, "and you?");
    say(bob, carl, "I said so");
    compare();
}

} // namespace

TEST_CASE("restore: programs chat on after their server was put back from an older backup")
{
    Story story;
    REQUIRE(story.start("--restore-wait 3s"));

    // All come back at once; nobody is asked.
    std::vector<std::unique_ptr<QProcess>> commands;
    for (const auto* person : {&story.other, &story.anna, &story.bob})
        commands.push_back(person->start(words("contacts")));
    for (auto& command : commands) {
        const CliRun back = CliPerson::finish(*command);
        INFO(back.errors.toStdString());
        CHECK(back.exitCode == 0);
        CHECK(back.all("warning").empty());
    }
    // Carl's account is not in the backup: the program says what helps, and the password does it.
    CHECK(story.carl.run(words("contacts")).exitCode == 4);
    const CliRun back = story.carl.run(words("confirm-restore"));
    INFO(back.errors.toStdString());
    REQUIRE(back.exitCode == 0);

    story.chatOn();
    // A new person can register.
    const CliPerson dora(word("dora"), story.town.dir.filePath(word("dora")));
    CHECK(dora.registerAt(story.town.server.url()).exitCode == 0);
    send(dora, story.bob, word("hello"));
    runServer({word("ctl"), word("--data"), story.data, word("integrity")});
}

TEST_CASE("restore: each device confirms once where the server has gone on without them")
{
    Story story;
    REQUIRE(story.start("--restore-wait 1s"));
    // Nobody comes for ten times that, and somebody registers.
    const auto isOpen = [&] {
        auto connection = server::SqlConnection::open(story.data + word("/impulse.db"),
                                                      server::SqlConnection::Mode::ReadOnly);
        return connection && !server::SqlStore(**connection).handIns().status().isClosed();
    };
    CHECK_FALSE(isOpen());
    REQUIRE(waitUntil(isOpen, 30'000));
    const CliPerson vera(word("vera"), story.town.dir.filePath(word("vera")));
    REQUIRE(vera.registerAt(story.town.server.url()).exitCode == 0);

    for (const auto* device : {&story.anna, &story.bob, &story.carl, &story.other}) {
        CAPTURE(device->home().toStdString());
        CHECK(device->run(words("contacts")).exitCode == (device == &story.carl ? 4 : 5));
        const CliRun confirmed = device->run(words("confirm-restore"));
        INFO(confirmed.errors.toStdString());
        REQUIRE(confirmed.exitCode == 0);
        CHECK(confirmed.all("restore-confirmed").size() == 1);
    }
    story.chatOn();
    send(vera, story.carl, word("hello"));
    runServer({word("ctl"), word("--data"), story.data, word("integrity")});
}
