#include "server/core/InviteCodes.h"
#include "tests/unit/server/core/Harness.h"

#include <algorithm>

using namespace impulse::tests;
using namespace impulse;

// Requests that are under way together. What is checked before the transaction is checked in it
// again; `held` lets several wait for one commit.

namespace {

struct Held {
    explicit Held(TestServer& testServer) : server(testServer) { server.writer->held = true; }
    void release()
    {
        server.writer->held = false;
        server.flush();
    }
    TestServer& server;
};

} // namespace

TEST_CASE("an event sent again before its answer is stored and pushed once")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    Client second(server);
    second.logIn(anna.person, anna.device());
    const auto event = eventOf(anna, boris, 1);
    const auto other = eventOf(anna, boris, 1);
    Held held(server);
    const auto first = anna.client.send(event);
    const auto again = anna.client.send(event);
    // Another connection of the device, which was taken for dead.
    const auto elsewhere = second.send(event);
    const auto taken = second.send(other);
    held.release();
    CHECK(anna.client.answer<protocol::SendEvent>(first)->seq == 1);
    CHECK(anna.client.answer<protocol::SendEvent>(again)->seq == 1);
    CHECK(second.answer<protocol::SendEvent>(elsewhere)->seq == 1);
    const auto refused = second.answer<protocol::SendEvent>(taken);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::SequenceUsed);
    CHECK(boris.client.take<protocol::EventPush>().size() == 1);
    const auto log = crypto::directConversation(anna.id(), boris.id());
    CHECK(boris.client.good(protocol::FetchEvents{log, 0, 10}).events.size() == 1);
}

TEST_CASE("a block counts for what comes after it, though both are under way")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(eventOf(anna, boris, 1));
    boris.client.forgetPushes();
    Held held(server);
    boris.client.send(protocol::SetContact{anna.id(), ContactState::Blocked});
    const auto event = anna.client.send(eventOf(anna, boris, 2));
    const auto control = anna.client.send(controlOf(anna, boris));
    const auto bundle = anna.client.send(protocol::GetBundle{boris.id(), boris.device().id()});
    held.release();
    CHECK(anna.client.answer<protocol::SendEvent>(event).error().code == ErrorCode::Blocked);
    CHECK(anna.client.answer<protocol::SendControl>(control).error().code == ErrorCode::Blocked);
    CHECK(anna.client.answer<protocol::GetBundle>(bundle).error().code == ErrorCode::Blocked);
    CHECK(boris.client.pushCount() == 0);
    CHECK(boris.client.good(protocol::FetchMailbox{0, 10}).entries.empty());
}

TEST_CASE("two who ask together get different one-time prekeys")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    Member clara(server, "clara");
    const protocol::GetBundle request{anna.id(), anna.device().id()};
    Held held(server);
    const auto one = boris.client.send(request);
    const auto other = clara.client.send(request);
    held.release();
    const auto first = boris.client.answer<protocol::GetBundle>(one);
    const auto second = clara.client.answer<protocol::GetBundle>(other);
    REQUIRE((first && second));
    REQUIRE((first->oneTimePrekey && second->oneTimePrekey));
    CHECK(*first->oneTimePrekey != *second->oneTimePrekey);
}

TEST_CASE("of two who register one name together, or with one invite, one comes in")
{
    auto settings = TestServer::openSettings();
    SECTION("one name")
    {
        TestServer server(settings);
        Person one("anna");
        Person other("anna");
        Client first(server);
        Client second(server);
        first.hello();
        second.hello();
        Held held(server);
        const auto good = first.send(one.registration());
        const auto late = second.send(other.registration());
        held.release();
        CHECK(first.answer<protocol::Register>(good));
        CHECK(second.answer<protocol::Register>(late).error().code == ErrorCode::UsernameTaken);
        // The loser is where he was.
        second.good(protocol::CheckUsername{"boris", {}});
    }
    SECTION("one invite")
    {
        settings.registration = protocol::RegistrationPolicy::Invite;
        TestServer server(settings);
        REQUIRE(server.writeConnection->begin());
        SqlStore store(*server.writeConnection);
        store.invites().insert(
            {inviteHash("only one"), std::nullopt, 1, server.clock.now + 60'000});
        REQUIRE(server.writeConnection->commit());
        Client first(server);
        Client second(server);
        first.hello();
        second.hello();
        const auto registration = [](const char* name) {
            auto request = Person(name).registration();
            request.invite = "only one";
            return request;
        };
        Held held(server);
        const auto good = first.send(registration("anna"));
        const auto late = second.send(registration("boris"));
        held.release();
        CHECK(first.answer<protocol::Register>(good));
        CHECK(second.answer<protocol::Register>(late).error().code == ErrorCode::InviteInvalid);
    }
}

TEST_CASE("what an account sends behind its own deletion is not kept")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    Client pending(server, "192.0.2.7");
    pending.hello();
    pending.good(protocol::PasswordLogin{"anna", anna.person.auth});
    Held held(server);
    anna.client.send(protocol::DeleteAccount{anna.person.auth});
    anna.client.send(eventOf(anna, boris, 1));
    anna.client.send(controlOf(anna, boris));
    anna.client.send(protocol::SetContact{boris.id(), ContactState::Accepted});
    anna.client.send(protocol::PutProfile{profileOf(2, 1)});
    anna.client.send(protocol::UploadPrekeys{{}, Person::oneTimePrekeys(9, 1), false});
    server.writer->held = false;
    server.writer->flush();
    // What follows from it is on its way for a while.
    const auto deliveries = server.bus->take();
    CHECK(std::ranges::none_of(deliveries, [](const std::shared_ptr<const Delivery>& delivery) {
        return std::holds_alternative<EventDelivery>(*delivery);
    }));
    CHECK(boris.client.good(protocol::FetchMailbox{0, 10}).entries.empty());
    CHECK(boris.client.good(protocol::Sync{}).conversations.empty());
    CHECK(server.store->contacts().state(anna.id(), boris.id()) == ContactState::None);
    CHECK_FALSE(server.store->accounts().profile(anna.id()));
    CHECK(server.store->prekeys().oneTimeIds(anna.device().id()).empty());
    // Who had shown the password before gets nothing any more.
    CHECK(pending.code(protocol::GetRootSlot{1}) == ErrorCode::NotFound);
    CHECK(
        pending.code(protocol::ChangePassword{anna.person.auth, anna.person.registration().password,
                                              randomSecret()}) == ErrorCode::Unauthorized);
    protocol::PublishDeviceList list;
    list.deviceList = anna.person.listOf({&anna.device()});
    CHECK(pending.code(list) == ErrorCode::Unauthorized);
    CHECK(pending.code(pending.loginOf(anna.person, anna.device())) == ErrorCode::Unauthorized);
    CHECK_FALSE(pending.connection.closeCode);
    server.chat->deliver(deliveries);
    CHECK(pending.connection.closeCode == CloseCode::Policy);
    CHECK(anna.client.connection.closeCode == CloseCode::Policy);
}
