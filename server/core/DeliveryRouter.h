#pragma once

#include "common/core/Clock.h"
#include "server/core/Session.h"
#include "server/core/ports/Store.h"

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace impulse::server {

/// Who is connected, and the pushes to them. A push is a hint: what a slow reader misses is noted,
/// and when it has read, one push shows it the gap. Lives on its I/O thread.
class DeliveryRouter {
public:
    DeliveryRouter(const Store& store, const Clock& clock) : m_store(store), m_clock(clock) {}

    /// A session became ready. True if its user was offline before.
    bool add(const std::shared_ptr<Session>& session);
    /// True if that was the user's last session.
    bool remove(const std::shared_ptr<Session>& session);
    bool isOnline(const UserId& user) const { return m_users.contains(user); }
    std::vector<std::shared_ptr<Session>> sessionsOf(const UserId& user) const;

    /// A stored event, to its readers that are online. Of one conversation, in the order of the
    /// log.
    void pushEvent(std::uint64_t seq, const NewEvent& event, const std::vector<DeviceId>& readers);
    void pushErased(const Conversation& conversation, const std::vector<std::uint64_t>& seqs);
    void pushMailbox(const DeviceId& device, const protocol::MailboxEntry& entry);
    /// To one device of the user, if it is online.
    void pushTransient(const UserId& user, const DeviceId& device,
                       const protocol::TransientPush& push);
    /// To everybody.
    void pushDirectory(const DirectoryEntry& entry);
    /// To all sessions of a user except one.
    template <class Push>
    void pushSmall(const UserId& user, const Push& push, const Session* except = nullptr)
    {
        if (isOnline(user))
            sendSmall(user, protocol::encodePush(push), except);
    }

    /// How `owner` looks to people whom he accepted.
    protocol::Presence presence(const Account& owner) const;
    /// Tells everybody whom `owner` accepted and who is online.
    void announcePresence(const UserId& owner);
    /// Tells `peer` alone, after the owner accepted him or took it back.
    void announcePresenceTo(const UserId& peer, const UserId& owner, bool accepted);

    /// Says goodbye to sessions of a user: to all, or to those of devices that are not listed.
    void closeAll(const UserId& user, protocol::ErrorCode reason);
    void closeUnlisted(const UserId& user, const std::vector<DeviceId>& listed);

    /// To be called every second: slow readers that have read hear of what they missed.
    void tellSlowReaders();

private:
    using Sessions = std::vector<std::shared_ptr<Session>>;

    void sendSmall(const UserId& user, View frame, const Session* except);
    void tellMissed(Session& session);

    const Store& m_store;
    const Clock& m_clock;
    std::unordered_map<UserId, Sessions, FixedHash> m_users;
    std::unordered_map<DeviceId, Sessions, FixedHash> m_devices;
    std::unordered_set<std::shared_ptr<Session>> m_slow;
};

/// An entry as it is on the wire: seq u64, label, hash of the list.
decltype(protocol::DirectoryPush::entry) wireEntry(const DirectoryEntry& entry);

} // namespace impulse::server
