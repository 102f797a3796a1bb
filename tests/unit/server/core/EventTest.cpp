#include "tests/unit/server/core/Harness.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

constexpr std::uint64_t hourMs = 3'600'000;

protocol::PublishDeviceList publication(Bytes list)
{
    protocol::PublishDeviceList request;
    request.deviceList = std::move(list);
    return request;
}

ConversationId logOf(const Member& one, const Member& other)
{
    return crypto::directConversation(one.id(), other.id());
}

} // namespace

TEST_CASE("an event is numbered, answered after the commit, pushed and fetched")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    boris.client.forgetPushes();
    const auto event = eventOf(anna, boris, 1);
    server.writer->held = true;
    const auto id = anna.client.send(event);
    CHECK_FALSE(anna.client.isAnswered(id));
    CHECK(boris.client.pushCount() == 0);
    server.writer->held = false;
    server.flush();
    const auto accepted = anna.client.answer<protocol::SendEvent>(id);
    REQUIRE(accepted);
    CHECK(accepted->conversationId == logOf(anna, boris));
    CHECK(accepted->seq == 1);
    CHECK(accepted->serverMs == server.clock.now);
    const auto pushes = boris.client.take<protocol::EventPush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].event.seq == 1);
    CHECK(pushes[0].event.aad == event.aad);
    CHECK(pushes[0].event.body == event.body);
    CHECK(pushes[0].event.wrap == event.wraps[0].message);
    CHECK(anna.client.take<protocol::EventPush>().empty());

    CHECK(boris.client.good(eventOf(boris, anna, 1)).seq == 2);
    const auto page = boris.client.good(protocol::FetchEvents{logOf(anna, boris), 0, 10});
    REQUIRE(page.events.size() == 2);
    CHECK(page.firstSeq == 1);
    CHECK(page.lastSeq == 2);
    CHECK(page.events[0].wrap == event.wraps[0].message);
    // One's own event has no wrap for oneself.
    CHECK_FALSE(page.events[1].wrap);
    CHECK(boris.client.good(protocol::FetchEvents{logOf(anna, boris), 1, 1}).events.at(0).seq == 2);
    CHECK(boris.client.good(protocol::FetchEvents{logOf(anna, boris), 2, 1}).events.empty());
    CHECK(boris.client.code(protocol::FetchEvents{logOf(anna, boris), 0, 0}) ==
          ErrorCode::Malformed);
}

TEST_CASE("a log is for its members")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    Member clara(server, "clara");
    anna.client.good(eventOf(anna, boris, 1));
    CHECK(clara.client.code(protocol::FetchEvents{logOf(anna, boris), 0, 1}) ==
          ErrorCode::NotFound);
    CHECK(clara.client.code(protocol::FetchEvents{logOf(clara, boris), 0, 1}) ==
          ErrorCode::NotFound);
    CHECK(clara.client.good(protocol::Sync{}).conversations.empty());
    CHECK(clara.client.take<protocol::EventPush>().empty());
}

TEST_CASE("an event sent again gets its first answer, whatever has changed since")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    const auto event = eventOf(anna, boris, 1);
    server.writer->held = true;
    anna.client.send(event);
    anna.client.disconnect();
    server.writer->held = false;
    server.flush();
    const auto storedMs = server.clock.now;
    boris.client.forgetPushes();

    server.clock.now += 9000;
    Client again(server);
    again.logIn(anna.person, anna.device());
    again.sync();
    SECTION("nothing changed") {}
    SECTION("the roster changed")
    {
        const auto phone = boris.person.makeDevice();
        boris.client.good(publication(boris.person.listOf({&boris.device(), &phone})));
    }
    SECTION("the sender was blocked")
    {
        boris.client.good(protocol::SetContact{anna.id(), ContactState::Blocked});
    }
    SECTION("the other account is gone")
    {
        boris.client.good(protocol::DeleteAccount{boris.person.auth});
    }
    boris.client.forgetPushes();
    for (int i = 0; i < 2; ++i) {
        const auto accepted = again.good(event);
        CHECK(accepted.seq == 1);
        CHECK(accepted.serverMs == storedMs);
    }
    CHECK(boris.client.take<protocol::EventPush>().empty());
    CHECK(again.good(protocol::FetchEvents{logOf(anna, boris), 0, 10}).events.size() == 1);
}

TEST_CASE("a used number with another id, and a number that is too high")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    for (std::uint64_t seq = 1; seq <= 3; ++seq)
        anna.client.good(eventOf(anna, boris, seq));
    auto error = anna.client.refused(eventOf(anna, boris, 2));
    CHECK(error.code == ErrorCode::SequenceUsed);
    CHECK(error.value == 3u);
    error = anna.client.refused(eventOf(anna, boris, 5));
    CHECK(error.code == ErrorCode::OutOfOrder);
    CHECK(error.value == 3u);
    // Each conversation counts for itself.
    Member clara(server, "clara");
    error = anna.client.refused(eventOf(anna, clara, 4));
    CHECK(error.value == 0u);
    CHECK(anna.client.good(eventOf(anna, clara, 1)).seq == 1);
    CHECK(anna.client.good(eventOf(anna, boris, 4)).seq == 4);
}

TEST_CASE("a refused event leaves no hole")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(eventOf(anna, boris, 1));
    auto stale = eventOf(anna, boris, 2);
    stale.roster = 1;
    const auto refusedId = anna.client.send(stale);
    const auto queuedId = anna.client.send(eventOf(anna, boris, 3));
    CHECK(anna.client.answer<protocol::SendEvent>(refusedId).error().code ==
          ErrorCode::StaleRoster);
    CHECK(anna.client.answer<protocol::SendEvent>(queuedId).error().code == ErrorCode::OutOfOrder);
    CHECK(anna.client.good(eventOf(anna, boris, 2)).seq == 2);
    CHECK(anna.client.good(eventOf(anna, boris, 3)).seq == 3);
}

TEST_CASE("an event must be sealed for exactly the devices of now")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    const auto phone = anna.person.makeDevice();
    const auto tablet = boris.person.makeDevice();
    anna.client.good(publication(anna.person.listOf({&anna.device(), &phone})));
    boris.client.good(publication(boris.person.listOf({&boris.device(), &tablet})));
    const std::vector<DeviceId> all{phone.id(), boris.device().id(), tablet.id()};
    const EventParts parts{anna.person, anna.device(), boris.id(), 1, 4};

    auto stale = eventOf(parts, all);
    stale.roster = 3;
    auto error = anna.client.refused(stale);
    CHECK(error.code == ErrorCode::StaleRoster);
    CHECK(error.value == 4u);
    stale.roster = 5;
    CHECK(anna.client.code(stale) == ErrorCode::StaleRoster);

    const auto wrong = [&](const std::vector<DeviceId>& wrapped,
                           const std::vector<DeviceId>& unwrapped) {
        auto event = eventOf(parts, wrapped);
        event.unwrapped = unwrapped;
        return anna.client.code(event);
    };
    CHECK(wrong({}, {}) == ErrorCode::WrongDevices);
    CHECK(wrong({all[0], all[1]}, {}) == ErrorCode::WrongDevices);
    CHECK(wrong({all[0], all[1], all[1]}, {}) == ErrorCode::WrongDevices);
    CHECK(wrong({all[0], all[1], all[2]}, {all[2]}) == ErrorCode::WrongDevices);
    CHECK(wrong({all[0], all[1], all[2], anna.device().id()}, {}) == ErrorCode::WrongDevices);
    CHECK(wrong({all[0], all[1], *DeviceId::from(Bytes(16, 1))}, {}) == ErrorCode::WrongDevices);
    auto event = eventOf(parts, {all[0], all[1]});
    event.unwrapped = {all[2]};
    anna.client.good(event);
}

TEST_CASE("own devices get what another of them sends")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    const auto phone = anna.person.makeDevice();
    anna.client.good(publication(anna.person.listOf({&anna.device(), &phone})));
    Client client(server);
    client.logIn(anna.person, phone);
    client.sync();
    const auto event =
        eventOf({anna.person, anna.device(), boris.id(), 1, 3}, {phone.id(), boris.device().id()});
    anna.client.good(event);
    const auto pushes = client.take<protocol::EventPush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].event.wrap == event.wraps[0].message);
    CHECK(boris.client.take<protocol::EventPush>().at(0).event.wrap == event.wraps[1].message);
    // Each device counts its own events.
    client.good(
        eventOf({anna.person, phone, boris.id(), 1, 3}, {anna.device().id(), boris.device().id()}));
}

TEST_CASE("notes to self")
{
    TestServer server;
    Member anna(server, "anna");
    const EventParts parts{anna.person, anna.device(), anna.id(), 1, 1};
    CHECK(anna.client.good(eventOf(parts, {})).seq == 1);
    const auto heads = anna.client.good(protocol::Sync{}).conversations;
    REQUIRE(heads.size() == 1);
    CHECK(heads[0].peer == anna.id());
    CHECK(anna.client.good(protocol::GetContacts{}).contacts.empty());
}

TEST_CASE("an event must be the sender's own and of the right kind")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    auto event = eventOf(anna, boris, 1);
    event.aad = aadOf({boris.person, boris.device(), anna.id()}, randomMessageId());
    CHECK(anna.client.code(event) == ErrorCode::Forbidden);
    // One's own name with another's device.
    event.aad = aadOf({anna.person, boris.device(), boris.id()}, randomMessageId());
    CHECK(anna.client.code(event) == ErrorCode::Forbidden);
    event = eventOf(anna, boris, 1);
    event.aad[5] ^= 1;
    CHECK(anna.client.code(event) == ErrorCode::Malformed);
    event = eventOf(anna, boris, 1);
    event.aad = controlOf(anna, boris).aad;
    CHECK(anna.client.code(event) == ErrorCode::Malformed);
    event.aad = typingOf(anna, boris).aad;
    CHECK(anna.client.code(event) == ErrorCode::Malformed);
    event = eventOf(anna, boris, 1);
    event.body.clear();
    CHECK(anna.client.code(event) == ErrorCode::Malformed);
    Person nobody("nobody");
    CHECK(anna.client.code(eventOf({anna.person, anna.device(), nobody.userId, 1, 2}, {})) ==
          ErrorCode::NotFound);
}

TEST_CASE("delete for everyone erases what the asker wrote, and nothing else")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(eventOf(anna, boris, 1));
    boris.client.good(eventOf(boris, anna, 1));
    anna.client.good(eventOf(anna, boris, 2));
    boris.client.forgetPushes();

    auto event = eventOf(anna, boris, 3);
    event.erase = {1, 2};
    CHECK(anna.client.code(event) == ErrorCode::Forbidden);
    event.erase = {99};
    CHECK(anna.client.code(event) == ErrorCode::Forbidden);
    event.erase = {4};
    CHECK(anna.client.code(event) == ErrorCode::Forbidden);
    CHECK(boris.client.pushCount() == 0);
    event.erase = {1, 3};
    CHECK(anna.client.good(event).seq == 4);
    const auto pushes = boris.client.take<protocol::ErasedPush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].conversationId == logOf(anna, boris));
    CHECK(pushes[0].seqs == std::vector<std::uint64_t>{1, 3});
    const auto events = boris.client.good(protocol::FetchEvents{logOf(anna, boris), 0, 10}).events;
    REQUIRE(events.size() == 4);
    for (const std::size_t i : {0u, 2u}) {
        CHECK(events[i].aad.size() == 115);
        CHECK_FALSE(events[i].body);
        CHECK_FALSE(events[i].wrap);
    }
    CHECK(events[1].body);
    CHECK(events[3].body);
    // Erasing again is no error: an edit may be a tombstone already.
    auto repeated = eventOf(anna, boris, 4);
    repeated.erase = {1};
    anna.client.good(repeated);
}

TEST_CASE("an event with an hour of expiry is erased then")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    auto event = eventOf(anna, boris, 1);
    event.expiresHour = server.clock.now / hourMs + 2;
    anna.client.good(event);
    anna.client.good(eventOf(anna, boris, 2));
    boris.client.forgetPushes();
    const auto tick = [&] {
        server.chat->tick();
        server.flush();
    };
    const auto bodies = [&] {
        int count = 0;
        for (const auto& stored :
             boris.client.good(protocol::FetchEvents{logOf(anna, boris), 0, 10}).events)
            count += stored.body.has_value();
        return count;
    };
    server.clock.now += hourMs;
    tick();
    CHECK(bodies() == 2);
    server.clock.now += hourMs;
    tick();
    CHECK(bodies() == 1);
    CHECK(boris.client.take<protocol::ErasedPush>().at(0).seqs == std::vector<std::uint64_t>{1});
    CHECK(anna.client.take<protocol::ErasedPush>().size() == 1);
}

TEST_CASE("writing to somebody accepts him")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(eventOf(anna, boris, 1));
    const auto contacts = anna.client.good(protocol::GetContacts{}).contacts;
    REQUIRE(contacts.size() == 1);
    CHECK(contacts[0].state == ContactState::Accepted);
    CHECK(boris.client.good(protocol::GetContacts{}).contacts.empty());
    // Boris sees Anna now, and Anna not him.
    CHECK(boris.client.take<protocol::PresencePush>().at(0).presence.online);
    CHECK(anna.client.take<protocol::PresencePush>().empty());
    CHECK(anna.client.take<protocol::ContactPush>().at(0).contact.userId == boris.id());
}

TEST_CASE("sync names what is new, in pages, and begins the pushes")
{
    TestServer server;
    Member anna(server, "anna");
    std::vector<std::unique_ptr<Member>> others;
    for (int i = 0; i < 3; ++i) {
        others.push_back(std::make_unique<Member>(server, "other" + std::to_string(i)));
        others.back()->client.good(eventOf(*others.back(), anna, 1));
    }
    anna.client.good(eventOf(anna, *others[0], 1));
    Client client(server);
    client.logIn(anna.person, anna.device());
    others[1]->client.good(eventOf(*others[1], anna, 2));
    CHECK(client.pushCount() == 0);
    const auto all = client.good(protocol::Sync{});
    REQUIRE(all.conversations.size() == 3);
    CHECK_FALSE(all.more);
    CHECK(all.directorySeq == 4);
    CHECK(all.mailboxLast == 0);
    for (const auto& head : all.conversations) {
        const bool two = head.peer == others[0]->id() || head.peer == others[1]->id();
        CHECK(head.lastSeq == (two ? 2 : 1));
    }
    others[1]->client.good(eventOf(*others[1], anna, 3));
    CHECK(client.take<protocol::EventPush>().size() == 1);

    protocol::Sync request;
    for (const auto& head : client.good(protocol::Sync{}).conversations)
        request.positions.push_back({head.conversationId, head.lastSeq});
    CHECK(client.good(request).conversations.empty());
    request.positions[1].seq = 0;
    CHECK(client.good(request).conversations.size() == 1);
    request.after = request.positions[1].conversationId;
    CHECK(client.good(request).conversations.empty());
    std::swap(request.positions[0], request.positions[1]);
    CHECK(client.code(request) == ErrorCode::Malformed);
}

TEST_CASE("a slow reader is spared pushes and hears of the gap when it has read")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(eventOf(anna, boris, 1));
    boris.client.forgetPushes();
    boris.client.connection.queued = (2u << 20) + 1;
    anna.client.good(eventOf(anna, boris, 2));
    anna.client.good(eventOf(anna, boris, 3));
    anna.client.good(controlOf(anna, boris));
    anna.client.good(controlOf(anna, boris));
    anna.client.good(publication(anna.person.listOf({&anna.device()})));
    server.chat->tick();
    CHECK(boris.client.pushCount() == 0);
    boris.client.connection.queued = 0;
    server.chat->tick();
    const auto events = boris.client.take<protocol::EventPush>();
    REQUIRE(events.size() == 1);
    CHECK(events[0].event.seq == 3);
    CHECK(events[0].event.wrap);
    const auto entries = boris.client.take<protocol::MailboxPush>();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].entry.number == 2);
    CHECK(boris.client.take<protocol::DirectoryPush>().at(0).entry.view()[7] == 3);
    server.chat->tick();
    CHECK(boris.client.pushCount() == 0);
    // One that reads nothing at all is closed.
    boris.client.connection.queued = (16u << 20) + 1;
    boris.client.send(protocol::GetContacts{});
    CHECK(boris.client.connection.closeCode);
    server.flush();
}
