#pragma once

#include "common/crypto/Layouts.h"
#include "common/crypto/Primitives.h"

/// The signed states of a group (encryption.md 5.1): layout, and which state may follow which. What
/// client and server both check. Values without threads of their own.
namespace impulse::crypto {

using GroupSalt = Fixed<struct GroupSaltTag, 16>;

enum class GroupRole : std::uint8_t { Member = 0, Admin = 1 };

struct GroupMember {
    UserId user;
    /// A member whose present identity key is another one gets no keys until it is re-admitted.
    SignPublicKey identityKey;
    GroupRole role = GroupRole::Member;
    bool operator==(const GroupMember&) const = default;
};

/// The fields of a state. Parsed is not verified: see verifyGenesis and verifyTransition.
struct GroupState {
    /// Bits of `policy`.
    static constexpr std::uint8_t anyoneAdds = 1;
    static constexpr std::uint8_t anyoneEdits = 2;
    static constexpr std::uint8_t onlyAdminsSend = 4;
    static constexpr std::uint8_t earlierMessages = 8;

    ConversationId group;
    GroupSalt salt;
    /// Counts the states of the group, from 0.
    std::uint64_t epoch = 0;
    /// Hash of the state before; zeros in the first.
    Hash32 previous;
    UserId authorUser;
    DeviceId authorDevice;
    /// DLHASH of the author's latest list at `directorySeq`.
    Hash32 authorList;
    std::uint64_t directorySeq = 0;
    std::uint64_t createdMs = 0;
    std::uint8_t policy = 0;
    Hash32 metaHash;
    /// 1 to 500, ascending by user; at least one is an admin.
    std::vector<GroupMember> members;
    Signature signature;

    /// Nothing if the person is not listed.
    const GroupMember* find(const UserId& user) const;
    bool isAdmin(const UserId& user) const;
};

ConversationId groupId(const GroupSalt& salt, const UserId& creator,
                       const SignPublicKey& creatorIdentity);

/// Sizes, order, counts, bits: UnsupportedVersion, Malformed. Sizes come first, so that nothing is
/// allocated for a count that the bytes do not bear out.
Result<GroupState> parseGroupState(View bytes);
/// Everything before the signature. The members are already sorted.
Bytes writeUnsignedGroupState(const GroupState& state);
/// Sorts the members and signs. Malformed if parseGroupState would refuse it.
Result<Bytes> signGroupState(const SignSecretKey& key, GroupState state);
/// Of the bytes with the signature.
Hash32 groupStateHash(View state);
/// Of the sealed name and picture, for `metaHash`.
Hash32 groupMetaHash(View sealedMeta);

/// What the verifier knows of the directory: its own position, and which list of a person was the
/// latest valid one (encryption.md 1.2) at a position.
class DeviceListHistory {
public:
    struct Entry {
        DeviceList list;
        Hash32 hash;
    };
    virtual ~DeviceListHistory() = default;
    virtual std::uint64_t position() const = 0;
    /// Nothing if there was none.
    virtual std::optional<Entry> latestAt(const UserId& user, std::uint64_t seq) const = 0;
};

/// A state that follows from its predecessors. Only the functions below make one.
class VerifiedGroupState {
public:
    const GroupState& fields() const { return m_fields; }
    const Hash32& hash() const { return m_hash; }

private:
    friend class GroupStateVerifier;
    VerifiedGroupState(GroupState fields, const Hash32& hash)
        : m_fields(std::move(fields)), m_hash(hash)
    {
    }

    GroupState m_fields;
    Hash32 m_hash;
};

/// The first state of a group. Malformed (also epoch and predecessor), NotAuthorized (the author is
/// no listed admin), AuthFailed (another group id), then those of the author: StaleList (list or
/// position), UntrustedIdentity, NotAuthorized (device), BadSignature.
Result<VerifiedGroupState> verifyGenesis(View state, const DeviceListHistory& lists);

/// What follows `previous`. Malformed, ForkDetected (another state of this epoch, another
/// predecessor), StaleList (epoch or position), NotAuthorized (the author is no member), those of
/// the author, NotAuthorized (a change that he may not make).
Result<VerifiedGroupState> verifyTransition(const VerifiedGroupState& previous, View state,
                                            const DeviceListHistory& lists);

/// A state that the caller verified before it kept it in its own database: only read. Malformed if
/// it was damaged there.
Result<VerifiedGroupState> restoreGroupState(View state);

/// True if members, roles, keys, policy and meta are the same (a refresh).
bool isRefresh(const GroupState& previous, const GroupState& next);

} // namespace impulse::crypto
