#include "common/crypto/GroupStates.h"

#include "common/crypto/Codec.h"

#include <algorithm>

namespace impulse::crypto {
namespace {

constexpr std::uint8_t layoutVersion = 1;
constexpr std::uint8_t knownPolicy = GroupState::anyoneAdds | GroupState::anyoneEdits |
                                     GroupState::onlyAdminsSend | GroupState::earlierMessages;

Result<void> checkMembers(const std::vector<GroupMember>& members)
{
    if (members.empty() || members.size() > limits::groupMembers)
        return Failure{CryptoError::Malformed};
    const auto notAscending = [](const GroupMember& a, const GroupMember& b) {
        return a.user >= b.user;
    };
    if (std::ranges::adjacent_find(members, notAscending) != members.end())
        return Failure{CryptoError::Malformed};
    if (std::ranges::find(members, GroupRole::Admin, &GroupMember::role) == members.end())
        return Failure{CryptoError::Malformed};
    return {};
}

/// Changes that a member who is no admin may make.
Result<void> checkMemberChange(const GroupState& previous, const GroupState& next)
{
    const Failure refused{CryptoError::NotAuthorized};
    if (next.policy != previous.policy)
        return refused;
    if (next.metaHash != previous.metaHash && !(previous.policy & GroupState::anyoneEdits))
        return refused;
    for (const auto& member : previous.members) {
        const auto* kept = next.find(member.user);
        // Removes himself only; changes nobody's role or key.
        if (kept ? *kept != member : member.user != next.authorUser)
            return refused;
    }
    for (const auto& member : next.members) {
        if (previous.find(member.user))
            continue;
        if (!(previous.policy & GroupState::anyoneAdds) || member.role != GroupRole::Member)
            return refused;
    }
    return {};
}

/// "Author check" of encryption.md 5.1. `state` is `bytes`, parsed.
Result<void> checkAuthor(const GroupState& state, View bytes, const SignPublicKey& identityKey,
                         const DeviceListHistory& lists)
{
    if (state.directorySeq > lists.position())
        return Failure{CryptoError::StaleList};
    const auto latest = lists.latestAt(state.authorUser, state.directorySeq);
    if (!latest || latest->hash != state.authorList)
        return Failure{CryptoError::StaleList};
    if (latest->list.identityKey != identityKey)
        return Failure{CryptoError::UntrustedIdentity};
    const auto* device = latest->list.find(state.authorDevice);
    if (!device)
        return Failure{CryptoError::NotAuthorized};
    return verify(device->signKey, label::groupState, state.signature,
                  bytes.first(bytes.size() - Signature::size()));
}

} // namespace

/// The one maker of verified states.
class GroupStateVerifier {
public:
    static VerifiedGroupState make(GroupState fields, View bytes)
    {
        return VerifiedGroupState(std::move(fields), groupStateHash(bytes));
    }
};

const GroupMember* GroupState::find(const UserId& user) const
{
    const auto found = std::ranges::lower_bound(members, user, {}, &GroupMember::user);
    return found == members.end() || found->user != user ? nullptr : &*found;
}

bool GroupState::isAdmin(const UserId& user) const
{
    const auto* member = find(user);
    return member && member->role == GroupRole::Admin;
}

ConversationId groupId(const GroupSalt& salt, const UserId& creator,
                       const SignPublicKey& creatorIdentity)
{
    return hash<ConversationId>(label::groupId, salt, creator, creatorIdentity);
}

Result<GroupState> parseGroupState(View bytes)
{
    if (bytes.empty())
        return Failure{CryptoError::Malformed};
    if (bytes.front() != layoutVersion)
        return Failure{CryptoError::UnsupportedVersion};
    Reader reader(bytes);
    reader.u8();
    GroupState state;
    state.group = reader.fixed<ConversationId>();
    state.salt = reader.fixed<GroupSalt>();
    state.epoch = reader.u64();
    state.previous = reader.fixed<Hash32>();
    state.authorUser = reader.fixed<UserId>();
    state.authorDevice = reader.fixed<DeviceId>();
    state.authorList = reader.fixed<Hash32>();
    state.directorySeq = reader.u64();
    state.createdMs = reader.u64();
    state.policy = reader.u8();
    state.metaHash = reader.fixed<Hash32>();
    const std::size_t count = reader.u16();
    if (reader.failed() || count < 1 || count > limits::groupMembers ||
        reader.remaining() != count * limits::groupMember + Signature::size() ||
        (state.policy & ~knownPolicy))
        return Failure{CryptoError::Malformed};
    state.members.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        GroupMember member;
        member.user = reader.fixed<UserId>();
        member.identityKey = reader.fixed<SignPublicKey>();
        const auto role = reader.u8();
        if (role > static_cast<std::uint8_t>(GroupRole::Admin))
            return Failure{CryptoError::Malformed};
        member.role = static_cast<GroupRole>(role);
        state.members.push_back(member);
    }
    state.signature = reader.fixed<Signature>();
    IMPULSE_CHECK(reader.finish());
    IMPULSE_CHECK(checkMembers(state.members));
    return state;
}

Bytes writeUnsignedGroupState(const GroupState& state)
{
    Writer writer;
    writer.u8(layoutVersion).raw(state.group).raw(state.salt).u64(state.epoch);
    writer.raw(state.previous).raw(state.authorUser).raw(state.authorDevice);
    writer.raw(state.authorList).u64(state.directorySeq).u64(state.createdMs);
    writer.u8(state.policy).raw(state.metaHash);
    writer.u16(static_cast<std::uint16_t>(state.members.size()));
    for (const auto& member : state.members)
        writer.raw(member.user).raw(member.identityKey).u8(static_cast<std::uint8_t>(member.role));
    return writer.take();
}

Result<Bytes> signGroupState(const SignSecretKey& key, GroupState state)
{
    std::ranges::sort(state.members, {}, &GroupMember::user);
    IMPULSE_CHECK(checkMembers(state.members));
    if ((state.policy & ~knownPolicy) || state.epoch > limits::maxInteger ||
        state.directorySeq > limits::maxInteger || state.createdMs > limits::maxInteger)
        return Failure{CryptoError::Malformed};
    auto bytes = writeUnsignedGroupState(state);
    const View signature = state.signature = sign(key, label::groupState, bytes);
    bytes.insert(bytes.end(), signature.begin(), signature.end());
    return bytes;
}

Hash32 groupStateHash(View state)
{
    return hash(label::groupStateHash, state);
}

Hash32 groupMetaHash(View sealedMeta)
{
    return hash(label::groupMeta, sealedMeta);
}

Result<VerifiedGroupState> verifyGenesis(View state, const DeviceListHistory& lists)
{
    IMPULSE_TRY(auto fields, parseGroupState(state));
    if (fields.epoch != 0 || !fields.previous.isZero())
        return Failure{CryptoError::Malformed};
    if (!fields.isAdmin(fields.authorUser))
        return Failure{CryptoError::NotAuthorized};
    const auto identityKey = fields.find(fields.authorUser)->identityKey;
    if (fields.group != groupId(fields.salt, fields.authorUser, identityKey))
        return Failure{CryptoError::AuthFailed};
    IMPULSE_CHECK(checkAuthor(fields, state, identityKey, lists));
    return GroupStateVerifier::make(std::move(fields), state);
}

Result<VerifiedGroupState> verifyTransition(const VerifiedGroupState& previous, View state,
                                            const DeviceListHistory& lists)
{
    IMPULSE_TRY(auto next, parseGroupState(state));
    const auto& before = previous.fields();
    if (next.group != before.group || next.salt != before.salt)
        return Failure{CryptoError::Malformed};
    if (next.epoch == before.epoch && groupStateHash(state) != previous.hash())
        return Failure{CryptoError::ForkDetected};
    if (next.epoch != before.epoch + 1)
        return Failure{CryptoError::StaleList};
    if (next.previous != previous.hash())
        return Failure{CryptoError::ForkDetected};
    if (next.directorySeq < before.directorySeq)
        return Failure{CryptoError::StaleList};
    const auto* author = before.find(next.authorUser);
    if (!author)
        return Failure{CryptoError::NotAuthorized};
    IMPULSE_CHECK(checkAuthor(next, state, author->identityKey, lists));
    if (author->role != GroupRole::Admin)
        IMPULSE_CHECK(checkMemberChange(before, next));
    return GroupStateVerifier::make(std::move(next), state);
}

Result<VerifiedGroupState> restoreGroupState(View state)
{
    IMPULSE_TRY(auto fields, parseGroupState(state));
    return GroupStateVerifier::make(std::move(fields), state);
}

bool isRefresh(const GroupState& previous, const GroupState& next)
{
    return previous.members == next.members && previous.policy == next.policy &&
           previous.metaHash == next.metaHash;
}

} // namespace impulse::crypto
