#pragma once

#include "common/protocol/AccountMessages.h"

/// Conversations as logs, and device mailboxes. AAD, body and wraps are those of encryption.md
/// section 4: the server reads the AAD and nothing else.
namespace impulse::protocol {

inline constexpr Bound aadBound{limits::aadGroup, 0};
inline constexpr Bound bodyBound{limits::body, 0};
/// Devices of both people, except the sender's.
inline constexpr std::size_t wrapsPerEvent = 2 * limits::devices - 1;
/// A chain key goes to every device of a group. (About 3000 wraps fill a frame.)
inline constexpr std::size_t wrapsPerControl = 4096;
/// Control envelopes that are stored together with an event.
inline constexpr std::size_t controlsPerEvent = 16;

/// The key of one event's body for one device: [device_id, ratchet message].
struct Wrap {
    DeviceId deviceId;
    Bytes message;

    static constexpr bool asArray = true;
    static constexpr auto fields()
    {
        return std::tuple{field(1, "deviceId", &Wrap::deviceId),
                          field(2, "message", &Wrap::message, {limits::wrap, 0})};
    }
};

/// How far a device has a conversation: [conversation, log number], 0 for nothing.
struct LogPosition {
    ConversationId conversationId;
    std::uint64_t seq = 0;

    static constexpr bool asArray = true;
    static constexpr auto fields()
    {
        return std::tuple{field(1, "conversationId", &LogPosition::conversationId),
                          field(2, "seq", &LogPosition::seq)};
    }
};

/// Conversations of one Sync.
inline constexpr std::size_t conversationsPerSync = 5000;

/// After every login: what is new? From here on the server pushes to this connection.
struct Sync {
    /// Ascending by conversation. With `after`, only those above it.
    std::vector<LogPosition> positions;
    /// Continue an answer that said `more`: only conversations with a higher id.
    std::optional<ConversationId> after;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "positions", &Sync::positions, {0, conversationsPerSync}),
                          field(3, "after", &Sync::after)};
    }
};

struct ConversationHead {
    ConversationId conversationId;
    /// The other person; the asker itself for notes to self.
    UserId peer;
    /// Oldest event that is still kept, newest event.
    std::uint64_t firstSeq = 1;
    std::uint64_t lastSeq = 0;

    static constexpr bool asArray = true;
    static constexpr auto fields()
    {
        return std::tuple{field(1, "conversationId", &ConversationHead::conversationId),
                          field(2, "peer", &ConversationHead::peer),
                          field(3, "firstSeq", &ConversationHead::firstSeq),
                          field(4, "lastSeq", &ConversationHead::lastSeq)};
    }
};

struct GroupHead {
    ConversationId conversationId;
    /// Of the newest state that the asker may see.
    std::uint64_t epoch = 0;
    /// Oldest and newest event that the asker may see.
    std::uint64_t firstSeq = 1;
    std::uint64_t lastSeq = 0;

    static constexpr bool asArray = true;
    static constexpr auto fields()
    {
        return std::tuple{field(1, "conversationId", &GroupHead::conversationId),
                          field(2, "epoch", &GroupHead::epoch),
                          field(3, "firstSeq", &GroupHead::firstSeq),
                          field(4, "lastSeq", &GroupHead::lastSeq)};
    }
};

struct SyncResult {
    /// Direct conversations whose last number is not the one stated, ascending.
    std::vector<ConversationHead> conversations;
    bool more = false;
    std::uint64_t directorySeq = 0;
    /// Number of the newest mailbox entry; 0: empty.
    std::uint64_t mailboxLast = 0;
    std::uint64_t serverMs = 0;
    /// The same of groups; also of those that the asker has left.
    std::vector<GroupHead> groups;

    static constexpr auto fields()
    {
        return std::tuple{
            field(2, "conversations", &SyncResult::conversations, {0, conversationsPerSync}),
            field(3, "more", &SyncResult::more),
            field(4, "directorySeq", &SyncResult::directorySeq),
            field(5, "mailboxLast", &SyncResult::mailboxLast),
            field(6, "serverMs", &SyncResult::serverMs),
            field(7, "groups", &SyncResult::groups, {0, conversationsPerSync})};
    }
};

/// A control envelope that is stored together with an event.
struct ControlEnvelope {
    Bytes aad;
    Bytes body;
    std::vector<Wrap> wraps;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "aad", &ControlEnvelope::aad, aadBound),
                          field(2, "body", &ControlEnvelope::body, bodyBound),
                          field(3, "wraps", &ControlEnvelope::wraps, {0, wrapsPerControl})};
    }
};

/// A durable event of a conversation (AAD kind 1 or 2, not transient). Answered after the commit.
struct SendEvent {
    Bytes aad;
    Bytes body;
    std::vector<Wrap> wraps;
    /// Devices for which no keys could be had (encryption.md 4.2).
    std::vector<DeviceId> unwrapped;
    /// Roster version that this was sealed for: number of directory entries of both people
    /// together (notes to self: of the one), or of all members of the state that the AAD names.
    std::uint64_t roster = 0;
    /// Delete for everyone: log numbers of the target and its edits, all by the sender's user.
    std::vector<std::uint64_t> erase;
    /// Hours since 1970 after which the server erases this event.
    std::optional<std::uint64_t> expiresHour;
    /// Groups: by the key of the sender's chain.
    std::optional<Signature> sig = std::nullopt;
    /// Groups: chain keys that this event needs, stored in the same transaction.
    std::optional<std::vector<ControlEnvelope>> controls = std::nullopt;

    static constexpr auto fields()
    {
        return std::tuple{
            field(2, "aad", &SendEvent::aad, aadBound),
            field(3, "body", &SendEvent::body, bodyBound),
            field(4, "wraps", &SendEvent::wraps, {0, wrapsPerEvent}),
            field(5, "unwrapped", &SendEvent::unwrapped, {0, wrapsPerEvent}),
            field(6, "roster", &SendEvent::roster),
            field(7, "erase", &SendEvent::erase, {0, 100}),
            field(8, "expiresHour", &SendEvent::expiresHour),
            field(9, "sig", &SendEvent::sig),
            field(10, "controls", &SendEvent::controls, {0, controlsPerEvent})};
    }
};

struct EventAccepted {
    ConversationId conversationId;
    /// Log number.
    std::uint64_t seq = 0;
    std::uint64_t serverMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "conversationId", &EventAccepted::conversationId),
                          field(3, "seq", &EventAccepted::seq),
                          field(4, "serverMs", &EventAccepted::serverMs)};
    }
};

/// A control envelope (AAD kind 3) for the mailboxes of the devices that have a wrap.
struct SendControl {
    Bytes aad;
    Bytes body;
    std::vector<Wrap> wraps;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "aad", &SendControl::aad, aadBound),
                          field(3, "body", &SendControl::body, bodyBound),
                          field(4, "wraps", &SendControl::wraps, {0, wrapsPerControl})};
    }
};

struct ControlAccepted {
    std::uint64_t serverMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "serverMs", &ControlAccepted::serverMs)};
    }
};

/// AAD with the transient flag (typing). Passed on to devices that are online, never stored.
struct SendTransient {
    Bytes aad;
    Bytes body;
    std::vector<Wrap> wraps;
    /// Groups: in place of wraps.
    std::optional<Signature> sig = std::nullopt;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "aad", &SendTransient::aad, aadBound),
                          field(3, "body", &SendTransient::body, bodyBound),
                          field(4, "wraps", &SendTransient::wraps, {0, wrapsPerEvent}),
                          field(5, "sig", &SendTransient::sig)};
    }
};

struct FetchEvents {
    ConversationId conversationId;
    /// Events with a higher log number are wanted, in order.
    std::uint64_t after = 0;
    /// At most so many; the server may answer with fewer, but at least one if there is any.
    std::uint64_t limit = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "conversationId", &FetchEvents::conversationId),
                          field(3, "after", &FetchEvents::after),
                          field(4, "limit", &FetchEvents::limit)};
    }
};

/// One event as a device sees it.
struct LogEvent {
    std::uint64_t seq = 0;
    std::uint64_t serverMs = 0;
    /// Empty for a state of a group.
    Bytes aad;
    /// Absent: erased (a tombstone), or a state.
    std::optional<Bytes> body;
    /// Absent: nothing was wrapped for this device.
    std::optional<Bytes> wrap;
    /// Events of groups.
    std::optional<Signature> sig = std::nullopt;
    /// GS: from here on this is the group's state.
    std::optional<Bytes> state = std::nullopt;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "seq", &LogEvent::seq),
                          field(2, "serverMs", &LogEvent::serverMs),
                          field(3, "aad", &LogEvent::aad, aadBound),
                          field(4, "body", &LogEvent::body, bodyBound),
                          field(5, "wrap", &LogEvent::wrap, {limits::wrap, 0}),
                          field(6, "sig", &LogEvent::sig),
                          field(7, "state", &LogEvent::state, {limits::groupState, 0})};
    }
};

struct EventPage {
    std::vector<LogEvent> events;
    /// Oldest event that is still kept, newest event of the log.
    std::uint64_t firstSeq = 1;
    std::uint64_t lastSeq = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "events", &EventPage::events, {0, 1000}),
                          field(3, "firstSeq", &EventPage::firstSeq),
                          field(4, "lastSeq", &EventPage::lastSeq)};
    }
};

struct FetchMailbox {
    /// Entries with a higher number are wanted, in order.
    std::uint64_t after = 0;
    std::uint64_t limit = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "after", &FetchMailbox::after),
                          field(3, "limit", &FetchMailbox::limit)};
    }
};

struct MailboxEntry {
    /// 1, 2, 3 … in this mailbox, without holes.
    std::uint64_t number = 0;
    std::uint64_t serverMs = 0;
    Bytes aad;
    Bytes body;
    Bytes wrap;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "number", &MailboxEntry::number),
                          field(2, "serverMs", &MailboxEntry::serverMs),
                          field(3, "aad", &MailboxEntry::aad, aadBound),
                          field(4, "body", &MailboxEntry::body, bodyBound),
                          field(5, "wrap", &MailboxEntry::wrap, {limits::wrap, 0})};
    }
};

struct MailboxPage {
    std::vector<MailboxEntry> entries;
    bool more = false;
    /// Entries were dropped because the mailbox was full or they were too old.
    bool missing = false;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "entries", &MailboxPage::entries, {0, 1000}),
                          field(3, "more", &MailboxPage::more),
                          field(4, "missing", &MailboxPage::missing)};
    }
};

/// Deletes entries up to and including this number.
struct AckMailbox {
    std::uint64_t upTo = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "upTo", &AckMailbox::upTo)};
    }
};

} // namespace impulse::protocol
