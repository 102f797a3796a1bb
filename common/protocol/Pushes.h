#pragma once

#include "common/protocol/ContactMessages.h"
#include "common/protocol/EventMessages.h"

/// What the server sends unasked. Every push is a hint: what is lost is fetched.
namespace impulse::protocol {

struct EventPush {
    LogEvent event;

    static constexpr auto fields() { return std::tuple{field(2, "event", &EventPush::event)}; }
};

/// These events are tombstones now.
struct ErasedPush {
    ConversationId conversationId;
    std::vector<std::uint64_t> seqs;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "conversationId", &ErasedPush::conversationId),
                          field(3, "seqs", &ErasedPush::seqs, {0, 100})};
    }
};

struct MailboxPush {
    MailboxEntry entry;

    static constexpr auto fields() { return std::tuple{field(2, "entry", &MailboxPush::entry)}; }
};

struct TransientPush {
    std::uint64_t serverMs = 0;
    Bytes aad;
    Bytes body;
    /// Empty in groups.
    Bytes wrap;
    std::optional<Signature> sig = std::nullopt;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "serverMs", &TransientPush::serverMs),
                          field(3, "aad", &TransientPush::aad, aadBound),
                          field(4, "body", &TransientPush::body, bodyBound),
                          field(5, "wrap", &TransientPush::wrap, {limits::wrap, 0}),
                          field(6, "sig", &TransientPush::sig)};
    }
};

/// A new entry of the directory log.
struct DirectoryPush {
    /// seq u64, label 32, dl_hash 32.
    Fixed<struct DirectoryEntryTag, 72> entry;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "entry", &DirectoryPush::entry)};
    }
};

struct PresencePush {
    Presence presence;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "presence", &PresencePush::presence)};
    }
};

/// This person's profile is another one now.
struct ProfilePush {
    UserId userId;

    static constexpr auto fields() { return std::tuple{field(2, "userId", &ProfilePush::userId)}; }
};

/// Another device of the same account changed a contact.
struct ContactPush {
    ContactEntry contact;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "contact", &ContactPush::contact)};
    }
};

/// The last member closed this group, with another of his devices.
struct GroupClosedPush {
    ConversationId conversationId;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "conversationId", &GroupClosedPush::conversationId)};
    }
};

/// The server closes this connection now and says why.
struct ClosingPush {
    ErrorCode reason = ErrorCode::Unavailable;
    std::uint64_t retryAfterMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "reason", &ClosingPush::reason),
                          field(3, "retryAfterMs", &ClosingPush::retryAfterMs)};
    }
};

} // namespace impulse::protocol
