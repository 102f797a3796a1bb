#include "client/e2ee/Profile.h"
#include "common/crypto/ProfileHead.h"
#include "tests/unit/client/coreTamper.h"

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

QString shownName(TestPerson& viewer, const UserId& id)
{
    const auto person = viewer.client().people().person(id);
    return person ? person->displayName : QString();
}

void rename(TestPerson& person, const QString& name)
{
    REQUIRE(person.done([&](auto done) {
        person.client().people().setOwnProfile({name, QString(), QString()}, done);
    }));
}

void block(TestPerson& person, const UserId& whom)
{
    REQUIRE(person.done([&](auto done) { person.client().people().block(whom, done); }));
}

/// What the server keeps.
Bytes storedProfile(TestServer& server, const UserId& user)
{
    Bytes blob;
    server.write([&](server::Store& store) { blob = *store.accounts().profile(user); });
    return blob;
}

/// Every profile key of `owner` that is on the viewer's disk opens this, or none does. Ends the
/// viewer's program.
bool opensFor(TestPerson& viewer, const UserId& owner, const Bytes& blob)
{
    bool opens = false;
    viewer.stop();
    viewer.withState([&](LocalState& state, WriteBatch&) {
        const auto* contact = state.contact(owner);
        REQUIRE(contact);
        for (const auto* key : {&contact->profileKey, &contact->nextProfileKey}) {
            if (*key && e2ee::openProfile(fromWire<e2ee::ProfileKey>(**key), owner, blob, 0).ok())
                opens = true;
        }
    });
    return opens;
}

} // namespace

TEST_CASE("Whose request was accepted sees the profile, without waiting for a message",
          "[core][profile]")
{
    World world;
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto annaId = anna.client().accounts().userId();
    const auto borisId = boris.client().accounts().userId();
    const auto chat = anna.chatWith(QStringLiteral("boris"));
    anna.say(chat, hello);
    REQUIRE(boris.sees(chat, {hello}));
    CHECK(shownName(anna, borisId).isEmpty());
    REQUIRE(boris.done([&](auto done) { boris.client().people().accept(annaId, done); }));
    CHECK(waitUntil([&] { return shownName(anna, borisId) == QStringLiteral("boris Shown"); }));
}

TEST_CASE("Who was blocked cannot read later profiles, not even with the server's help",
          "[core][profile]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto annaId = anna.client().accounts().userId();
    const auto borisId = boris.client().accounts().userId();
    TestPerson vera(world.server, QStringLiteral("vera"));
    vera.registerAccount();
    const auto other = boris.chatWith(QStringLiteral("vera"));
    boris.say(other, hello);
    REQUIRE(vera.sees(other, {hello}));
    vera.say(other, answer);
    REQUIRE(boris.sees(other, {hello, answer}));
    REQUIRE(waitUntil([&] { return shownName(anna, borisId) == QStringLiteral("boris Shown"); }));
    const auto before = storedProfile(world.server, borisId);

    SECTION("online")
    {
        block(boris, annaId);
    }
    SECTION("while the server cannot be reached, and the program ends before it can")
    {
        boris.transport->reachable = false;
        boris.transport->cut();
        block(boris, annaId);
        boris.restart();
    }
    REQUIRE(waitUntil([&] { return storedProfile(world.server, borisId) != before; }, 20'000));
    rename(boris, QStringLiteral("Boris, hidden"));
    CHECK(waitUntil([&] { return shownName(vera, borisId) == QStringLiteral("Boris, hidden"); }));
    const auto after = storedProfile(world.server, borisId);
    CHECK(opensFor(anna, borisId, before));
    CHECK_FALSE(opensFor(anna, borisId, after));
    CHECK(opensFor(vera, borisId, after));

    // Who is let in again is told the new key.
    anna.start();
    anna.unlock();
    REQUIRE(anna.online());
    REQUIRE(boris.done([&](auto done) { boris.client().people().unblock(annaId, done); }));
    // Written before the server knows that.
    const auto id = boris.say(world.chat, QStringLiteral("All is well"));
    CHECK(boris.reaches(world.chat, id, MessageState::Delivered));
    CHECK(waitUntil([&] { return shownName(anna, borisId) == QStringLiteral("Boris, hidden"); }));
}

TEST_CASE("A new profile key whose upload was not answered is made again", "[core][profile]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto borisId = boris.client().accounts().userId();
    TestPerson vera(world.server, QStringLiteral("vera"));
    vera.registerAccount();
    const auto strange = vera.chatWith(QStringLiteral("boris"));
    vera.say(strange, QStringLiteral("Buy!"));
    REQUIRE(boris.sees(strange, {QStringLiteral("Buy!")}));
    const auto veraId = vera.client().accounts().userId();
    REQUIRE(boris.done([&](auto done) { boris.client().people().accept(veraId, done); }));
    // The line breaks when the answer is due.
    bool sent = false;
    boris.transport->toServer = [&](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeRequest(frame);
        if (!sent && decoded.ok() &&
            std::holds_alternative<protocol::PutProfile>(decoded->request)) {
            sent = true;
            boris.transport->fromServer = [](const Bytes&) { return std::nullopt; };
        }
        return frame;
    };
    const auto before = storedProfile(world.server, borisId);
    block(boris, veraId);
    REQUIRE(waitUntil([&] { return storedProfile(world.server, borisId) != before; }, 20'000));
    boris.transport->fromServer = {};
    boris.transport->cut();
    REQUIRE(boris.online());
    rename(boris, QStringLiteral("Boris again"));
    CHECK(waitUntil([&] { return shownName(anna, borisId) == QStringLiteral("Boris again"); }));
}

TEST_CASE("Two own devices that change the profile at the same time agree", "[core][profile]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto annaId = anna.client().accounts().userId();
    TestPerson second(world.server, QStringLiteral("anna"));
    second.join(anna);
    const auto ownName = [](TestPerson& person) {
        return person.client().people().ownProfile().displayName;
    };
    REQUIRE(waitUntil([&] { return ownName(second) == QStringLiteral("anna Shown"); }));
    const auto offline = [](TestPerson& person) {
        person.transport->reachable = false;
        person.transport->cut();
    };
    const auto back = [](TestPerson& person) {
        person.transport->reachable = true;
        person.client().connection().retryNow();
        REQUIRE(person.online());
    };
    offline(anna);
    offline(second);
    rename(anna, QStringLiteral("One"));
    rename(second, QStringLiteral("Two"));

    SECTION("texts alone: the later one stays")
    {
        back(anna);
        REQUIRE(waitUntil([&] { return shownName(boris, annaId) == QStringLiteral("One"); }));
        back(second);
    }
    SECTION("with a new key on one side")
    {
        TestPerson vera(world.server, QStringLiteral("vera"));
        vera.registerAccount();
        back(anna);
        const auto other = anna.chatWith(QStringLiteral("vera"));
        anna.say(other, hello);
        block(anna, vera.client().accounts().userId());
        REQUIRE(waitUntil([&] { return anna.client().isSettled(); }));
        back(second);
    }
    CHECK(waitUntil([&] { return shownName(boris, annaId) == QStringLiteral("Two"); }));
    CHECK(waitUntil([&] { return ownName(anna) == QStringLiteral("Two"); }));
    // And whoever writes, the key that goes with it is the one that opens the profile.
    rename(anna, QStringLiteral("Three"));
    CHECK(waitUntil([&] { return ownName(second) == QStringLiteral("Three"); }));
    second.say(world.chat, QStringLiteral("from the second"));
    REQUIRE(boris.sees(world.chat, {hello, answer, QStringLiteral("from the second")}));
    CHECK(waitUntil([&] { return shownName(boris, annaId) == QStringLiteral("Three"); }));
    CHECK(opensFor(boris, annaId, storedProfile(world.server, annaId)));
}

TEST_CASE("A server that names an absurd profile version does not use the versions up",
          "[core][profile][hostile]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto annaId = anna.client().accounts().userId();
    const auto lies = std::make_shared<int>(0);
    anna.transport->fromServer = [lies](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeServerFrame(frame);
        const auto* head = decoded.ok() ? std::get_if<protocol::AnswerFrame>(&*decoded) : nullptr;
        if (!head || head->kind != protocol::kindOf<protocol::GetProfile> + protocol::answerOffset)
            return frame;
        auto profile = *protocol::decodeAnswer<protocol::GetProfile>(frame);
        std::fill_n(profile.profile.begin() + 1, 4, std::uint8_t{0xff});
        ++*lies;
        return protocol::encodeAnswer<protocol::GetProfile>(head->id, profile);
    };
    rename(anna, QStringLiteral("Anna, lied to"));
    REQUIRE(waitUntil([&] { return *lies > 0 && anna.client().isSettled(); }));
    anna.transport->fromServer = {};
    rename(anna, QStringLiteral("Anna, true"));
    CHECK(waitUntil([&] { return shownName(boris, annaId) == QStringLiteral("Anna, true"); }));
    CHECK(*crypto::profileVersion(storedProfile(world.server, annaId)) < 100);
}

TEST_CASE("A lock-out takes the profile away from the lost device", "[core][profile]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto annaId = anna.client().accounts().userId();
    TestPerson second(world.server, QStringLiteral("anna"));
    second.join(anna);
    REQUIRE(waitUntil([&] {
        return second.client().people().ownProfile().displayName == QStringLiteral("anna Shown");
    }));
    const auto lost = second.client().accounts().deviceId();
    second.stop();
    std::optional<e2ee::ProfileKey> oldKey;
    second.withState([&](LocalState& state, WriteBatch&) {
        oldKey = fromWire<e2ee::ProfileKey>(state.account.profileKey);
    });
    const auto before = storedProfile(world.server, annaId);
    REQUIRE(e2ee::openProfile(*oldKey, annaId, before, 0).ok());

    TestPerson third(world.server, QStringLiteral("anna"));
    CHECK(third.join(anna, {lost}).lockedOut);
    REQUIRE(waitUntil([&] { return storedProfile(world.server, annaId) != before; }, 20'000));
    const auto after = storedProfile(world.server, annaId);
    CHECK(e2ee::openProfile(*oldKey, annaId, after, 0).error() == crypto::CryptoError::AuthFailed);
    rename(anna, QStringLiteral("Anna after"));
    CHECK(waitUntil([&] { return shownName(boris, annaId) == QStringLiteral("Anna after"); }));
    CHECK(waitUntil([&] {
        return third.client().people().ownProfile().displayName == QStringLiteral("Anna after");
    }));
    CHECK(e2ee::openProfile(*oldKey, annaId, storedProfile(world.server, annaId), 0).error() ==
          crypto::CryptoError::AuthFailed);
}
