#pragma once

#include "common/core/Ids.h"

#include <QString>

#include <optional>
#include <vector>

/// What the windows and the CLI are shown: plain values, of any thread. Texts of a request that was
/// not accepted are in `text` too; who shows them says that it is a request (encryption.md 6.3).
namespace impulse::client {

enum class MessageState {
    /// From somebody else.
    Received,
    /// In the outbox.
    Pending,
    /// The server stored it.
    Sent,
    Delivered,
    Read,
    /// The server refused it; see `reason`.
    Failed,
    /// The person's identity changed: waits for the user's decision.
    Held,
};

enum class MessageKind {
    Text,
    /// Deleted by its author for everyone.
    Deleted,
    /// Hidden: failed a security check.
    Refused,
    /// Not readable yet; asked for again.
    Missing,
    /// Could not be recovered within 30 days.
    Lost,
    /// Made by a newer version.
    NewerVersion,
    // Lines of the conversation itself:
    /// Messages may be missing here.
    Gap,
    /// Older messages cannot be read on this device (it joined later).
    OlderUnreadable,
    /// The person's identity changed.
    IdentityChanged,
    /// The person signed in on another device.
    NewDevice,
};

struct MessageVersion {
    QString text;
    std::uint64_t sentMs = 0;
};

struct MessageItem {
    MessageId id;
    DeviceId senderDevice;
    UserId sender;
    bool own = false;
    MessageKind kind = MessageKind::Text;
    MessageState state = MessageState::Received;
    /// Milliseconds since 1970; place in the conversation is (sortMs, id).
    std::uint64_t sortMs = 0;
    /// What the sender's clock said.
    std::uint64_t sentMs = 0;
    /// When the server stored it; 0 while pending.
    std::uint64_t serverMs = 0;
    /// Number in the conversation's log; 0 while pending.
    std::uint64_t logSeq = 0;
    QString text;
    bool edited = false;
    /// Earlier versions, oldest first.
    std::vector<MessageVersion> history;
    std::optional<MessageId> replyTo;
    QString replyText;
    UserId replySender;
    /// Sent from a device that was removed since.
    bool fromRemovedDevice = false;
    /// Two different contents claim this place: the sender or the server cheats.
    bool equivocation = false;
    /// Why it failed: a ClientErrorCode, for MessageState::Failed.
    int reason = 0;
};

enum class ContactStatus {
    /// Nothing decided yet: what he writes is a request.
    Stranger,
    Accepted,
    Blocked,
};

enum class IdentityState { Unverified, Verified, Changed, ChangedVerified };

struct PersonItem {
    UserId id;
    QString username;
    /// From the person's profile; empty if not known. Proves nothing (encryption.md 6.4).
    QString displayName;
    QString about;
    QString statusText;
    ContactStatus status = ContactStatus::Stranger;
    IdentityState identity = IdentityState::Unverified;
    bool online = false;
    std::uint64_t lastSeenMs = 0;

    /// Display name, else username.
    QString name() const { return displayName.isEmpty() ? username : displayName; }
};

struct ChatItem {
    ConversationId id;
    PersonItem person;
    bool notesToSelf = false;
    /// Wants to write and was not accepted yet.
    bool request = false;
    bool typing = false;
    int unread = 0;
    bool muted = false;
    bool pinned = false;
    QString draft;
    std::optional<MessageItem> lastMessage;
    /// Time for the order of the list, newest first.
    std::uint64_t sortMs = 0;
    /// First unread message when there is one: the "New messages" divider goes above it.
    std::optional<MessageId> firstUnread;
};

} // namespace impulse::client
