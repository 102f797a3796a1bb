#pragma once

#include "client/core/models/MessageItem.h"

namespace impulse::client {

/// What the second line of a chat row says. The words around it are the view's business.
enum class PreviewKind {
    None,    ///< no message yet
    Text,    ///< the last message; `previewOwn` says whose
    Draft,   ///< text that was typed but not sent
    Deleted, ///< the last message was deleted
    Typing,  ///< the peer is writing
    NotSent, ///< an own message that the server refused
    Request, ///< a stranger who asks to write; never carries their text
};

/// What is known of the peer's keys.
enum class IdentityState {
    Unverified, ///< not compared; normal, shown as nothing
    Verified,   ///< the user compared the safety number
    Changed,    ///< the account was set up again, or someone poses as the peer
};

/// One row of the chat list. A plain value.
struct ChatItem {
    ConversationId id;
    UserId peer;
    QString title;    ///< display name, or the username where there is none
    QString username; ///< without "@"
    QString previewText;
    PreviewKind previewKind = PreviewKind::None;
    bool previewOwn = false;
    std::uint64_t timeMs = 0; ///< wall time of the last message, ms since 1970; 0: none yet
    int unread = 0;
    bool pinned = false;
    bool muted = false;
    bool online = false;
    /// State of the last message, if it is an own one.
    std::optional<MessageState> ownState;
    bool request = false;
    bool blocked = false;
    IdentityState identity = IdentityState::Unverified;

    bool operator==(const ChatItem&) const = default;
};

} // namespace impulse::client
