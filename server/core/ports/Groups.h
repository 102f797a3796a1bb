#pragma once

#include "common/crypto/GroupStates.h"

#include <memory>

namespace impulse::server {

/// Devices that read a group's events, ascending.
using Readers = std::vector<DeviceId>;

/// Who is in a group at present, and with which devices. Never changed: the next change makes
/// another one.
struct GroupRoster {
    struct Member {
        UserId user;
        crypto::GroupRole role = crypto::GroupRole::Member;
    };

    ConversationId group;
    std::uint64_t epoch = 0;
    Hash32 stateHash;
    /// Bits of crypto::GroupState.
    std::uint8_t policy = 0;
    /// Directory entries of all members together: the roster version.
    std::uint64_t version = 0;
    /// Ascending by user.
    std::vector<Member> members;
    std::shared_ptr<const Readers> readers;

    /// Null if this person is no member.
    const Member* find(const UserId& user) const
    {
        const auto found = std::ranges::lower_bound(members, user, {}, &Member::user);
        return found == members.end() || found->user != user ? nullptr : &*found;
    }
    bool isReader(const DeviceId& device) const
    {
        return std::ranges::binary_search(*readers, device);
    }
};

/// What one person may see of a group.
struct GroupView {
    ConversationId group;
    /// False: he has left, or it was closed.
    bool isMember = false;
    /// Of the newest state that he may see.
    std::uint64_t epoch = 0;
    /// Log numbers.
    std::uint64_t firstSeq = 1;
    std::uint64_t lastSeq = 0;
};

struct NewGroupState {
    crypto::GroupState fields;
    Hash32 hash;
    /// The whole of it.
    Bytes state;
    /// Nothing: as before.
    std::optional<Bytes> meta;
    std::uint64_t serverMs = 0;
};

struct StoredGroupState {
    Bytes state;
    Hash32 hash;
    /// Log number.
    std::uint64_t seq = 0;
    std::uint64_t serverMs = 0;
};

/// Groups and their states. Their events are in Conversations. See Store for threads and failures.
class Groups {
public:
    virtual ~Groups() = default;

    /// Null: there is no such group, or it was closed.
    virtual std::shared_ptr<const GroupRoster> roster(const ConversationId& group) const = 0;
    /// Cheaper: is this a current device of a present member?
    virtual bool isReader(const ConversationId& group, const DeviceId& device) const = 0;
    /// Nothing for people who were never in it.
    virtual std::optional<GroupView> viewOf(const UserId& user,
                                            const ConversationId& group) const = 0;
    /// Of everything that this person is or was in, with an id above `after`, ascending.
    virtual std::vector<GroupView> viewsOf(const UserId& user,
                                           const std::optional<ConversationId>& after,
                                           std::size_t limit) const = 0;
    virtual std::optional<StoredGroupState> state(const ConversationId& group,
                                                  std::uint64_t epoch) const = 0;
    /// States of the epochs from `from` to `to`, in order; at most `maxBytes`, but at least one if
    /// there is any.
    virtual std::vector<Bytes> states(const ConversationId& group, std::uint64_t from,
                                      std::uint64_t to, std::size_t limit,
                                      std::size_t maxBytes) const = 0;
    /// Sealed name and picture.
    virtual std::optional<Bytes> meta(const ConversationId& group) const = 0;
    /// States that this person signed at or after a time.
    virtual std::uint64_t countStatesSince(const ConversationId& group, const UserId& author,
                                           std::uint64_t sinceMs) const = 0;
    /// Directory position of the last state that this person signed or that added him.
    virtual std::uint64_t lastDirectorySeq(const ConversationId& group,
                                           const UserId& user) const = 0;

    /// Appends it to the log as the group's present state, and makes the group if its epoch is 0;
    /// returns the log number. Everybody in it has an account.
    virtual std::uint64_t putState(const NewGroupState& state) = 0;
    /// Everybody has left.
    virtual void close(const ConversationId& group) = 0;
};

} // namespace impulse::server
