#pragma once

#include "server/core/ports/Conversations.h"
#include "server/core/ports/DirectoryLog.h"
#include "server/core/ports/Groups.h"

#include "common/protocol/ErrorCode.h"
#include "common/protocol/EventMessages.h"
#include "common/protocol/Pushes.h"

#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace impulse::server {

/// A stored event of a direct chat, for its readers that are online.
struct EventDelivery {
    std::uint64_t seq = 0;
    std::shared_ptr<const NewEvent> event;
    std::vector<DeviceId> readers;
};

/// A push about a group, for those of many devices that are online. The same bytes for all of them.
struct GroupDelivery {
    ConversationId group;
    /// Of a roster: one list for all its events (see ReaderCache).
    std::shared_ptr<const Readers> readers;
    Bytes frame;
    /// It knows already. Zeros: none.
    DeviceId except;
    /// What becomes of it for a reader that is too slow for large pushes.
    enum class WhenSlow : std::uint8_t {
        /// The log has it: that something was missed is noted.
        Note,
        Drop,
        Send
    };
    WhenSlow whenSlow = WhenSlow::Note;
    /// For the numbers: it carries a message.
    bool isEvent = false;
};

struct MailboxDelivery {
    DeviceId device;
    protocol::MailboxEntry entry;
};

/// For one device of the user, if it is online.
struct TransientDelivery {
    UserId user;
    DeviceId device;
    protocol::TransientPush push;
};

/// For everybody.
struct DirectoryDelivery {
    DirectoryEntry entry;
};

/// A small push that is ready to be sent, for all sessions of a user except one.
struct UserDelivery {
    UserId user;
    Bytes frame;
    /// Session::number; 0: none.
    std::uint64_t except = 0;
};

/// How `owner` looks to `peer`. Whether he is online is found out when it is delivered, so that the
/// last word is the present state.
struct PresenceDelivery {
    UserId peer;
    UserId owner;
    /// False: `peer` may not see it (any more).
    bool visible = false;
    bool showLastSeen = false;
    std::uint64_t lastSeenMs = 0;
};

/// Says goodbye to sessions of a user whose devices are not listed.
struct ClosingDelivery {
    UserId user;
    std::vector<DeviceId> listed;
    protocol::ErrorCode reason = protocol::ErrorCode::Unauthorized;
};

/// Says goodbye to all sessions of an account, those included that are not logged in to the end.
struct AccountClosingDelivery {
    UserId user;
    protocol::ErrorCode reason = protocol::ErrorCode::Unauthorized;
};

using Delivery = std::variant<EventDelivery, GroupDelivery, MailboxDelivery, TransientDelivery,
                              DirectoryDelivery, UserDelivery, PresenceDelivery, ClosingDelivery,
                              AccountClosingDelivery>;
using Deliveries = std::vector<Delivery>;

/// Where what was committed goes out, in the order of the commits.
class Publisher {
public:
    virtual ~Publisher() = default;
    /// Waits while a receiver has too much to do (backpressure). Not to be called by a receiver.
    virtual void publish(Deliveries deliveries) = 0;
};

/// How sessions on different threads (one day: on different nodes) reach each other: one end for
/// each I/O thread, which calls it and is not kept waiting: of other nodes a bus answers what it
/// has heard of them. A delivery is a hint: it may be lost, the log may not be.
class EventBus {
public:
    virtual ~EventBus() = default;

    /// A session became ready here. True if its user was offline everywhere.
    virtual bool join(const UserId& user, const DeviceId& device) = 0;
    /// True if that was the user's last session anywhere.
    virtual bool leave(const UserId& user, const DeviceId& device) = 0;
    virtual bool isOnline(const UserId& user) const = 0;

    /// For what no commit stands behind. Dropped where too much waits.
    virtual void publish(Deliveries deliveries) = 0;
    /// What has come for sessions of this end since the last call, in order.
    virtual std::vector<std::shared_ptr<const Delivery>> take() = 0;
};

} // namespace impulse::server
