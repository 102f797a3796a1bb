#pragma once

#include "common/core/Clock.h"
#include "server/core/ReaderCache.h"
#include "server/core/Session.h"
#include "server/core/ports/EventBus.h"
#include "server/core/ports/Store.h"

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace impulse::server {

/// The sessions of one I/O thread, and the pushes to them. A push is a hint: what a slow reader
/// misses is noted, and when it has read, one push shows it the gap. Lives on its I/O thread.
class DeliveryRouter {
public:
    DeliveryRouter(const Store& store, EventBus& bus, const Clock& clock)
        : m_store(store), m_bus(bus), m_clock(clock)
    {
    }

    /// A session became ready. True if its user was offline everywhere before.
    bool add(const std::shared_ptr<Session>& session);
    /// True if that was the user's last session anywhere. Nothing happens if it was not added.
    bool remove(const std::shared_ptr<Session>& session);

    void push(const Delivery& delivery);

    /// How `owner` looks to people whom he accepted.
    protocol::Presence presence(const Account& owner) const;

    /// To be called every second: slow readers that have read hear of what they missed.
    void tellSlowReaders();

private:
    using Sessions = std::vector<std::shared_ptr<Session>>;

    /// A stored event, to its readers here. Of one conversation, in the order of the log.
    void push(const EventDelivery& delivery);
    void push(const GroupDelivery& delivery);
    void push(const MailboxDelivery& delivery);
    void push(const TransientDelivery& delivery);
    void push(const DirectoryDelivery& delivery);
    void push(const UserDelivery& delivery);
    void push(const PresenceDelivery& delivery);
    void push(const ClosingDelivery& delivery);
    /// Not ours: the chat server knows sessions that are not ready as well.
    void push(const AccountClosingDelivery&) {}

    /// Null if there is none.
    const Sessions* sessionsOf(const UserId& user) const;
    const Sessions* sessionsOf(const DeviceId& device) const;
    protocol::Presence presence(const UserId& owner, bool showLastSeen,
                                std::uint64_t lastSeenMs) const;
    std::vector<Session*> sessionsOf(const Readers& readers) const;
    /// Notes what it was not pushed, if too much is queued.
    bool isTooSlow(Session& session, const ConversationId& conversation);
    void tellMissed(Session& session);
    /// The newest event that this session may read; 0: none.
    std::uint64_t lastSeq(const Session& session, const ConversationId& conversation) const;

    const Store& m_store;
    EventBus& m_bus;
    const Clock& m_clock;
    std::unordered_map<UserId, Sessions, FixedHash> m_users;
    std::unordered_map<DeviceId, Sessions, FixedHash> m_devices;
    ReaderCache<Session*> m_groups;
    std::unordered_set<std::shared_ptr<Session>> m_slow;
};

} // namespace impulse::server
