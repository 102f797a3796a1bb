#pragma once

#include "client/core/models/ChatItem.h"
#include "client/core/models/MessageItem.h"

/// What the windows and the CLI are shown of people. Plain values. The texts of a request that was
/// not accepted are in its messages too; who shows them says that it is a request
/// (encryption.md 6.3).
namespace impulse::client {

enum class ContactStatus {
    /// Nothing decided yet: what he writes is a request.
    Stranger,
    Accepted,
    Blocked,
};

struct PersonItem {
    UserId id;
    QString username;
    /// From the person's profile; empty if not known. Proves nothing (encryption.md 6.4).
    QString displayName;
    QString about;
    QString statusText;
    ContactStatus status = ContactStatus::Stranger;
    IdentityState identity = IdentityState::Unverified;
    /// The identity changed after it had been verified: nothing is sent until a second
    /// confirmation.
    bool wasVerified = false;
    bool online = false;
    /// 0: not known.
    std::uint64_t lastSeenMs = 0;

    /// Display name, else username.
    QString name() const { return displayName.isEmpty() ? username : displayName; }
    bool operator==(const PersonItem&) const = default;
};

} // namespace impulse::client
