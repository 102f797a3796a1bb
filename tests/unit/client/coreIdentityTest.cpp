#include "tests/unit/client/coreTamper.h"

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

bool isChanged(TestPerson& person, const UserId& other)
{
    const auto item = person.client().people().person(other);
    return item && item->identity == IdentityState::Changed;
}

bool hasLine(TestPerson& person, const ConversationId& chat, SystemLine line)
{
    return std::ranges::any_of(person.messages(chat), [line](const MessageItem& item) {
        return item.kind == MessageKind::System && item.system == line;
    });
}

void verify(TestPerson& person, const UserId& other)
{
    person.stop();
    person.withState([&](LocalState& state, WriteBatch& batch) {
        auto* contact = state.contact(other);
        REQUIRE(contact);
        REQUIRE(contact->pin);
        contact->pin->verified = true;
        state.stage(batch, *contact);
    });
    person.start();
    person.unlock();
    REQUIRE(person.online());
}

/// From now on the server tells this person another entry for whoever registers next.
void forkAt(TestPerson& person, std::uint64_t seq)
{
    person.transport->fromServer = tamperDirectory([seq](crypto::DirectoryEntry& entry) {
        if (entry.seq == seq) {
            Bytes hash = toBytes(entry.listHash);
            hash[0] ^= 1;
            entry.listHash = *Hash32::from(hash);
        }
        return true;
    });
}

const QString twoLogs = QStringLiteral("different directories");

} // namespace

TEST_CASE("A changed identity holds what is queued until it is accepted", "[core][identity]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    const auto borisId = boris.client().accounts().userId();
    TestPerson vera(world.server, QStringLiteral("vera"));
    vera.registerAccount();
    const auto other = vera.chatWith(QStringLiteral("anna"));
    vera.say(other, QStringLiteral("It is Vera"));
    REQUIRE(anna.sees(other, {QStringLiteral("It is Vera")}));
    anna.say(other, QStringLiteral("Hello, Vera"));
    REQUIRE(vera.sees(other, {QStringLiteral("It is Vera"), QStringLiteral("Hello, Vera")}));
    bool wasVerified = false;
    SECTION("of a person that was not verified") {}
    SECTION("of a verified person")
    {
        verify(anna, borisId);
        wasVerified = true;
    }
    anna.transport->reachable = false;
    anna.transport->cut();
    const auto queued = anna.say(chat, QStringLiteral("for the true Boris"));

    TestPerson newBoris(world.server, QStringLiteral("boris"));
    boris.recoveryCode = world.server.replaceIdentity(borisId);
    {
        const auto list = crypto::parseDeviceList(world.server.lists(borisId).back());
        REQUIRE(list.ok());
        newBoris.join(boris, {crypto::deviceId(borisId, list->devices.front())});
    }
    // The first Boris sees it in the log himself; nothing of his is wiped.
    CHECK(waitUntil([&] { return boris.wasWarned(QStringLiteral("false identity"), true); }));
    CHECK(boris.client().accounts().state() == ProfileState::Unlocked);
    CHECK(boris.sees(chat, {hello, answer}));

    anna.transport->reachable = true;
    anna.client().connection().retryNow();
    REQUIRE(anna.online());
    REQUIRE(anna.reaches(chat, queued, MessageState::Held));
    CHECK(isChanged(anna, borisId));
    CHECK(anna.client().chats().chat(chat)->identity == IdentityState::Changed);
    CHECK(waitUntil([&] { return hasLine(anna, chat, SystemLine::IdentityChanged); }));

    // What the new identity writes is shown, under the warning, and is not answered.
    newBoris.chatWith(QStringLiteral("anna"));
    const auto greeting = newBoris.say(chat, QStringLiteral("It is me"));
    REQUIRE(waitUntil([&] { return anna.message(chat, greeting).has_value(); }));
    CHECK(isChanged(anna, borisId));
    // It holds up nobody else, marks included.
    const auto fromVera = vera.say(other, QStringLiteral("And I"));
    CHECK(vera.reaches(other, fromVera, MessageState::Delivered));
    CHECK(newBoris.message(chat, greeting)->state == MessageState::Sent);
    CHECK(anna.message(chat, queued)->state == MessageState::Held);
    CHECK_FALSE(newBoris.message(chat, queued));

    const auto accepted = anna.ask<void>(
        [&](auto done) { anna.client().people().acceptIdentity(borisId, false, done); });
    CHECK(accepted.ok() == !wasVerified);
    if (wasVerified) {
        CHECK(accepted.error().code == ClientErrorCode::IdentityChanged);
        CHECK(anna.message(chat, queued)->state == MessageState::Held);
        REQUIRE(anna.done(
            [&](auto done) { anna.client().people().acceptIdentity(borisId, true, done); }));
    }
    CHECK(anna.reaches(chat, queued, MessageState::Delivered));
    CHECK(newBoris.message(chat, queued)->text == QStringLiteral("for the true Boris"));
    CHECK_FALSE(isChanged(anna, borisId));
    CHECK_FALSE(anna.client().people().person(borisId)->wasVerified);
    CHECK(newBoris.reaches(chat, greeting, MessageState::Delivered));
}

TEST_CASE("Nothing is sent to devices of a false identity of one's own", "[core][identity]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    const auto annaId = anna.client().accounts().userId();
    world.server.replaceIdentity(annaId);
    const auto list = world.server.lists(annaId).back();
    protocol::DirectoryPush push;
    push.entry = *decltype(push.entry)::from(crypto::writeDirectoryEntry(
        {3, crypto::directoryLabel(world.server.id(), annaId), crypto::deviceListHash(list)}));
    anna.transport->inject(protocol::encodePush(push));
    REQUIRE(waitUntil([&] { return anna.wasWarned(QStringLiteral("false identity"), true); }));
    const auto sent = std::make_shared<int>(0);
    const auto asked = std::make_shared<int>(0);
    const auto countSent = countRequests<protocol::SendEvent>(sent);
    const auto lists = std::make_shared<int>(0);
    const auto countAsked = countRequests<protocol::GetBundle>(asked);
    const auto countLists = countRequests<protocol::GetDeviceLists>(lists);
    anna.transport->toServer = [&](Bytes frame) {
        return countLists(*countAsked(*countSent(frame)));
    };
    const auto id = anna.say(world.chat, QStringLiteral("for Boris alone"));
    // The outbox has asked for the own list again, in vain.
    REQUIRE(waitUntil([&] { return *lists > 0; }));
    REQUIRE(anna.ask<MessageId>([&](auto done) {
                    anna.client().chats().editText(world.chat, id, QStringLiteral("or not"), done);
                })
                .ok());
    CHECK(*sent == 0);
    CHECK(*asked == 0);
    CHECK(anna.message(world.chat, id)->state == MessageState::Pending);
    CHECK(anna.sees(world.chat, {hello, answer, QStringLiteral("or not")}));
}

TEST_CASE("Two directories are warned of by who reports them", "[core][identity]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    // No mark is on its way any more that would carry a later view.
    REQUIRE(waitUntil([&] { return anna.client().isSettled() && boris.client().isSettled(); }));
    SECTION("one contact: yellow, once a day")
    {
        forkAt(boris, 3);
        TestPerson walter(world.server, QStringLiteral("walter"));
        walter.registerAccount();
        TestPerson vera(world.server, QStringLiteral("vera"));
        vera.registerAccount();
        // A stranger's word is for the log only.
        const auto strange = vera.chatWith(QStringLiteral("boris"));
        vera.say(strange, QStringLiteral("Buy!"));
        REQUIRE(boris.sees(strange, {QStringLiteral("Buy!")}));
        CHECK(boris.warnings.empty());

        anna.say(chat, QStringLiteral("one"));
        REQUIRE(waitUntil([&] { return boris.wasWarned(twoLogs, false); }));
        CHECK(boris.warnings.front().first.contains(QStringLiteral("anna")));
        // Boris's own view goes out with his messages: Anna sees it as well.
        boris.say(chat, QStringLiteral("two"));
        CHECK(waitUntil([&] { return anna.wasWarned(twoLogs, false); }));
        anna.say(chat, QStringLiteral("three"));
        REQUIRE(boris.sees(chat, {hello, answer, QStringLiteral("one"), QStringLiteral("two"),
                                  QStringLiteral("three")}));
        CHECK(boris.warnings.size() == 1);
        boris.clock.shiftMs += 25ull * 3600 * 1000;
        anna.say(chat, QStringLiteral("four"));
        CHECK(waitUntil([&] { return boris.warnings.size() == 2; }));

        // Two different people: red.
        const auto veraId = vera.client().accounts().userId();
        REQUIRE(boris.done([&](auto done) { boris.client().people().accept(veraId, done); }));
        vera.say(strange, QStringLiteral("Hello again"));
        CHECK(waitUntil([&] { return boris.wasWarned(twoLogs, true); }));
    }
    SECTION("a verified contact: red")
    {
        verify(boris, anna.client().accounts().userId());
        forkAt(boris, 3);
        TestPerson vera(world.server, QStringLiteral("vera"));
        vera.registerAccount();
        anna.say(chat, QStringLiteral("one"));
        CHECK(waitUntil([&] { return boris.wasWarned(twoLogs, true); }));
        const auto annaId = anna.client().accounts().userId();
        boris.stop();
        boris.withState([&](LocalState& state, WriteBatch&) {
            REQUIRE(state.account.forks.size() == 1);
            const auto& fork = state.account.forks.front();
            CHECK(fork.reporter == annaId);
            CHECK(fork.seq == 3);
            CHECK(fork.ownSeq == 3);
            CHECK(fork.theirHead != fork.ownHead);
        });
    }
    SECTION("an own device: red")
    {
        TestPerson second(world.server, QStringLiteral("boris"));
        second.join(boris);
        CHECK(waitUntil([&] { return boris.wasWarned(QStringLiteral("new device"), false); }));
        forkAt(boris, 4);
        TestPerson vera(world.server, QStringLiteral("vera"));
        vera.registerAccount();
        second.say(chat, QStringLiteral("from the other one"));
        CHECK(waitUntil([&] { return boris.wasWarned(twoLogs, true); }));
    }
}

TEST_CASE("A withheld directory is warned of after ten minutes", "[core][identity]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    bool withheld = true;
    boris.transport->fromServer = tamperDirectory(
        [&](const crypto::DirectoryEntry& entry) { return !withheld || entry.seq < 3; });
    TestPerson vera(world.server, QStringLiteral("vera"));
    vera.registerAccount();
    anna.say(chat, QStringLiteral("one"));
    REQUIRE(boris.sees(chat, {hello, answer, QStringLiteral("one")}));
    boris.clock.shiftMs += 9ull * 60 * 1000;
    anna.say(chat, QStringLiteral("two"));
    REQUIRE(boris.sees(chat, {hello, answer, QStringLiteral("one"), QStringLiteral("two")}));
    SECTION("the server produces it in time")
    {
        withheld = false;
        // The next message has the client look once more.
        anna.say(chat, QStringLiteral("three"));
        REQUIRE(boris.sees(chat, {hello, answer, QStringLiteral("one"), QStringLiteral("two"),
                                  QStringLiteral("three")}));
        const auto asked = std::make_shared<int>(0);
        boris.transport->toServer = countRequests<protocol::GetDirectory>(asked);
        boris.clock.shiftMs += 20ull * 60 * 1000;
        anna.say(chat, QStringLiteral("four"));
        REQUIRE(boris.sees(chat, {hello, answer, QStringLiteral("one"), QStringLiteral("two"),
                                  QStringLiteral("three"), QStringLiteral("four")}));
        CHECK(boris.warnings.empty());
        CHECK(*asked == 0);
    }
    SECTION("the server does not")
    {
        CHECK(boris.warnings.empty());
        boris.clock.shiftMs += 2ull * 60 * 1000;
        anna.say(chat, QStringLiteral("three"));
        CHECK(waitUntil([&] { return boris.wasWarned(twoLogs, false); }));
    }
}
