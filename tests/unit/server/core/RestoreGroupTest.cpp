#include "tests/unit/server/core/GroupHarness.h"
#include "tests/unit/server/core/RestoreWorld.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

constexpr std::uint64_t dayMs = 24 * 3'600'000;

void nothing(crypto::GroupState&) {}

struct RestoredGroup {
    TestServer server;
    Member anna{server, "anna"};
    Member boris{server, "boris"};
    Member clara{server, "clara"};
    Member dora{server, "dora"};

    std::vector<Member*> everybody() { return {&anna, &boris, &clara, &dora}; }
    /// Everybody logs in; nobody hands anything in.
    void restore()
    {
        for (auto* member : everybody())
            member->client.disconnect();
        server.restore();
        for (auto* member : everybody()) {
            member->client.reconnect();
            member->client.logIn(member->person, member->device());
            member->client.sync();
        }
    }
    /// It appends again.
    void open()
    {
        server.pass(aloneMs);
        REQUIRE_FALSE(server.store->handIns().status().isClosed());
    }
    /// As a member's client has them: of the names and pictures only the present one.
    std::vector<protocol::PutGroupState> statesOf(const TestGroup& group)
    {
        std::vector<protocol::PutGroupState> result;
        for (auto& state : anna.client.good(protocol::GetGroupStates{group.id(), 0}).states)
            result.push_back({std::move(state), std::nullopt});
        result.back().meta = anna.client.good(protocol::GetGroupMeta{group.id()}).meta;
        return result;
    }
    std::uint64_t directorySeq() const { return server.store->directory().lastSeq(); }
};

} // namespace

TEST_CASE_METHOD(RestoredGroup, "after a restore any member brings back what a group was")
{
    server.backUp();
    const std::uint8_t policy = crypto::GroupState::anyoneAdds | crypto::GroupState::anyoneEdits;
    TestGroup group(server, {&anna, &boris}, policy);
    group.put(boris, adding(clara));
    // More in all than somebody who is no admin may do in a day.
    for (int day = 0; day < 2; ++day) {
        for (std::uint8_t i = 0; i < 6; ++i)
            group.put(boris, nothing, Bytes(328, i));
        server.clock.now += dayMs + 1;
    }
    anna.client.good(group.event(anna, 1));
    const auto states = statesOf(group);
    REQUIRE(states.size() == 14);
    restore();

    // Not before it appends again.
    CHECK(clara.client.code(states.front()) == ErrorCode::Unavailable);
    CHECK(anna.client.code(group.event(anna, 1)) == ErrorCode::Unavailable);
    open();
    CHECK(anna.client.code(group.event(anna, 1)) == ErrorCode::NotFound);
    clara.client.good(protocol::SetContact{boris.id(), ContactState::Blocked});
    CHECK(dora.client.code(states.front()) == ErrorCode::Forbidden);
    CHECK(clara.client.code(states[1]) == ErrorCode::NotFound);
    CHECK(boris.client.good(states.front()).seq == 1);
    for (auto* member : everybody())
        member->client.forgetPushes();
    for (std::size_t i = 1; i < states.size(); ++i)
        CHECK(clara.client.good(states[i]).seq == i + 1);
    // The others hear of them, who brought them knows.
    CHECK(anna.client.take<protocol::EventPush>().size() == 13);
    CHECK(boris.client.take<protocol::EventPush>().size() == 13);
    CHECK(clara.client.take<protocol::EventPush>().empty());
    CHECK(statesOf(group).size() == 14);
    CHECK(boris.client.good(protocol::GetGroupMeta{group.id()}).meta == Bytes(328, 5));
    // Everybody else brings the same: it is here.
    CHECK(anna.client.good(states[4]).seq == 5);
    // The first event of a device may jump, in groups as well.
    CHECK(anna.client.good(group.event(anna, 2)).seq == 15);
    CHECK(anna.client.code(group.event(anna, 4)) == ErrorCode::OutOfOrder);
}

TEST_CASE_METHOD(RestoredGroup, "what is new after a restore has the rules of always")
{
    TestGroup group(server, {&anna, &boris}, crypto::GroupState::anyoneAdds);
    server.backUp();
    restore();
    open();
    server.clock.now += 1;
    const auto byAnna = group.next(anna, nothing, Bytes(328, 1));
    CHECK(clara.client.code(byAnna) == ErrorCode::Forbidden);
    auto withoutMeta = byAnna;
    withoutMeta.meta.reset();
    CHECK(anna.client.code(withoutMeta) == ErrorCode::InvalidGroupState);
    clara.client.good(protocol::SetContact{boris.id(), ContactState::Blocked});
    CHECK(boris.client.code(group.next(boris, adding(clara))) == ErrorCode::Blocked);
    auto ahead = group.next(boris, [&](crypto::GroupState& state) {
        state.members.push_back(memberOf(dora));
        state.directorySeq = directorySeq() + 1;
    });
    CHECK(boris.client.code(ahead) == ErrorCode::DirectoryConflict);
    CHECK(directorySeq() == 4);
    // Nor has an old date any force when clients have forgotten what they sent.
    server.clock.now += 31 * dayMs;
    auto dated = group.next(
        anna, [](crypto::GroupState& state) { state.createdMs = 1; }, Bytes(328, 1));
    dated.meta.reset();
    CHECK(anna.client.code(dated) == ErrorCode::InvalidGroupState);
    CHECK(anna.client.good(byAnna).seq == 2);
}

TEST_CASE_METHOD(RestoredGroup, "the log is padded up to the position that a state names")
{
    TestGroup group(server, {&anna, &boris});
    server.backUp();
    linkDevice(clara);
    linkDevice(dora);
    group.put(anna, adding(clara));
    const auto states = statesOf(group);
    REQUIRE(group.state.directorySeq == 6);
    const auto far = [&](std::uint64_t distance) {
        return group.next(anna, [&](crypto::GroupState& state) {
            --state.epoch;
            state.previous = group.state.previous;
            state.directorySeq = 4 + distance;
        });
    };
    const auto tooFar = far(10'001);
    auto forged = far(3);
    forged.state.back() ^= 1;
    restore();
    open();
    CHECK(anna.client.code(tooFar) == ErrorCode::DirectoryConflict);
    CHECK(boris.client.code(forged) == ErrorCode::InvalidGroupState);
    CHECK(directorySeq() == 4);
    boris.client.forgetPushes();
    anna.client.forgetPushes();

    CHECK(boris.client.good(states.back()).seq == 2);
    CHECK(directorySeq() == 6);
    CHECK(anna.client.take<protocol::DirectoryPush>().size() == 1);
    const auto nobody = directoryLabel(server.keys.serverId, UserId());
    const auto padding = server.store->directory().history(nobody);
    REQUIRE(padding.size() == 2);
    CHECK(padding[0].seq == 5);
    CHECK(padding[0].listHash.isZero());
    CHECK(padding[1].seq == 6);
    CHECK(group.event(anna, 1).roster == 3);
    anna.client.good(group.event(anna, 1));
    // Clients can follow it, and the log goes on.
    CHECK(logOf(server, boris.client).directory.seq() == 6);
    linkDevice(boris);
    CHECK(directorySeq() == 7);
    // All padding together has a bound.
    const auto again = group.next(anna, [&](crypto::GroupState& state) {
        state.policy = crypto::GroupState::anyoneAdds;
        state.directorySeq = 7 + 9'999;
        state.createdMs = 1;
    });
    CHECK(anna.client.code(again) == ErrorCode::DirectoryConflict);
    CHECK(directorySeq() == 7);
}
