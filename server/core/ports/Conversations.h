#pragma once

#include "common/protocol/EventMessages.h"

#include <memory>

namespace impulse::server {

/// A conversation of two people, of one with himself, or a group.
struct Conversation {
    ConversationId id;
    /// The smaller user id first; both the same for notes to self. Of a group both are its creator.
    UserId first;
    UserId second;
    std::uint64_t firstSeq = 1;
    std::uint64_t lastSeq = 0;
    /// Who may read it is in Groups then.
    bool isGroup = false;

    bool has(const UserId& user) const { return !isGroup && (user == first || user == second); }
    const UserId& peerOf(const UserId& user) const { return user == first ? second : first; }
};

/// What was answered to the sender of an event.
struct SentEvent {
    MessageId messageId;
    std::uint64_t seq = 0;
    std::uint64_t serverMs = 0;
};

struct NewEvent {
    ConversationId conversation;
    DeviceId device;
    std::uint64_t senderSeq = 0;
    MessageId messageId;
    std::uint64_t serverMs = 0;
    Bytes aad;
    Bytes body;
    std::vector<protocol::Wrap> wraps;
    /// Hours since 1970.
    std::optional<std::uint64_t> expiresHour;
    /// Of a group's event, in place of wraps.
    std::optional<Signature> sig = std::nullopt;
};

struct ExpiredEvent {
    Conversation conversation;
    std::uint64_t seq = 0;
};

/// Conversations as logs. See Store for threads and failures.
class Conversations {
public:
    virtual ~Conversations() = default;

    virtual std::optional<Conversation> find(const ConversationId& id) const = 0;
    /// Direct chats with events that this person is in, with an id above `after`, ascending.
    virtual std::vector<Conversation> ofUser(const UserId& user,
                                             const std::optional<ConversationId>& after,
                                             std::size_t limit) const = 0;
    /// The last sender sequence number that was taken of this device; 0: none.
    virtual std::uint64_t lastSenderSeq(const ConversationId& id, const DeviceId& device) const = 0;
    virtual std::optional<SentEvent> sent(const ConversationId& id, const DeviceId& device,
                                          std::uint64_t senderSeq) const = 0;
    /// Whose device wrote the event with this log number. Nothing if there is none, or a state.
    virtual std::optional<UserId> author(const ConversationId& id, std::uint64_t seq) const = 0;
    /// Events after a log number, in order, each with the wrap of `reader` only. At most `maxBytes`
    /// of AAD, body and wrap together, but at least one event if there is any.
    virtual std::vector<protocol::LogEvent> events(const ConversationId& id, std::uint64_t after,
                                                   std::size_t limit, std::size_t maxBytes,
                                                   const DeviceId& reader) const = 0;

    /// An empty log. firstSeq and lastSeq are not read.
    virtual void create(const Conversation& conversation) = 0;
    /// Appends as the conversation's next and moves the sender's counter; returns the log number.
    /// Fails if that number is not above the counter. The last thing that a job does: it may be
    /// written together with other jobs' events.
    virtual std::uint64_t append(std::shared_ptr<const NewEvent> event) = 0;
    /// Deletes body and wraps. AAD and number stay. Nothing happens if that was done before.
    virtual void erase(const ConversationId& id, std::uint64_t seq) = 0;
    /// Erases events whose hour is not above `hour`, at most `limit`; returns them.
    virtual std::vector<ExpiredEvent> eraseExpired(std::uint64_t hour, std::size_t limit) = 0;
};

} // namespace impulse::server
