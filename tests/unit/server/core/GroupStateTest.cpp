#include "tests/unit/server/core/GroupHarness.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

constexpr std::uint64_t dayMs = 24 * 3'600'000;

struct ThreePeople {
    TestServer server;
    Member anna{server, "anna"};
    Member boris{server, "boris"};
    Member clara{server, "clara"};

    void forgetPushes()
    {
        for (auto* member : {&anna, &boris, &clara})
            member->client.forgetPushes();
    }
};

void nothing(crypto::GroupState&) {}

void renaming(crypto::GroupState& state)
{
    state.policy ^= crypto::GroupState::anyoneEdits;
}

} // namespace

TEST_CASE_METHOD(ThreePeople, "a group begins with its first state, which its members can read")
{
    forgetPushes();
    const TestGroup group(server, {&anna, &boris});
    // The one who made it knows; everybody else in it hears of it.
    CHECK(anna.client.pushCount() == 0);
    CHECK(clara.client.pushCount() == 0);
    const auto pushes = boris.client.take<protocol::EventPush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].event.seq == 1);
    CHECK(pushes[0].event.aad.empty());
    CHECK_FALSE(pushes[0].event.body);
    REQUIRE(pushes[0].event.state);
    CHECK(crypto::groupStateHash(*pushes[0].event.state) == group.hash);

    const auto synced = boris.client.good(protocol::Sync{});
    CHECK(synced.conversations.empty());
    REQUIRE(synced.groups.size() == 1);
    CHECK(synced.groups[0].conversationId == group.id());
    CHECK(synced.groups[0].epoch == 0);
    CHECK(synced.groups[0].firstSeq == 1);
    CHECK(synced.groups[0].lastSeq == 1);
    CHECK(boris.client.good(protocol::Sync{{{group.id(), 1}}, {}}).groups.empty());
    CHECK(clara.client.good(protocol::Sync{}).groups.empty());

    const auto states = boris.client.good(protocol::GetGroupStates{group.id(), 0});
    CHECK(states.states == std::vector<Bytes>{*pushes[0].event.state});
    CHECK(states.epoch == 0);
    CHECK(boris.client.good(protocol::GetGroupStates{group.id(), 1}).states.empty());
    const auto meta = boris.client.good(protocol::GetGroupMeta{group.id()});
    CHECK(crypto::groupMetaHash(meta.meta) == group.state.metaHash);
    const auto page = boris.client.good(protocol::FetchEvents{group.id(), 0, 10});
    REQUIRE(page.events.size() == 1);
    CHECK(page.events[0].state == pushes[0].event.state);

    CHECK(clara.client.code(protocol::GetGroupStates{group.id(), 0}) == ErrorCode::NotFound);
    CHECK(clara.client.code(protocol::GetGroupMeta{group.id()}) == ErrorCode::NotFound);
    CHECK(clara.client.code(protocol::FetchEvents{group.id(), 0, 10}) == ErrorCode::NotFound);
}

TEST_CASE_METHOD(ThreePeople, "the first of two states wins; the same one again is answered again")
{
    TestGroup group(server, {&anna, &boris}, crypto::GroupState::anyoneAdds);
    const auto byAnna = group.next(anna, renaming);
    const auto byBoris = group.next(boris, adding(clara));
    const auto accepted = anna.client.good(byAnna);
    CHECK(accepted.seq == 2);
    server.clock.now += 1000;
    CHECK(anna.client.good(byAnna).serverMs == accepted.serverMs);
    const auto refused = boris.client.refused(byBoris);
    CHECK(refused.code == ErrorCode::StaleEpoch);
    CHECK(refused.value == 1u);
    CHECK(boris.client.good(protocol::GetGroupStates{group.id(), 0}).states.size() == 2);
    CHECK(boris.client.good(protocol::Sync{}).groups.at(0).epoch == 1);
    // A group that nobody has made has no second state.
    auto foreign = group.state;
    foreign.group = crypto::random<ConversationId>(server.rng);
    foreign.epoch = 1;
    const auto bytes = crypto::signGroupState(anna.device().signPair().secretKey, foreign);
    CHECK(anna.client.code(protocol::PutGroupState{*bytes, {}}) == ErrorCode::NotFound);
}

TEST_CASE_METHOD(ThreePeople, "states that break the rules are refused and change nothing")
{
    TestGroup group(server, {&anna, &boris});
    const auto code = [&](Member& author, const TestGroup::Change& change) {
        return author.client.code(group.next(author, change));
    };
    CHECK(code(boris, adding(clara)) == ErrorCode::Forbidden);
    CHECK(code(boris, [](crypto::GroupState& state) {
              for (auto& member : state.members)
                  member.role = crypto::GroupRole::Admin;
          }) == ErrorCode::Forbidden);
    CHECK(code(boris, renaming) == ErrorCode::Forbidden);
    CHECK(code(clara, adding(clara)) == ErrorCode::Forbidden);
    CHECK(code(anna, [](auto& state) { ++state.epoch; }) == ErrorCode::StaleEpoch);
    CHECK(code(anna, [](auto& state) { state.previous = {}; }) == ErrorCode::InvalidGroupState);
    CHECK(code(anna, [](auto& state) { state.salt = {}; }) == ErrorCode::InvalidGroupState);
    CHECK(code(anna, [](auto& state) { state.authorList = {}; }) == ErrorCode::DirectoryConflict);
    CHECK(code(anna, [](auto& state) { ++state.directorySeq; }) == ErrorCode::DirectoryConflict);
    // Another's name under it, another's signature, a broken form.
    CHECK(boris.client.code(group.next(anna, renaming)) == ErrorCode::Forbidden);
    auto broken = group.next(anna, renaming);
    broken.state.back() ^= 1;
    CHECK(anna.client.code(broken) == ErrorCode::InvalidGroupState);
    broken.state.push_back(0);
    CHECK(anna.client.code(broken) == ErrorCode::Malformed);
    // Name and picture: absent, of another hash.
    auto renamed = group.next(anna, nothing, Bytes(328, 1));
    renamed.meta.reset();
    CHECK(anna.client.code(renamed) == ErrorCode::InvalidGroupState);
    renamed.meta = Bytes(328, 2);
    CHECK(anna.client.code(renamed) == ErrorCode::InvalidGroupState);
    CHECK(anna.client.good(protocol::Sync{}).groups.at(0).lastSeq == 1);
    renamed.meta = Bytes(328, 1);
    CHECK(anna.client.good(renamed).seq == 2);
    CHECK(boris.client.good(protocol::GetGroupMeta{group.id()}).meta == Bytes(328, 1));
}

TEST_CASE_METHOD(ThreePeople, "only people who exist and do not block the author can be added")
{
    TestGroup group(server, {&anna, &boris});
    CHECK(anna.client.code(group.next(anna, [](crypto::GroupState& state) {
        state.members.push_back({});
    })) == ErrorCode::NotFound);
    clara.client.good(protocol::SetContact{anna.id(), ContactState::Blocked});
    CHECK(anna.client.code(group.next(anna, adding(clara))) == ErrorCode::Blocked);
    clara.client.good(protocol::SetContact{anna.id(), ContactState::None});
    CHECK(group.put(anna, adding(clara)).seq == 2);
    // Who is in it stays in it, whatever happens to the account.
    protocol::DeleteAccount deletion;
    deletion.auth = clara.person.auth;
    clara.client.good(deletion);
    CHECK(group.put(anna, renaming).seq == 3);
}

TEST_CASE_METHOD(ThreePeople, "who leaves reads up to there, who is added from there on")
{
    TestGroup group(server, {&anna, &boris});
    anna.client.good(group.event(anna, 1));
    group.put(anna, adding(clara));
    anna.client.good(group.event(anna, 2));
    forgetPushes();
    const auto left = group.put(boris, removing(boris));
    CHECK(left.seq == 5);
    CHECK(anna.client.take<protocol::EventPush>().size() == 1);
    CHECK(clara.client.take<protocol::EventPush>().size() == 1);
    anna.client.good(group.event(anna, 3));
    CHECK(boris.client.take<protocol::EventPush>().empty());
    CHECK(boris.client.code(group.event(boris, 1)) == ErrorCode::NotFound);

    const auto seqs = [&](Member& member) {
        std::vector<std::uint64_t> result;
        for (const auto& event :
             member.client.good(protocol::FetchEvents{group.id(), 0, 100}).events)
            result.push_back(event.seq);
        return result;
    };
    CHECK(seqs(anna) == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6});
    CHECK(seqs(boris) == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
    CHECK(seqs(clara) == std::vector<std::uint64_t>{3, 4, 5, 6});
    const auto head = boris.client.good(protocol::Sync{}).groups.at(0);
    CHECK(head.lastSeq == 5);
    CHECK(head.epoch == 2);
    CHECK(clara.client.good(protocol::Sync{}).groups.at(0).firstSeq == 3);
    // All states can be read, by who has left up to his own last one.
    group.put(anna, renaming);
    CHECK(boris.client.good(protocol::GetGroupStates{group.id(), 0}).states.size() == 3);
    CHECK(clara.client.good(protocol::GetGroupStates{group.id(), 0}).states.size() == 4);
    CHECK(boris.client.code(protocol::GetGroupMeta{group.id()}) == ErrorCode::NotFound);
    // Who comes back keeps what he could read before.
    forgetPushes();
    group.put(anna, adding(boris));
    CHECK(boris.client.take<protocol::EventPush>().size() == 1);
    CHECK(seqs(boris).size() == 8);
}

TEST_CASE_METHOD(ThreePeople, "with policy flag 8 new members may read the log from its beginning")
{
    TestGroup group(server, {&anna, &boris}, crypto::GroupState::earlierMessages);
    anna.client.good(group.event(anna, 1));
    group.put(anna, adding(clara));
    CHECK(clara.client.good(protocol::FetchEvents{group.id(), 0, 100}).events.size() == 3);
}

TEST_CASE_METHOD(ThreePeople, "members cannot keep an admin from changing the group")
{
    TestGroup group(server, {&anna, &boris, &clara}, crypto::GroupState::anyoneEdits);
    // A state that changes nothing needs a reason.
    CHECK(boris.client.code(group.next(boris, nothing)) == ErrorCode::Forbidden);
    const auto device = linkDevice(boris);
    group.put(boris, nothing);
    CHECK(boris.client.code(group.next(boris, nothing)) == ErrorCode::Forbidden);
    // Nine more today, for who is no admin.
    const auto edited = [&](Member& author, std::uint8_t filling) {
        const auto request = group.next(author, nothing, Bytes(328, filling));
        auto result = author.client.call(request);
        if (result) {
            group.state = *crypto::parseGroupState(request.state);
            group.hash = crypto::groupStateHash(request.state);
        }
        return result ? std::optional<protocol::Error>() : result.error();
    };
    for (std::uint8_t i = 1; i <= 9; ++i)
        REQUIRE_FALSE(edited(boris, i));
    const auto refused = edited(boris, 10);
    REQUIRE(refused);
    CHECK(refused->code == ErrorCode::RateLimited);
    // A day at most, since the oldest of them counts so long.
    CHECK(refused->retryAfterMs.value_or(0) > 0);
    CHECK(refused->retryAfterMs.value_or(0) <= dayMs);
    CHECK_FALSE(edited(anna, 11));
    CHECK_FALSE(edited(clara, 12));
    server.clock.now += dayMs + 1;
    CHECK_FALSE(edited(boris, 13));
}

TEST_CASE_METHOD(ThreePeople, "the last member closes the group")
{
    TestGroup group(server, {&anna, &boris});
    CHECK(anna.client.code(protocol::CloseGroup{group.id()}) == ErrorCode::Forbidden);
    CHECK(clara.client.code(protocol::CloseGroup{group.id()}) == ErrorCode::NotFound);
    group.put(boris, removing(boris));
    const auto other = linkDevice(anna);
    Client second(server);
    second.logIn(anna.person, other);
    second.sync();
    anna.client.good(group.event(anna, 1));
    anna.client.good(protocol::CloseGroup{group.id()});
    CHECK(second.take<protocol::GroupClosedPush>().at(0).conversationId == group.id());
    CHECK(anna.client.code(group.event(anna, 2)) == ErrorCode::NotFound);
    CHECK(anna.client.code(group.next(anna, renaming)) == ErrorCode::NotFound);
    CHECK(anna.client.code(protocol::CloseGroup{group.id()}) == ErrorCode::NotFound);
    CHECK(anna.client.good(protocol::FetchEvents{group.id(), 0, 100}).events.size() == 3);
    CHECK(boris.client.good(protocol::FetchEvents{group.id(), 0, 100}).events.size() == 2);
}

TEST_CASE_METHOD(ThreePeople, "groups and chats of one answer to Sync continue without a gap")
{
    std::vector<ConversationId> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(TestGroup(server, {&anna, &boris}).id());
    anna.client.good(eventOf(anna, boris, 1));
    std::ranges::sort(ids);
    const auto all = anna.client.good(protocol::Sync{});
    CHECK_FALSE(all.more);
    CHECK(all.conversations.size() == 1);
    REQUIRE(all.groups.size() == 5);
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(all.groups[i].conversationId == ids[i]);
    const auto rest = anna.client.good(protocol::Sync{{}, ids[1]});
    CHECK(rest.groups.size() == 3);
    CHECK(rest.groups.at(0).conversationId == ids[2]);
}
