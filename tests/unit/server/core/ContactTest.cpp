#include "tests/unit/server/core/Harness.h"

using namespace impulse::tests;
using namespace impulse;

TEST_CASE("people are found by exact name, within a limit")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    CHECK(anna.client.good(protocol::ResolveUsername{"boris"}).userId == boris.id());
    CHECK(anna.client.code(protocol::ResolveUsername{"bori"}) == ErrorCode::NotFound);
    for (int i = 2; i < 100; ++i)
        CHECK(anna.client.code(protocol::ResolveUsername{"nobody"}) == ErrorCode::NotFound);
    CHECK(anna.client.code(protocol::ResolveUsername{"boris"}) == ErrorCode::RateLimited);
    const auto users =
        anna.client.good(protocol::GetUsers{{boris.id(), *UserId::from(Bytes(16, 1)), anna.id()}});
    REQUIRE(users.users.size() == 2);
    CHECK(users.users[0].username == "boris");
}

TEST_CASE("contacts are kept, and other devices hear of them")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    Client second(server);
    second.logIn(anna.person, anna.device());
    second.sync();
    anna.client.good(protocol::SetContact{boris.id(), ContactState::Accepted});
    const auto pushes = second.take<protocol::ContactPush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].contact.userId == boris.id());
    CHECK(pushes[0].contact.username == "boris");
    CHECK(pushes[0].contact.state == ContactState::Accepted);
    CHECK(anna.client.take<protocol::ContactPush>().empty());
    const auto contacts = anna.client.good(protocol::GetContacts{});
    REQUIRE(contacts.contacts.size() == 1);
    CHECK(contacts.contacts[0].username == "boris");
    CHECK_FALSE(contacts.more);
    CHECK(anna.client.good(protocol::GetContacts{boris.id()}).contacts.empty());
    anna.client.good(protocol::SetContact{boris.id(), ContactState::None});
    CHECK(anna.client.good(protocol::GetContacts{}).contacts.empty());
    CHECK(anna.client.code(protocol::SetContact{anna.id(), ContactState::Blocked}) ==
          ErrorCode::Forbidden);
    CHECK(anna.client.code(protocol::SetContact{*UserId::from(Bytes(16, 1)),
                                                ContactState::Blocked}) == ErrorCode::NotFound);
}

TEST_CASE("presence and last seen go to accepted contacts only")
{
    TestServer server;
    Member boris(server, "boris");
    Member anna(server, "anna");
    // Boris wrote first: that accepts Anna, but Anna has not accepted Boris.
    boris.client.good(eventOf(boris, anna, 1));
    const auto ask = [&] { return boris.client.good(protocol::GetPresence{{anna.id()}}).people; };
    CHECK(ask().empty());
    anna.client.disconnect();
    CHECK(boris.client.take<protocol::PresencePush>().empty());

    Client again(server);
    again.logIn(anna.person, anna.device());
    again.sync();
    CHECK(boris.client.take<protocol::PresencePush>().empty());
    again.good(protocol::SetContact{boris.id(), ContactState::Accepted});
    auto pushes = boris.client.take<protocol::PresencePush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].presence.online);
    REQUIRE(ask().size() == 1);
    CHECK(ask()[0].online);
    server.clock.now += 5000;
    again.disconnect();
    pushes = boris.client.take<protocol::PresencePush>();
    REQUIRE(pushes.size() == 1);
    CHECK_FALSE(pushes[0].presence.online);
    CHECK(pushes[0].presence.lastSeenMs == server.clock.now);
    CHECK(ask()[0].lastSeenMs == server.clock.now);

    Client third(server);
    third.logIn(anna.person, anna.device());
    third.sync();
    boris.client.forgetPushes();
    third.good(protocol::SetContact{boris.id(), ContactState::Blocked});
    pushes = boris.client.take<protocol::PresencePush>();
    REQUIRE(pushes.size() == 1);
    CHECK_FALSE(pushes[0].presence.online);
    CHECK(pushes[0].presence.lastSeenMs == 0);
    CHECK(ask().empty());
}

TEST_CASE("a second connection does not change presence, the last to go does")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(protocol::SetContact{boris.id(), ContactState::Accepted});
    boris.client.forgetPushes();
    {
        Client second(server);
        second.logIn(anna.person, anna.device());
    }
    CHECK(boris.client.take<protocol::PresencePush>().empty());
    anna.client.disconnect();
    CHECK(boris.client.take<protocol::PresencePush>().size() == 1);
}

TEST_CASE("last seen can be hidden")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(protocol::SetContact{boris.id(), ContactState::Accepted});
    anna.client.good(protocol::SetPrivacy{false});
    boris.client.forgetPushes();
    anna.client.disconnect();
    const auto pushes = boris.client.take<protocol::PresencePush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].presence.lastSeenMs == 0);
    CHECK(boris.client.good(protocol::GetPresence{{anna.id()}}).people.at(0).lastSeenMs == 0);
}

TEST_CASE("a profile is for oneself and for accepted contacts")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    CHECK(boris.client.code(protocol::GetProfile{anna.id()}) == ErrorCode::NotFound);
    CHECK(boris.client.code(protocol::GetProfile{*UserId::from(Bytes(16, 1))}) ==
          ErrorCode::NotFound);
    anna.client.good(protocol::SetContact{boris.id(), ContactState::Accepted});
    CHECK(boris.client.good(protocol::GetProfile{anna.id()}).profile == profileOf(1, 0x50));
    Client second(server);
    second.logIn(anna.person, anna.device());
    second.sync();
    anna.client.good(protocol::PutProfile{profileOf(2, 0x60)});
    CHECK(boris.client.take<protocol::ProfilePush>().at(0).userId == anna.id());
    CHECK(second.take<protocol::ProfilePush>().size() == 1);
    CHECK(anna.client.take<protocol::ProfilePush>().empty());
    CHECK(boris.client.good(protocol::GetProfile{anna.id()}).profile == profileOf(2, 0x60));
    boris.client.good(protocol::PutProfile{profileOf(2, 0x61)});
    CHECK(anna.client.take<protocol::ProfilePush>().empty());
    for (const auto& broken : {Bytes(), Bytes(4, 1), Bytes(310, 2)})
        CHECK(anna.client.code(protocol::PutProfile{broken}) == ErrorCode::Malformed);
}

TEST_CASE("of two profiles that are put at the same time, the first stays until the other is newer")
{
    TestServer server;
    Member anna(server, "anna");
    Client second(server);
    second.logIn(anna.person, anna.device());
    second.sync();
    anna.client.good(protocol::PutProfile{profileOf(2, 0x60)});
    for (const std::uint32_t version : {0u, 1u, 2u}) {
        const auto refused = second.refused(protocol::PutProfile{profileOf(version, 0x61)});
        CHECK(refused.code == ErrorCode::ProfileConflict);
        CHECK(refused.value == 2);
    }
    CHECK(second.good(protocol::GetProfile{anna.id()}).profile == profileOf(2, 0x60));
    second.good(protocol::PutProfile{profileOf(4, 0x61)});
    CHECK(anna.client.code(protocol::PutProfile{profileOf(3, 0x60)}) == ErrorCode::ProfileConflict);
    CHECK(anna.client.good(protocol::GetProfile{anna.id()}).profile == profileOf(4, 0x61));
}

TEST_CASE("who is blocked can do nothing")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    boris.client.good(eventOf(boris, anna, 1));
    anna.client.good(protocol::SetContact{boris.id(), ContactState::Blocked});
    anna.client.forgetPushes();
    CHECK(boris.client.code(eventOf(boris, anna, 2)) == ErrorCode::Blocked);
    CHECK(boris.client.code(controlOf(boris, anna)) == ErrorCode::Blocked);
    CHECK(boris.client.code(typingOf(boris, anna)) == ErrorCode::Blocked);
    CHECK(boris.client.code(protocol::GetProfile{anna.id()}) == ErrorCode::NotFound);
    CHECK(anna.client.pushCount() == 0);
    // No sign of him reaches her, whatever he does.
    boris.client.good(protocol::SetContact{anna.id(), ContactState::None});
    boris.client.good(protocol::SetContact{anna.id(), ContactState::Accepted});
    boris.client.good(protocol::PutProfile{profileOf(2, 0x61)});
    boris.client.good(protocol::SetPrivacy{false});
    Client elsewhere(server);
    elsewhere.logIn(boris.person, boris.device());
    boris.client.disconnect();
    elsewhere.disconnect();
    CHECK(anna.client.pushCount() == 0);
    boris.client.reconnect();
    boris.client.logIn(boris.person, boris.device());
    CHECK(anna.client.pushCount() == 0);
    // The blocker has to unblock before he writes.
    CHECK(anna.client.code(eventOf(anna, boris, 1)) == ErrorCode::Forbidden);
    CHECK(anna.client.code(controlOf(anna, boris)) == ErrorCode::Forbidden);
    anna.client.good(protocol::SetContact{boris.id(), ContactState::None});
    boris.client.good(eventOf(boris, anna, 2));
}

TEST_CASE("changes that are pushed to others are limited, and made once")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(protocol::SetContact{boris.id(), ContactState::Accepted});
    boris.client.forgetPushes();
    anna.client.good(protocol::SetPrivacy{true});
    CHECK(boris.client.pushCount() == 0);
    anna.client.good(protocol::SetPrivacy{false});
    CHECK(boris.client.take<protocol::PresencePush>().size() == 1);
    for (int i = 2; i < 100; ++i)
        anna.client.good(protocol::SetPrivacy{false});
    CHECK(anna.client.code(protocol::SetPrivacy{true}) == ErrorCode::RateLimited);
    CHECK(anna.client.code(protocol::PutProfile{profileOf(2, 1)}) == ErrorCode::RateLimited);
    for (int i = 1; i < 1000; ++i)
        anna.client.good(protocol::SetContact{boris.id(), ContactState::Accepted});
    CHECK(anna.client.code(protocol::SetContact{boris.id(), ContactState::None}) ==
          ErrorCode::RateLimited);
    CHECK(boris.client.pushCount() == 0);
    boris.client.good(protocol::SetContact{anna.id(), ContactState::Accepted});
}
