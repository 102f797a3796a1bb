#pragma once

#include "client/core/state/RecordFields.h"
#include "common/protocol/EventMessages.h"

/// Rows about conversations, their events and what is to be sent.
namespace impulse::client {

/// How far the events of one sender device were received (encryption.md 4.4).
struct SenderRecord {
    DeviceId device;
    /// Highest sender sequence number received.
    std::uint64_t highest = 0;
    /// Lower ones that were not.
    std::vector<std::uint64_t> missing;
    /// Place of its last event: later ones never stand above it.
    std::uint64_t lastSortMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "device", &SenderRecord::device),
                          field(2, "highest", &SenderRecord::highest),
                          field(3, "missing", &SenderRecord::missing, anyBound),
                          field(4, "lastSortMs", &SenderRecord::lastSortMs)};
    }
};

/// A conversation (Table::Conversation, key: conversation id).
struct ConversationRecord {
    ConversationId id;
    UserId peer;
    /// Log number up to which everything was taken in.
    std::uint64_t position = 0;
    /// This device's next sender sequence number.
    std::uint64_t nextSequence = 1;
    std::vector<SenderRecord> senders;
    /// Received and not read, oldest first; the newest 1000.
    std::vector<MessageId> unread;
    /// Log number up to which everything was read, here or on another own device.
    std::uint64_t readUpTo = 0;
    bool pinned = false;
    bool muted = false;
    /// There are events from before this device joined the account.
    bool olderElsewhere = false;
    std::uint64_t createdMs = 0;
    /// The newest text here; the next own one names it, so that a dropped one is noticed.
    std::optional<MessageId> lastId;
    std::optional<Hash32> lastHash;
    /// Marks for the peer that are not in the outbox yet.
    std::vector<MessageId> owedDelivered;
    std::vector<MessageId> owedRead;
    /// Log number up to which the log was the same when the server was last put back from a backup.
    std::optional<std::uint64_t> commonSeq;
    /// What follows it has not been read again to the end.
    std::optional<bool> isRepairing;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "id", &ConversationRecord::id),
                          field(2, "peer", &ConversationRecord::peer),
                          field(3, "position", &ConversationRecord::position),
                          field(4, "nextSequence", &ConversationRecord::nextSequence),
                          field(5, "senders", &ConversationRecord::senders, anyBound),
                          field(6, "unread", &ConversationRecord::unread, anyBound),
                          field(7, "readUpTo", &ConversationRecord::readUpTo),
                          field(8, "pinned", &ConversationRecord::pinned),
                          field(9, "muted", &ConversationRecord::muted),
                          field(10, "olderElsewhere", &ConversationRecord::olderElsewhere),
                          field(11, "createdMs", &ConversationRecord::createdMs),
                          field(12, "lastId", &ConversationRecord::lastId),
                          field(13, "lastHash", &ConversationRecord::lastHash),
                          field(14, "owedDelivered", &ConversationRecord::owedDelivered, anyBound),
                          field(15, "owedRead", &ConversationRecord::owedRead, anyBound),
                          field(16, "commonSeq", &ConversationRecord::commonSeq),
                          field(17, "isRepairing", &ConversationRecord::isRepairing)};
    }
};

/// What an event row is.
enum class EventState : std::uint8_t {
    /// Content is there.
    Opened,
    /// Own, in the outbox.
    Queued,
    /// Own, refused by the server.
    Failed,
    /// Not readable; asked for again.
    Waiting,
    /// Not readable and not to be had any more.
    Missing,
    /// Failed a security check.
    Refused,
    /// Of a type or version that is not known.
    Newer,
    /// Deleted by its author; the content is gone.
    Deleted,
    /// A line that this client wrote itself.
    Line,
};
inline constexpr EventState lastOf(EventState)
{
    return EventState::Line;
}

/// What a device was answered about one event (encryption.md 3.5).
struct AnswerRecord {
    DeviceId device;
    std::uint64_t count = 0;
    std::uint64_t lastMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "device", &AnswerRecord::device),
                          field(2, "count", &AnswerRecord::count),
                          field(3, "lastMs", &AnswerRecord::lastMs)};
    }
};

/// The sealed value of an EventRecord. With body key and hash kept: resends, edits, replies and the
/// archive need them.
struct EventRow {
    EventState state = EventState::Opened;
    UserId sender;
    std::uint64_t sentMs = 0;
    std::uint64_t serverMs = 0;
    std::uint64_t logSeq = 0;
    /// The sender's number of this event.
    std::uint64_t senderSeq = 0;
    /// Empty until sealed.
    Bytes aad;
    /// CBOR of encryption.md 4.5; empty if it is not known.
    Bytes content;
    std::optional<WireSecret> bodyKey;
    std::optional<Hash32> bodyHash;
    /// Devices that this device addressed it to.
    std::vector<DeviceId> addressees;
    bool fromRemovedDevice = false;
    /// protocol::ErrorCode of a refusal, or the crypto error of a failed check.
    std::uint64_t error = 0;
    /// SystemLine of a Line.
    std::uint64_t line = 0;
    /// The sealed body of an event of a newer version or one that waits for its key.
    std::optional<Bytes> body;
    /// With fromRemovedDevice: it was declared lost or stolen.
    bool fromLockedOutDevice = false;
    /// Version of the newest own list on the log when it came: later devices are not passed it.
    std::uint64_t ownListVersion = 0;
    /// Another own device had it and passed it on.
    bool recoveredFromOwn = false;
    std::vector<AnswerRecord> answers;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "state", &EventRow::state),
                          field(2, "sender", &EventRow::sender),
                          field(3, "sentMs", &EventRow::sentMs),
                          field(4, "serverMs", &EventRow::serverMs),
                          field(5, "logSeq", &EventRow::logSeq),
                          field(6, "senderSeq", &EventRow::senderSeq),
                          field(7, "aad", &EventRow::aad, anyBound),
                          field(8, "content", &EventRow::content, anyBound),
                          field(9, "bodyKey", &EventRow::bodyKey),
                          field(10, "bodyHash", &EventRow::bodyHash),
                          field(11, "addressees", &EventRow::addressees, anyBound),
                          field(12, "fromRemovedDevice", &EventRow::fromRemovedDevice),
                          field(13, "error", &EventRow::error),
                          field(14, "line", &EventRow::line),
                          field(15, "body", &EventRow::body, anyBound),
                          field(16, "fromLockedOutDevice", &EventRow::fromLockedOutDevice),
                          field(17, "ownListVersion", &EventRow::ownListVersion),
                          field(18, "recoveredFromOwn", &EventRow::recoveredFromOwn),
                          field(19, "answers", &EventRow::answers, anyBound)};
    }
};

enum class OutboxKind : std::uint8_t { Text, Edit, Delete, Control };
inline constexpr OutboxKind lastOf(OutboxKind)
{
    return OutboxKind::Control;
}

/// A frame as it goes to the server, the same bytes each time.
struct SealedRecord {
    Bytes aad;
    Bytes body;
    std::vector<protocol::Wrap> wraps;
    std::vector<DeviceId> unwrapped;
    std::uint64_t roster = 0;
    std::vector<std::uint64_t> erase;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "aad", &SealedRecord::aad, anyBound),
                          field(2, "body", &SealedRecord::body, anyBound),
                          field(3, "wraps", &SealedRecord::wraps, anyBound),
                          field(4, "unwrapped", &SealedRecord::unwrapped, anyBound),
                          field(5, "roster", &SealedRecord::roster),
                          field(6, "erase", &SealedRecord::erase, anyBound)};
    }
};

/// This client refused to send: the addressee's keys do not verify.
inline constexpr std::uint64_t refusedBySecurity = 1000;

/// Something to be sent (Table::Outbox, key: number as u64). Control items have no event row.
struct OutboxRecord {
    std::uint64_t number = 0;
    OutboxKind kind = OutboxKind::Text;
    ConversationId conversation;
    /// The person addressed.
    UserId peer;
    MessageId id;
    std::string text;
    std::optional<MessageId> replyTo;
    /// Of an edit or delete.
    std::optional<MessageId> target;
    std::uint64_t revision = 0;
    /// Content of a control item.
    Bytes content;
    /// A control item for these devices only; empty: all of peer's and all other own ones.
    std::vector<DeviceId> devices;
    /// Number and frame, once it was sealed. Dropped when it was refused.
    std::uint64_t senderSeq = 0;
    std::optional<SealedRecord> sealed;
    /// protocol::ErrorCode, or refusedBySecurity; 0: not refused.
    std::uint64_t refused = 0;
    /// The server had it, and was put back to a time before.
    std::optional<bool> isAgain;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "number", &OutboxRecord::number),
                          field(2, "kind", &OutboxRecord::kind),
                          field(3, "conversation", &OutboxRecord::conversation),
                          field(4, "peer", &OutboxRecord::peer),
                          field(5, "id", &OutboxRecord::id),
                          field(6, "text", &OutboxRecord::text, anyBound),
                          field(7, "replyTo", &OutboxRecord::replyTo),
                          field(8, "target", &OutboxRecord::target),
                          field(9, "revision", &OutboxRecord::revision),
                          field(10, "content", &OutboxRecord::content, anyBound),
                          field(11, "devices", &OutboxRecord::devices, anyBound),
                          field(12, "senderSeq", &OutboxRecord::senderSeq),
                          field(13, "sealed", &OutboxRecord::sealed),
                          field(14, "refused", &OutboxRecord::refused),
                          field(15, "isAgain", &OutboxRecord::isAgain)};
    }
};

/// An own event as the server took it, kept 30 days for a server that loses it (encryption.md
/// section 14; Table::SentFrame, key: hour since 1970 as u64, id). Nothing in it can be read
/// without the keys of its readers.
struct SentFrameRecord {
    std::uint64_t hour = 0;
    OutboxKind kind = OutboxKind::Text;
    ConversationId conversation;
    UserId peer;
    MessageId id;
    /// Of an edit or delete.
    std::optional<MessageId> target;
    std::uint64_t senderSeq = 0;
    Bytes aad;
    Bytes body;
    std::vector<protocol::Wrap> wraps;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "hour", &SentFrameRecord::hour),
                          field(2, "kind", &SentFrameRecord::kind),
                          field(3, "conversation", &SentFrameRecord::conversation),
                          field(4, "peer", &SentFrameRecord::peer),
                          field(5, "id", &SentFrameRecord::id),
                          field(6, "target", &SentFrameRecord::target),
                          field(7, "senderSeq", &SentFrameRecord::senderSeq),
                          field(8, "aad", &SentFrameRecord::aad, anyBound),
                          field(9, "body", &SentFrameRecord::body, anyBound),
                          field(10, "wraps", &SentFrameRecord::wraps, anyBound)};
    }
};

/// An event that could not be opened and was, or will be, asked for again (Table::Outstanding, key:
/// author device, id).
struct OutstandingRecord {
    DeviceId author;
    UserId authorUser;
    MessageId id;
    ConversationId conversation;
    /// A control envelope: nothing is shown, nothing can be rewrapped.
    bool control = false;
    std::uint64_t sinceMs = 0;
    std::uint64_t attempts = 0;
    std::uint64_t nextMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "author", &OutstandingRecord::author),
                          field(2, "authorUser", &OutstandingRecord::authorUser),
                          field(3, "id", &OutstandingRecord::id),
                          field(4, "conversation", &OutstandingRecord::conversation),
                          field(5, "control", &OutstandingRecord::control),
                          field(6, "sinceMs", &OutstandingRecord::sinceMs),
                          field(7, "attempts", &OutstandingRecord::attempts),
                          field(8, "nextMs", &OutstandingRecord::nextMs)};
    }
};

/// A text that was typed and not sent (Table::Draft, key: conversation id).
struct DraftRecord {
    std::string text;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "text", &DraftRecord::text, anyBound)};
    }
};

} // namespace impulse::client
