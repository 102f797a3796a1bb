#include "tests/unit/server/core/GroupHarness.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

constexpr std::uint64_t hourMs = 3'600'000;

struct Group {
    Group() { forgetPushes(); }

    void forgetPushes()
    {
        for (auto* member : {&anna, &boris, &clara})
            member->client.forgetPushes();
    }

    TestServer server;
    Member anna{server, "anna"};
    Member boris{server, "boris"};
    Member clara{server, "clara"};
    TestGroup group{server, {&anna, &boris, &clara}};
};

} // namespace

TEST_CASE_METHOD(Group, "an event of a group reaches every member, signed, and is fetched as sent")
{
    const auto device = linkDevice(anna);
    Client second(server);
    second.logIn(anna.person, device);
    second.sync();
    const auto event = group.event(anna, 1);
    const auto accepted = anna.client.good(event);
    CHECK(accepted.conversationId == group.id());
    CHECK(accepted.seq == 2);
    CHECK(anna.client.take<protocol::EventPush>().empty());
    const auto isEvent = [&](const protocol::LogEvent& read) {
        CHECK(read.seq == 2);
        CHECK(read.serverMs == accepted.serverMs);
        CHECK(read.aad == event.aad);
        CHECK(read.body == event.body);
        CHECK(read.sig == event.sig);
        CHECK_FALSE(read.wrap);
        CHECK_FALSE(read.state);
    };
    for (auto* client : {&boris.client, &clara.client, &second}) {
        const auto pushes = client->take<protocol::EventPush>();
        REQUIRE(pushes.size() == 1);
        isEvent(pushes[0].event);
    }
    const auto page = clara.client.good(protocol::FetchEvents{group.id(), 1, 10});
    REQUIRE(page.events.size() == 1);
    isEvent(page.events[0]);
    CHECK(page.lastSeq == 2);
    CHECK(boris.client.good(protocol::Sync{{{group.id(), 1}}, {}}).groups.at(0).lastSeq == 2);

    // Only what a group's event has.
    auto bad = group.event(anna, 2);
    bad.sig.reset();
    CHECK(anna.client.code(bad) == ErrorCode::Malformed);
    bad = group.event(anna, 2);
    bad.wraps.push_back({boris.device().id(), Bytes(235, 1)});
    CHECK(anna.client.code(bad) == ErrorCode::Malformed);
    bad = group.event(anna, 2);
    bad.aad = *crypto::writeAad(group.aad(boris, 2));
    CHECK(anna.client.code(bad) == ErrorCode::Forbidden);
    auto direct = eventOf(anna, boris, 1);
    direct.sig = event.sig;
    CHECK(anna.client.code(direct) == ErrorCode::Malformed);
}

TEST_CASE_METHOD(Group, "an event that was taken is answered again whatever has changed since")
{
    const auto event = group.event(boris, 1);
    const auto first = boris.client.good(event);
    const auto stale = group.event(boris, 2);
    group.put(anna, removing(boris));
    forgetPushes();
    server.clock.now += 1000;
    const auto again = boris.client.good(event);
    CHECK(again.seq == first.seq);
    CHECK(again.serverMs == first.serverMs);
    CHECK(anna.client.pushCount() == 0);
    CHECK(boris.client.code(stale) == ErrorCode::NotFound);
    const auto used = boris.client.refused(group.event(boris, 1));
    CHECK(used.code == ErrorCode::SequenceUsed);
    CHECK(used.value == 1u);
    CHECK(boris.client.code(group.event(boris, 3)) == ErrorCode::OutOfOrder);
}

TEST_CASE_METHOD(Group, "an event names the present state and the devices of its members")
{
    const auto oldState = group.event(anna, 1);
    group.put(anna, removing(clara));
    const auto refused = anna.client.refused(oldState);
    CHECK(refused.code == ErrorCode::StaleEpoch);
    CHECK(refused.value == 1u);
    auto otherState = group.aad(anna, 1);
    otherState.group->stateHash = {};
    auto fork = group.event(anna, 1);
    fork.aad = *crypto::writeAad(otherState);
    CHECK(anna.client.code(fork) == ErrorCode::StaleEpoch);

    // A member's new device: everybody has to give it his keys.
    const auto oldRoster = group.event(anna, 1);
    const auto before = group.roster();
    const auto device = linkDevice(boris);
    const auto stale = anna.client.refused(oldRoster);
    CHECK(stale.code == ErrorCode::StaleRoster);
    CHECK(stale.value == before + 1);
    CHECK(group.roster() == before + 1);
    CHECK(anna.client.good(group.event(anna, 1)).seq == 3);
    Client second(server);
    second.logIn(boris.person, device);
    second.sync();
    anna.client.good(group.event(anna, 2));
    CHECK(second.take<protocol::EventPush>().size() == 1);
    // Devices of others change nothing.
    const auto next = group.event(anna, 3);
    linkDevice(clara);
    CHECK(anna.client.good(next).seq == 5);
}

TEST_CASE_METHOD(Group, "under policy flag 4 only admins send")
{
    group.put(anna,
              [](crypto::GroupState& state) { state.policy = crypto::GroupState::onlyAdminsSend; });
    CHECK(boris.client.code(group.event(boris, 1)) == ErrorCode::Forbidden);
    CHECK(anna.client.good(group.event(anna, 1)).seq == 3);
}

TEST_CASE_METHOD(Group, "chain keys are stored with the event that needs them, or not at all")
{
    auto event = group.event(anna, 1);
    event.controls = {group.control(anna, {boris.device().id(), clara.device().id()})};
    const auto mail = [](Member& member) {
        return member.client.good(protocol::FetchMailbox{0, 10}).entries;
    };
    // Refused for another reason, or for a device that is no reader: no mail.
    auto stale = event;
    stale.roster = 0;
    CHECK(anna.client.code(stale) == ErrorCode::StaleRoster);
    auto foreign = event;
    foreign.controls->push_back(group.control(anna, {crypto::random<DeviceId>(server.rng)}));
    CHECK(anna.client.code(foreign) == ErrorCode::WrongDevices);
    foreign.controls->back() = group.control(anna, {anna.device().id()});
    CHECK(anna.client.code(foreign) == ErrorCode::WrongDevices);
    foreign.controls->back() = group.control(boris, {clara.device().id()});
    CHECK(anna.client.code(foreign) == ErrorCode::Forbidden);
    foreign.controls->back().aad = controlOf(anna, boris).aad;
    CHECK(anna.client.code(foreign) == ErrorCode::Malformed);
    CHECK(mail(boris).empty());
    CHECK(boris.client.pushCount() == 0);

    CHECK(anna.client.good(event).seq == 2);
    CHECK(boris.client.take<protocol::MailboxPush>().size() == 1);
    const auto entries = mail(clara);
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].aad == event.controls->front().aad);
    CHECK(entries[0].wrap == event.controls->front().wraps[1].message);
    // Sent again it was stored before.
    CHECK(anna.client.good(event).seq == 2);
    CHECK(mail(clara).size() == 1);
    // In a direct chat there is no such thing.
    auto direct = eventOf(anna, boris, 1);
    direct.controls.emplace();
    CHECK(anna.client.code(direct) == ErrorCode::Malformed);
}

TEST_CASE_METHOD(Group, "envelopes about a group go from members to members' devices")
{
    const auto control = [&](const Member& from, const std::vector<DeviceId>& readers) {
        auto parts = group.control(from, readers);
        return protocol::SendControl{parts.aad, parts.body, parts.wraps};
    };
    anna.client.good(control(anna, {boris.device().id(), clara.device().id()}));
    CHECK(boris.client.take<protocol::MailboxPush>().size() == 1);
    CHECK(clara.client.take<protocol::MailboxPush>().size() == 1);
    // A new wrap for an event of one's own that lies in the log.
    auto rewrap = control(anna, {clara.device().id()});
    rewrap.aad = *crypto::writeAad(group.aad(anna, 1));
    rewrap.body.clear();
    anna.client.good(rewrap);
    CHECK(clara.client.take<protocol::MailboxPush>().size() == 1);
    const auto self = anna.device().id();
    CHECK(anna.client.code(control(anna, {self})) == ErrorCode::WrongDevices);
    const auto twice = boris.device().id();
    CHECK(anna.client.code(control(anna, {twice, twice})) == ErrorCode::WrongDevices);
    group.put(anna, removing(boris));
    CHECK(anna.client.code(control(anna, {boris.device().id()})) == ErrorCode::WrongDevices);
    CHECK(boris.client.code(control(boris, {anna.device().id()})) == ErrorCode::NotFound);
}

TEST_CASE_METHOD(Group, "an author or an admin deletes for everyone; states stay")
{
    boris.client.good(group.event(boris, 1));
    clara.client.good(group.event(clara, 1));
    auto deletion = group.event(clara, 2);
    deletion.erase = {2};
    CHECK(clara.client.code(deletion) == ErrorCode::Forbidden);
    forgetPushes();
    deletion.erase = {3};
    clara.client.good(deletion);
    CHECK(boris.client.take<protocol::ErasedPush>().at(0).seqs == std::vector<std::uint64_t>{3});
    auto byAdmin = group.event(anna, 1);
    byAdmin.erase = {1};
    CHECK(anna.client.code(byAdmin) == ErrorCode::Forbidden);
    byAdmin.erase = {2};
    anna.client.good(byAdmin);
    const auto events = boris.client.good(protocol::FetchEvents{group.id(), 0, 10}).events;
    REQUIRE(events.size() == 5);
    CHECK(events[0].state);
    for (const auto erased : {1u, 2u}) {
        CHECK(events[erased].aad.size() == limits::aadGroup);
        CHECK_FALSE(events[erased].body);
        CHECK_FALSE(events[erased].sig);
    }
    CHECK(events[3].sig);
}

TEST_CASE_METHOD(Group, "an event of a group expires for all members")
{
    auto event = group.event(anna, 1);
    event.expiresHour = server.clock.now / hourMs;
    anna.client.good(event);
    forgetPushes();
    server.chat->tick();
    server.flush();
    for (auto* member : {&anna, &boris, &clara})
        CHECK(member->client.take<protocol::ErasedPush>().size() == 1);
    CHECK_FALSE(boris.client.good(protocol::FetchEvents{group.id(), 1, 10}).events.at(0).body);
}

TEST_CASE_METHOD(Group, "typing goes to the members that are online, and into no log")
{
    auto aad = group.aad(anna, 0);
    aad.flags = crypto::Aad::transient;
    protocol::SendTransient typing{*crypto::writeAad(aad), Bytes(328, 1), {}, {}};
    CHECK(anna.client.code(typing) == ErrorCode::Malformed);
    typing.sig = *Signature::from(Bytes(64, 5));
    anna.client.good(typing);
    CHECK(anna.client.pushCount() == 0);
    for (auto* member : {&boris, &clara}) {
        const auto pushes = member->client.take<protocol::TransientPush>();
        REQUIRE(pushes.size() == 1);
        CHECK(pushes[0].aad == typing.aad);
        CHECK(pushes[0].sig == typing.sig);
        CHECK(pushes[0].wrap.empty());
    }
    CHECK(anna.client.good(protocol::Sync{}).groups.at(0).lastSeq == 1);
    group.put(anna, removing(boris));
    CHECK(anna.client.code(typing) == ErrorCode::StaleEpoch);
    CHECK(boris.client.code(typing) == ErrorCode::Forbidden);
}

TEST_CASE_METHOD(Group, "a slow member hears of what it missed, up to where it may read")
{
    boris.client.connection.queued = std::size_t{3} << 20;
    anna.client.good(group.event(anna, 1));
    anna.client.good(group.event(anna, 2));
    CHECK(boris.client.take<protocol::EventPush>().empty());
    CHECK(clara.client.take<protocol::EventPush>().size() == 2);
    boris.client.connection.queued = 0;
    server.chat->tick();
    auto pushes = boris.client.take<protocol::EventPush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].event.seq == 3);

    boris.client.connection.queued = std::size_t{3} << 20;
    group.put(anna, removing(boris));
    anna.client.good(group.event(anna, 3));
    boris.client.connection.queued = 0;
    server.chat->tick();
    pushes = boris.client.take<protocol::EventPush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].event.seq == 4);
    CHECK(pushes[0].event.state);
}

TEST_CASE_METHOD(Group, "sessions that come and go between two events get what is theirs")
{
    for (std::uint64_t i = 1; i <= 3; ++i) {
        anna.client.good(group.event(anna, 2 * i - 1));
        CHECK(boris.client.take<protocol::EventPush>().size() == 1);
        boris.client.reconnect();
        anna.client.good(group.event(anna, 2 * i));
        CHECK(boris.client.pushCount() == 0);
        boris.client.logIn(boris.person, boris.device());
        boris.client.sync();
        boris.client.forgetPushes();
        clara.client.forgetPushes();
    }
}
