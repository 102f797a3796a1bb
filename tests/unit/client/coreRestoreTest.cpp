#include "tests/unit/client/coreWorld.h"

/// The server is put back to an earlier moment while its clients are ahead (encryption.md 8.3, 14).
using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

/// In place of a minute and ten.
constexpr std::uint64_t togetherMs = 1'500;
constexpr std::uint64_t aloneMs = 6'000;

/// The line to the server ends, and nobody answers.
void disconnect(std::initializer_list<TestPerson*> people)
{
    for (auto* person : people) {
        person->transport->reachable = false;
        person->transport->cut();
    }
}

void reconnect(TestPerson& person)
{
    person.transport->reachable = true;
    person.client().connection().retryNow();
}

bool isStopped(TestPerson& person, ClientErrorCode code)
{
    const auto& connection = person.client().connection();
    return waitUntil(
        [&] {
            return connection.state() == ConnectionState::Stopped &&
                   connection.lastError().code == code;
        },
        20'000);
}

bool isSettled(TestPerson& person)
{
    return waitUntil([&] { return person.client().isSettled(); }, 20'000);
}

} // namespace

TEST_CASE("After a restore of the server nobody is asked, and nothing is lost", "[core]")
{
    World world;
    auto& server = world.server;
    auto& anna = world.anna;
    auto& boris = world.boris;
    world.acquaint();
    const auto chat = world.chat;
    QStringList said{hello, answer};
    server.backUp();

    // Anna writes, Boris writes, edits and deletes; Anna's second computer joins.
    anna.say(chat, QStringLiteral("after the backup"));
    said << QStringLiteral("after the backup");
    REQUIRE(boris.sees(chat, said));
    const auto edited = boris.say(chat, QStringLiteral("wrong"));
    REQUIRE(anna.sees(chat, said + QStringList{QStringLiteral("wrong")}));
    REQUIRE(boris.ask<MessageId>([&](auto done) {
        boris.client().chats().editText(chat, edited, QStringLiteral("right"), done);
    }));
    said << QStringLiteral("right");
    REQUIRE(anna.sees(chat, said));
    TestPerson second(server, QStringLiteral("anna"));
    second.join(anna);
    const auto deleted = anna.say(chat, QStringLiteral("nonsense"));
    said << QStringLiteral("nonsense");
    REQUIRE(second.sees(chat, {QStringLiteral("<line>"), QStringLiteral("nonsense")}));
    REQUIRE(boris.sees(chat, said));
    REQUIRE(anna.ask<MessageId>(
        [&](auto done) { anna.client().chats().deleteForEveryone(chat, deleted, done); }));
    said.last() = QStringLiteral("<deleted>");
    REQUIRE(boris.sees(chat, said));
    second.say(chat, QStringLiteral("from my other computer"));
    said << QStringLiteral("from my other computer");
    REQUIRE(anna.sees(chat, said));
    REQUIRE(boris.sees(chat, said));
    for (auto* person : {&anna, &boris, &second})
        REQUIRE(isSettled(*person));
    const auto before = second.texts(chat);

    disconnect({&anna, &boris, &second});
    for (auto* person : {&anna, &boris, &second})
        person->warnings.clear();
    server.restore(togetherMs, aloneMs);
    CHECK(server.store().directory().lastSeq() == 2);
    // Written while nobody answers: goes out behind what was lost.
    anna.say(chat, QStringLiteral("are you there?"));
    said << QStringLiteral("are you there?");
    for (auto* person : {&second, &boris, &anna})
        reconnect(*person);
    for (auto* person : {&anna, &boris, &second}) {
        REQUIRE(person->online());
        REQUIRE(isSettled(*person));
    }
    CHECK(server.store().directory().lastSeq() == 3);
    CHECK(boris.sees(chat, said));
    boris.say(chat, QStringLiteral("I am"));
    said << QStringLiteral("I am");
    CHECK(anna.sees(chat, said));
    CHECK(boris.sees(chat, said));
    CHECK(second.sees(chat, before + QStringList{QStringLiteral("are you there?"),
                                                 QStringLiteral("I am")}));
    // The log has it all again, once.
    const auto log = server.store().conversations().find(chat);
    REQUIRE(log);
    CHECK(log->lastSeq == 10);
    for (auto* person : {&anna, &boris, &second})
        CHECK(person->warnings.empty());
    // The deleted one is erased there as well.
    const auto events = server.store().conversations().events(chat, 0, 100, 1 << 20, DeviceId());
    CHECK(std::ranges::count_if(events, [](const auto& event) { return !event.body; }) == 1);
    // A restart finds the same.
    anna.restart();
    REQUIRE(anna.online());
    CHECK(anna.sees(chat, said));
}

TEST_CASE("After a restore a device that was away meanwhile gets what others have sent again",
          "[core]")
{
    World world;
    auto& server = world.server;
    auto& anna = world.anna;
    auto& boris = world.boris;
    world.acquaint();
    const auto chat = world.chat;
    server.backUp();
    disconnect({&boris});
    anna.say(chat, QStringLiteral("one"));
    anna.say(chat, QStringLiteral("two"));
    REQUIRE(isSettled(anna));
    disconnect({&anna});
    server.restore(togetherMs, aloneMs);
    // Boris was never told: he is first, and the log and his history are the same.
    reconnect(boris);
    REQUIRE(boris.online());
    CHECK(boris.sees(chat, {hello, answer}));
    boris.say(chat, QStringLiteral("three"));
    reconnect(anna);
    REQUIRE(anna.online());
    const QStringList all{hello, answer, QStringLiteral("one"), QStringLiteral("two"),
                          QStringLiteral("three")};
    CHECK(anna.sees(chat, all));
    CHECK(boris.sees(chat, all));
    CHECK(isSettled(anna));
    CHECK(server.store().conversations().find(chat)->lastSeq == 5);
}

TEST_CASE("After a restore a conversation that the backup does not have comes back", "[core]")
{
    World world;
    auto& server = world.server;
    server.backUp();
    world.acquaint();
    REQUIRE(isSettled(world.anna));
    REQUIRE(isSettled(world.boris));
    disconnect({&world.anna, &world.boris});
    server.restore(togetherMs, aloneMs);
    for (auto* person : {&world.anna, &world.boris}) {
        reconnect(*person);
        REQUIRE(person->online());
        REQUIRE(isSettled(*person));
    }
    CHECK(server.store().conversations().find(world.chat)->lastSeq == 2);
    world.anna.say(world.chat, QStringLiteral("again"));
    const QStringList all{hello, answer, QStringLiteral("again")};
    CHECK(world.boris.sees(world.chat, all));
    CHECK(world.anna.sees(world.chat, all));
    // Whom they accepted is known there again.
    const auto anna = world.anna.client().accounts().userId();
    const auto boris = world.boris.client().accounts().userId();
    CHECK(server.store().contacts().state(anna, boris) == protocol::ContactState::Accepted);
    CHECK(server.store().contacts().state(boris, anna) == protocol::ContactState::Accepted);
}

TEST_CASE("What nobody has any more after a restore is one line", "[core]")
{
    World world;
    auto& server = world.server;
    auto& anna = world.anna;
    auto& boris = world.boris;
    world.acquaint();
    const auto chat = world.chat;
    server.backUp();
    disconnect({&boris});
    anna.say(chat, QStringLiteral("old one"));
    anna.say(chat, QStringLiteral("old two"));
    REQUIRE(isSettled(anna));
    // Sent frames are kept 30 days.
    constexpr std::uint64_t monthMs = 31ull * 24 * 3'600'000;
    for (auto* clock : {&server.clock, &anna.clock, &boris.clock})
        clock->shiftMs += monthMs;
    disconnect({&anna});
    server.restore(togetherMs, aloneMs);
    for (auto* person : {&anna, &boris}) {
        reconnect(*person);
        REQUIRE(person->online());
    }
    anna.say(chat, QStringLiteral("new"));
    CHECK(boris.sees(chat, {hello, answer, QStringLiteral("new"),
                             QStringLiteral("<missing>")}));
    CHECK(anna.sees(chat, {hello, answer, QStringLiteral("old one"), QStringLiteral("old two"),
                           QStringLiteral("new")}));
}

TEST_CASE("Only when the log has gone on without it must the user confirm a restore", "[core]")
{
    World world;
    auto& server = world.server;
    auto& anna = world.anna;
    auto& boris = world.boris;
    world.acquaint();
    const auto chat = world.chat;
    server.backUp();
    TestPerson second(server, QStringLiteral("anna"));
    second.join(anna);
    anna.say(chat, QStringLiteral("to all my devices"));
    REQUIRE(second.sees(chat, {QStringLiteral("<line>"), QStringLiteral("to all my devices")}));
    REQUIRE(boris.sees(chat, {hello, answer, QStringLiteral("to all my devices")}));
    for (auto* person : {&anna, &boris, &second})
        REQUIRE(isSettled(*person));
    disconnect({&anna, &boris, &second});
    for (auto* person : {&anna, &boris, &second})
        person->warnings.clear();
    // Nobody comes in time, and somebody registers.
    server.restore(100, 200);
    REQUIRE(waitUntil([&] { return !server.store().handIns().status().isClosed(); }, 20'000));
    TestPerson vera(server, QStringLiteral("vera"));
    vera.registerAccount();
    for (auto* person : {&anna, &boris}) {
        reconnect(*person);
        REQUIRE(isStopped(*person, ClientErrorCode::RestoreUnconfirmed));
        // Nothing is sent or shown on the word of this server.
        CHECK_FALSE(person->done([&](auto done) {
            person->client().accounts().comeBack(Password(person->password), {}, done);
        }));
        REQUIRE(person->done(
            [&](auto done) { person->client().accounts().confirmRestore(done); }));
        REQUIRE(person->online());
        REQUIRE(isSettled(*person));
        // Once is enough.
        CHECK_FALSE(person->done(
            [&](auto done) { person->client().accounts().confirmRestore(done); }));
    }
    // Anna has published the list with her second computer again: that one can log in, and asks.
    CHECK(server.store().directory().lastSeq() == 4);
    CHECK(server.lists(anna.client().accounts().userId()).size() == 2);
    reconnect(second);
    REQUIRE(isStopped(second, ClientErrorCode::RestoreUnconfirmed));
    REQUIRE(
        second.done([&](auto done) { second.client().accounts().confirmRestore(done); }));
    REQUIRE(second.online());
    boris.say(chat, QStringLiteral("here again"));
    const QStringList all{hello, answer, QStringLiteral("to all my devices"),
                          QStringLiteral("here again")};
    CHECK(anna.sees(chat, all));
    CHECK(boris.sees(chat, all));
    CHECK(second.sees(chat, {QStringLiteral("<line>"), QStringLiteral("to all my devices"),
                             QStringLiteral("here again")}));
    const auto other = vera.chatWith(QStringLiteral("anna"));
    vera.say(other, QStringLiteral("I am new"));
    CHECK(anna.sees(other, {QStringLiteral("I am new")}));
    for (auto* person : {&anna, &boris, &second})
        CHECK(person->warnings.empty());
    // The logs agree again, also after a restart.
    anna.restart();
    REQUIRE(anna.online());
    anna.say(other, QStringLiteral("Welcome"));
    CHECK(vera.sees(other, {QStringLiteral("I am new"), QStringLiteral("Welcome")}));
}

TEST_CASE("After a restore an account that the backup does not have comes back with its password",
          "[core]")
{
    World world;
    auto& server = world.server;
    auto& anna = world.anna;
    world.acquaint();
    server.backUp();
    TestPerson vera(server, QStringLiteral("vera"));
    vera.registerAccount();
    const auto chat = vera.chatWith(QStringLiteral("anna"));
    vera.say(chat, QStringLiteral("I am new"));
    REQUIRE(anna.sees(chat, {QStringLiteral("I am new")}));
    anna.say(chat, QStringLiteral("Welcome"));
    REQUIRE(vera.sees(chat, {QStringLiteral("I am new"), QStringLiteral("Welcome")}));
    for (auto* person : {&anna, &world.boris, &vera})
        REQUIRE(isSettled(*person));
    const auto veraId = vera.client().accounts().userId();
    disconnect({&anna, &world.boris, &vera});
    server.restore(togetherMs, aloneMs);
    for (auto* person : {&vera, &anna, &world.boris})
        reconnect(*person);
    REQUIRE(anna.online());
    REQUIRE(world.boris.online());
    REQUIRE(isStopped(vera, ClientErrorCode::AccountNotRestored));
    // Held back until she is there.
    anna.say(chat, QStringLiteral("Vera?"));
    const auto back = [&](const char* password) {
        return vera.ask<void>([&](auto done) {
            vera.client().accounts().comeBack(Password(QString::fromUtf8(password)), {}, done);
        });
    };
    CHECK(back("not the password").error().code == ClientErrorCode::WrongCredentials);
    REQUIRE(back(vera.password.toUtf8().constData()).ok());
    REQUIRE(vera.online());
    CHECK(vera.client().accounts().userId() == veraId);
    const QStringList all{QStringLiteral("I am new"), QStringLiteral("Welcome"),
                          QStringLiteral("Vera?")};
    CHECK(vera.sees(chat, all));
    CHECK(anna.sees(chat, all));
    REQUIRE(isSettled(vera));
    // Nobody was asked about anybody's identity, and the keys are the old ones.
    CHECK(anna.warnings.empty());
    CHECK(vera.warnings.empty());
    CHECK(server.store().directory().lastSeq() == 3);
    // Name, password and recovery code open it on another computer.
    TestPerson other(server, QStringLiteral("vera"));
    other.join(vera);
    CHECK(other.client().accounts().userId() == veraId);
    vera.restart();
    REQUIRE(vera.online());
}
