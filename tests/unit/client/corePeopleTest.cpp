#include "tests/unit/client/coreTamper.h"

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

bool showsTyping(TestPerson& person, const ConversationId& chat)
{
    const auto item = person.client().chats().chat(chat);
    return item && item->previewKind == PreviewKind::Typing;
}

} // namespace

TEST_CASE("Typing arrives, ends, and is told at most every five seconds", "[core]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    const auto borisId = boris.client().accounts().userId();
    const auto annaId = anna.client().accounts().userId();
    const auto isOnline = [&] {
        const auto person = anna.client().people().person(borisId);
        return person && person->online;
    };
    REQUIRE(waitUntil(isOnline));
    const auto told = std::make_shared<int>(0);
    anna.transport->toServer = countRequests<protocol::SendTransient>(told);
    for (int i = 0; i < 5; ++i)
        anna.client().chats().setTyping(chat, true);
    REQUIRE(waitUntil([&] { return showsTyping(boris, chat); }));
    CHECK(*told == 1);
    anna.client().chats().setTyping(chat, true);
    anna.clock.shiftMs += 5'000;
    anna.client().chats().setTyping(chat, true);
    CHECK(waitUntil([&] { return *told == 2; }));
    anna.client().chats().setTyping(chat, false);
    CHECK(waitUntil([&] { return !showsTyping(boris, chat); }));
    CHECK(*told == 3);
    anna.client().chats().setTyping(chat, true);
    anna.client().chats().setTyping(chat, false);
    anna.clock.shiftMs += 5'000;
    // A lost end does not leave it standing.
    anna.client().chats().setTyping(chat, true);
    REQUIRE(waitUntil([&] { return showsTyping(boris, chat); }));
    CHECK(*told == 4);
    boris.clock.shiftMs += 8'000;
    CHECK(waitUntil([&] { return !showsTyping(boris, chat); }));

    SECTION("what was written ends it")
    {
        anna.clock.shiftMs += 60'000;
        anna.client().chats().setTyping(chat, true);
        REQUIRE(waitUntil([&] { return showsTyping(boris, chat); }));
        anna.say(chat, QStringLiteral("done"));
        REQUIRE(boris.sees(chat, {hello, answer, QStringLiteral("done")}));
        CHECK(waitUntil([&] { return !showsTyping(boris, chat); }, 3'000));
    }
    SECTION("not to somebody who is offline")
    {
        boris.stop();
        REQUIRE(waitUntil([&] { return !isOnline(); }));
        anna.clock.shiftMs += 60'000;
        const int before = *told;
        anna.client().chats().setTyping(chat, true);
        // What goes out behind it shows that it was not sent.
        anna.reaches(chat, anna.say(chat, QStringLiteral("are you there?")), MessageState::Sent);
        CHECK(*told == before);
    }
    SECTION("not to somebody whom I blocked")
    {
        REQUIRE(anna.done([&](auto done) { anna.client().people().block(borisId, done); }));
        anna.clock.shiftMs += 60'000;
        const int before = *told;
        anna.client().chats().setTyping(chat, true);
        REQUIRE(waitUntil([&] { return anna.client().isSettled(); }));
        CHECK(*told == before);
    }
    SECTION("not shown of somebody whom I blocked")
    {
        REQUIRE(boris.done([&](auto done) { boris.client().people().block(annaId, done); }));
        anna.clock.shiftMs += 60'000;
        anna.client().chats().setTyping(chat, true);
        REQUIRE(waitUntil([&] { return boris.client().isSettled(); }));
        CHECK_FALSE(showsTyping(boris, chat));
    }
    SECTION("not to a stranger")
    {
        TestPerson vera(world.server, QStringLiteral("vera"));
        vera.registerAccount();
        const auto strange = vera.chatWith(QStringLiteral("anna"));
        vera.say(strange, QStringLiteral("Buy!"));
        REQUIRE(anna.sees(strange, {QStringLiteral("Buy!")}));
        const int before = *told;
        anna.client().chats().setTyping(strange, true);
        REQUIRE(waitUntil([&] { return anna.client().isSettled(); }));
        CHECK(*told == before);
    }
}

TEST_CASE("A deleted account leaves the chats of others readable", "[core]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    CHECK_FALSE(anna.done([&](auto done) {
        anna.client().accounts().deleteAccount(Password(QStringLiteral("not the password")), done);
    }));
    REQUIRE(anna.done(
        [&](auto done) { anna.client().accounts().deleteAccount(Password(anna.password), done); }));
    CHECK(anna.client().accounts().state() == ProfileState::NoAccount);
    anna.stop();
    anna.start();
    CHECK(anna.client().accounts().state() == ProfileState::NoAccount);

    CHECK(boris.sees(chat, {hello, answer}));
    const auto id = boris.say(chat, QStringLiteral("Anna?"));
    REQUIRE(boris.reaches(chat, id, MessageState::Failed));
    CHECK(boris.message(chat, id)->failure == MessageFailure::NoAccount);
    boris.restart();
    REQUIRE(boris.online());
    CHECK(boris.sees(chat, {hello, answer, QStringLiteral("Anna?")}));
    CHECK(boris.warnings.empty());
}

TEST_CASE("The other devices of a deleted account say so, and stop asking", "[core]")
{
    World world;
    auto& anna = world.anna;
    TestPerson second(world.server, QStringLiteral("anna"));
    second.join(anna);
    const QString deleted = QStringLiteral("this account was deleted");
    const auto hasStopped = [&] {
        const auto& connection = second.client().connection();
        return connection.state() == ConnectionState::Stopped &&
               connection.lastError().code == ClientErrorCode::AccountGone;
    };
    REQUIRE(anna.done(
        [&](auto done) { anna.client().accounts().deleteAccount(Password(anna.password), done); }));
    CHECK_FALSE(anna.wasWarned(deleted, true));
    // It did not ask for that: the server may have made it up.
    CHECK(waitUntil([&] { return second.wasWarned(deleted, true); }));
    CHECK(waitUntil(hasStopped, 20'000));
    // What it has stays, until its user signs out.
    second.restart();
    CHECK(waitUntil(hasStopped, 20'000));
    CHECK(second.client().accounts().state() == ProfileState::Unlocked);
    REQUIRE(second.done([&](auto done) { second.client().accounts().signOut(done); }));
}

TEST_CASE("An account that the directory calls deleted is warned of", "[core][hostile]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    server::NewDirectoryEntry entry;
    entry.user = anna.client().accounts().userId();
    entry.label = server::directoryLabel(world.server.id(), entry.user);
    world.server.write([entry](server::Store& store) { store.directory().append(entry); });
    // The push of the next entry makes her fetch the one before.
    TestPerson vera(world.server, QStringLiteral("vera"));
    vera.registerAccount();
    CHECK(waitUntil(
        [&] { return anna.wasWarned(QStringLiteral("this account was deleted"), true); }));
    CHECK(anna.warnings.size() == 1);
}

TEST_CASE("Who is online, and when somebody last was, is for accepted contacts only", "[core]")
{
    World world;
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto borisId = boris.client().accounts().userId();
    const auto seenByAnna = [&] { return anna.client().people().person(borisId); };
    const auto chat = anna.chatWith(QStringLiteral("boris"));
    anna.say(chat, hello);
    REQUIRE(boris.sees(chat, {hello}));
    // Anna has accepted Boris by writing; he has not accepted her.
    anna.transport->cut();
    REQUIRE(anna.online());
    CHECK_FALSE(seenByAnna()->online);
    CHECK(seenByAnna()->lastSeenMs == 0);

    boris.say(chat, answer);
    REQUIRE(anna.sees(chat, {hello, answer}));
    REQUIRE(waitUntil([&] { return seenByAnna()->online; }));
    boris.transport->reachable = false;
    boris.transport->cut();
    REQUIRE(waitUntil([&] { return !seenByAnna()->online; }));
    CHECK(waitUntil([&] { return seenByAnna()->lastSeenMs > 0; }));

    boris.transport->reachable = true;
    boris.client().connection().retryNow();
    REQUIRE(boris.online());
    CHECK(boris.client().people().showsLastSeen());
    REQUIRE(boris.done([&](auto done) { boris.client().people().setShowLastSeen(false, done); }));
    CHECK_FALSE(boris.client().people().showsLastSeen());
    REQUIRE(waitUntil([&] { return seenByAnna()->online && seenByAnna()->lastSeenMs == 0; }));
    boris.transport->reachable = false;
    boris.transport->cut();
    REQUIRE(waitUntil([&] { return !seenByAnna()->online; }));
    CHECK(seenByAnna()->lastSeenMs == 0);
    anna.transport->cut();
    REQUIRE(anna.online());
    CHECK(seenByAnna()->lastSeenMs == 0);
}
