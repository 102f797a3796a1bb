#pragma once

#include "common/crypto/GroupStates.h"
#include "tests/unit/server/core/Harness.h"

namespace impulse::tests {

/// The states of one group, signed as its members' clients do it.
class TestGroup {
public:
    using Change = std::function<void(crypto::GroupState&)>;

    /// Makes it, with the first of these as its admin.
    TestGroup(TestServer& server, const std::vector<Member*>& members, std::uint8_t policy = 0);

    const ConversationId& id() const { return state.group; }

    /// The next state, signed by this member's first device.
    protocol::PutGroupState next(const Member& author, const Change& change,
                                 std::optional<Bytes> meta = std::nullopt) const;
    /// The same, put and taken as the present one.
    protocol::GroupStateAccepted put(Member& author, const Change& change,
                                     std::optional<Bytes> meta = std::nullopt);

    crypto::Aad aad(const Member& from, std::uint64_t seq) const;
    protocol::SendEvent event(const Member& from, std::uint64_t seq) const;
    /// A chain key for these devices.
    protocol::ControlEnvelope control(const Member& from,
                                      const std::vector<DeviceId>& readers) const;
    std::uint64_t roster() const;

    crypto::GroupState state;
    Hash32 hash;

private:
    void take(const protocol::PutGroupState& put);
    void sign(const Member& author, crypto::GroupState& next) const;

    TestServer& m_server;
};

crypto::GroupMember memberOf(const Member& member,
                             crypto::GroupRole role = crypto::GroupRole::Member);
/// Changes of a state.
TestGroup::Change adding(const Member& member);
TestGroup::Change removing(const Member& member);

/// Publishes another list of this person: with one more device, which is returned.
crypto::Device linkDevice(Member& member);

} // namespace impulse::tests
