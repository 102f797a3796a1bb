#pragma once

#include "common/core/Ids.h"

#include <QString>

#include <optional>
#include <vector>

/// Plain values that the client core hands to the windows.
namespace impulse::client {

enum class MessageState {
    Pending,   ///< in the outbox
    Sent,      ///< the server stored it
    Delivered, ///< a device of the peer has it
    Read,
    Failed, ///< refused for good; see `failure`
    Held,   ///< waits for the user's decision about a changed identity
};

enum class MessageFailure {
    None,
    Refused,
    TooLarge,
    NotAllowed,
    Blocked,
    RateLimited,
    Security,
    NoAccount, ///< the other person has deleted the account
};

enum class MessageKind {
    Text,
    Deleted,
    Refused,      ///< failed a security check; the text is not shown
    Missing,      ///< "messages may be missing" (encryption.md 4.4)
    NewerVersion, ///< content of a type that this version does not know
    System,
};

enum class SystemLine {
    Encrypted,       ///< first line of a conversation
    IdentityChanged, ///< the peer's safety number has changed
    OlderElsewhere,  ///< messages from before this computer joined the account
};

/// The device that sent a message has left the account since (encryption.md 4.4).
enum class RemovedDevice { No, Removed, LostOrStolen };

/// What is known of a message of kind Missing.
enum class MissingMessage {
    Gap,      ///< there may be some; the own line of this device
    Expected, ///< one came that cannot be read yet; it was asked for again
    Lost,     ///< one that cannot be had any more
};

struct MessageVersion {
    QString text;
    std::uint64_t timeMs = 0;
    bool operator==(const MessageVersion&) const = default;
};

struct ReplyQuote {
    MessageId id;
    QString authorName; ///< empty if the author is the user
    bool own = false;
    UserId author;
    QString text; ///< empty: the message is not here (deleted, or older than the history)
    bool operator==(const ReplyQuote&) const = default;
};

/// One row of a conversation. `sortMs`, `device` and `sequence` order it; see MessageListModel.
struct MessageItem {
    MessageId id; ///< for Missing and System rows any id that is unique and stays the same
    MessageKind kind = MessageKind::Text;
    bool outgoing = false;
    UserId sender;
    QString senderName;
    QString text;
    std::uint64_t sentMs = 0;   ///< the sender's clock, ms since 1970; this is shown
    std::uint64_t sortMs = 0;   ///< from clampedSortMs()
    DeviceId device;            ///< of the sender
    std::uint64_t sequence = 0; ///< the sender seq of (device, conversation); 0: none
    MessageState state = MessageState::Sent;
    MessageFailure failure = MessageFailure::None;
    bool edited = false;
    std::vector<MessageVersion> versions; ///< the earlier texts, oldest first
    std::optional<ReplyQuote> reply;
    SystemLine system = SystemLine::Encrypted;
    RemovedDevice removedDevice = RemovedDevice::No;
    /// It could not be read here; another device of the user passed it on.
    bool recoveredFromOwn = false;
    MissingMessage missing = MissingMessage::Gap;

    bool operator==(const MessageItem&) const = default;
};

/// The time that a message is sorted by: the sender's, clamped to [server - 24 h, server + 5 min]
/// (encryption.md 4.4). `serverMs` 0: the server has not taken it yet.
inline std::uint64_t clampedSortMs(std::uint64_t sentMs, std::uint64_t serverMs)
{
    constexpr std::uint64_t backMs = 24ULL * 3600 * 1000;
    constexpr std::uint64_t aheadMs = 5ULL * 60 * 1000;
    if (serverMs == 0)
        return sentMs;
    const std::uint64_t lowest = serverMs > backMs ? serverMs - backMs : 0;
    if (sentMs < lowest)
        return lowest;
    return sentMs > serverMs + aheadMs ? serverMs + aheadMs : sentMs;
}

} // namespace impulse::client
