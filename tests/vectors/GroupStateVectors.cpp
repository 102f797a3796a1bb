#include "common/crypto/GroupStates.h"
#include "tests/vectors/VectorHarness.h"

using namespace impulse;
using namespace impulse::crypto;
using namespace impulse::vectors;

namespace {

/// The lists of a case, in log order.
class Lists final : public DeviceListHistory {
public:
    explicit Lists(const In& in) : m_position(in.number("dir_seq"))
    {
        for (const auto& list : in.objects("lists")) {
            const auto bytes = list.bytes("dl");
            m_items.push_back({list.number("seq"), list.value<UserId>("user_id"),
                               unwrap(parseDeviceList(bytes)), deviceListHash(bytes)});
        }
    }

    std::uint64_t position() const override { return m_position; }
    std::optional<Entry> latestAt(const UserId& user, std::uint64_t seq) const override
    {
        std::optional<Entry> result;
        for (const auto& item : m_items) {
            if (item.user == user && item.seq <= seq)
                result = Entry{item.list, item.hash};
        }
        return result;
    }

private:
    struct Item {
        std::uint64_t seq;
        UserId user;
        DeviceList list;
        Hash32 hash;
    };
    std::uint64_t m_position;
    std::vector<Item> m_items;
};

Out runGroupId(const In& in)
{
    return Out().bytes("group_id", groupId(in.value<GroupSalt>("salt"), in.value<UserId>("user_id"),
                                           in.value<SignPublicKey>("uik_pk")));
}

Out runMake(const In& in)
{
    const auto author = in.object("author");
    GroupState state;
    state.group = in.value<ConversationId>("group_id");
    state.salt = in.value<GroupSalt>("salt");
    state.epoch = in.number("epoch");
    state.previous = in.value<Hash32>("prev");
    state.authorUser = author.value<UserId>("user_id");
    state.authorDevice = author.value<DeviceId>("device_id");
    state.authorList = in.value<Hash32>("author_dl");
    state.directorySeq = in.number("dir_seq");
    state.createdMs = in.number("created_ms");
    state.policy = in.integer<std::uint8_t>("policy");
    state.metaHash = in.value<Hash32>("meta_hash");
    for (const auto& member : in.objects("members"))
        state.members.push_back({member.value<UserId>("user_id"),
                                 member.value<SignPublicKey>("uik_pk"),
                                 static_cast<GroupRole>(member.integer<std::uint8_t>("role"))});
    const auto key = signKeyPair(author.value<SignSeed>("sign_seed"));
    const auto bytes = unwrap(signGroupState(key.secretKey, state));
    const auto parsed = unwrap(parseGroupState(bytes));
    if (!equal(writeUnsignedGroupState(parsed),
               View(bytes).first(bytes.size() - Signature::size())))
        throw Mismatch("writing what was read gives other bytes");
    return Out().bytes("state", bytes).bytes("hash", groupStateHash(bytes));
}

Out result(const VerifiedGroupState& state)
{
    return Out().number("epoch", state.fields().epoch).bytes("hash", state.hash());
}

Out runGenesis(const In& in)
{
    return result(unwrap(verifyGenesis(in.bytes("state"), Lists(in))));
}

Out runTransition(const In& in)
{
    const auto previous = unwrap(restoreGroupState(in.bytes("prev")));
    return result(unwrap(verifyTransition(previous, in.bytes("next"), Lists(in))));
}

const Topic topic("group_state", {{"group_id", runGroupId},
                                  {"make", runMake},
                                  {"genesis", runGenesis},
                                  {"transition", runTransition}});

} // namespace
