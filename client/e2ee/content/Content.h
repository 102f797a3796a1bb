#pragma once

#include "client/e2ee/content/Mentions.h"
#include "client/e2ee/content/OwnSync.h"
#include "common/crypto/Error.h"
#include "common/crypto/Identity.h"
#include "common/crypto/Secret.h"

#include <string>
#include <variant>
#include <vector>

/// The content of events (encryption.md 4.5): what is inside a body after decryption. Plain values,
/// no thread of their own.
namespace impulse::e2ee {

using ProfileKey = crypto::Secret<struct ProfileKeyTag, 32>;
/// The one-time key of one body. Kept with every message row: a resend and the archive need it.
using BodyKey = crypto::Secret<struct BodyKeyTag, 32>;

enum class ContentType : std::uint64_t {
    Text = 1,
    Edit = 2,
    Delete = 3,
    Reaction = 4,
    Receipt = 5,
    Typing = 6,
    NewProfileKey = 7,
    Pin = 8,
    Timer = 9,
    SenderKey = 16,
    ResendRequest = 17,
    SessionRefresh = 18,
    OwnSync = 19,
    RootUpdate = 20,
    Forwarded = 21,
    History = 22,
};

/// Limits of writers; readers cut what is longer (encryption.md 4.5, appendix A). Sizes in bytes.
namespace contentLimits {
inline constexpr std::size_t attachments = 32;
inline constexpr std::size_t emoji = 32;
inline constexpr std::size_t receiptIds = 100;
inline constexpr std::size_t resendIds = 64;
/// A root secret under SEAL (encryption.md 9.2).
inline constexpr std::size_t rootSlot = 104;
inline constexpr std::uint64_t expireMinSeconds = 30;
inline constexpr std::uint64_t expireMaxSeconds = 31'536'000;
} // namespace contentLimits

/// Names one event together with the exact body that was meant.
struct Reference {
    MessageId id;
    Hash32 bodyHash;

    bool operator==(const Reference&) const = default;
};

struct TextContent {
    std::string text;
    /// Each one CBOR map as in encryption.md section 7, not looked into here.
    std::vector<Bytes> attachments;
    std::optional<Reference> reply;
    /// The last message that was shown when this one was sent.
    std::optional<Reference> after;
    std::optional<ProfileKey> profileKey;
    std::optional<std::uint64_t> expireSeconds;
    std::vector<Mention> mentions;
    bool forwarded = false;
};

struct EditContent {
    Reference target;
    std::string text;
    std::vector<Bytes> attachments;
    std::uint64_t revision = 0;
    std::vector<Mention> mentions;
};

struct DeleteContent {
    Reference target;
};

struct ReactionContent {
    Reference target;
    /// Empty removes the reaction.
    std::string emoji;
};

enum class ReceiptStatus : std::uint64_t { Delivered = 1, Read = 2 };

struct ReceiptContent {
    ReceiptStatus status = ReceiptStatus::Delivered;
    std::vector<MessageId> ids;
};

struct TypingContent {
    bool active = false;
};

struct ProfileKeyContent {
    ProfileKey key;
};

struct PinContent {
    Reference target;
    std::uint64_t revision = 0;
    bool pinned = false;
};

struct TimerContent {
    std::uint64_t revision = 0;
    /// 0 switches the timer off.
    std::uint64_t seconds = 0;
};

struct ResendRequestContent {
    struct Item {
        DeviceId author;
        MessageId id;
        bool operator==(const Item&) const = default;
    };
    std::vector<Item> items;
};

struct SessionRefreshContent {};

/// An event of somebody else, passed on by an own device that had received it.
struct ForwardedContent {
    Bytes aad;
    Hash32 bodyHash;
    /// The key if the body is still in the log, else the content itself.
    std::variant<BodyKey, Bytes> payload;
};

/// The archive key of a generation, with the identity's signature.
struct ArchiveKeyOffer {
    BoxPublicKey key;
    Signature certificate;
};

/// A new password or a new generation of keys, from one own device to the others.
struct RootUpdateContent {
    std::uint32_t generation = 0;
    /// Of the account key ASK of this generation.
    std::optional<crypto::AccountSeed> accountSeed;
    std::optional<ArchiveKeyOffer> archive;
    /// Slot 2: the root secret under the new password (encryption.md 9.2).
    std::optional<Bytes> passwordSlot;
};

/// A type that this room does not take apart: an unknown one ("needs a newer version"), or one of
/// groups and history, which have their own readers.
struct OtherContent {
    std::uint64_t type = 0;
};

using Content = std::variant<TextContent, EditContent, DeleteContent, ReactionContent,
                             ReceiptContent, TypingContent, ProfileKeyContent, PinContent,
                             TimerContent, ResendRequestContent, SessionRefreshContent,
                             OwnSyncContent, RootUpdateContent, ForwardedContent, OtherContent>;

/// Type and top-level keys, in their order.
struct ContentHeader {
    std::uint64_t type = 0;
    std::vector<std::uint64_t> keys;

    bool is(ContentType other) const { return type == static_cast<std::uint64_t>(other); }
};

/// Checks that `content` is one CBOR map by the rules and that its type may stand in an event of
/// this kind. Errors: Malformed.
crypto::Result<ContentHeader> decodeHeader(crypto::EventKind kind, View content);

/// decodeHeader, then the fields of the type. Unknown keys are ignored, over-long lists and an
/// over-long emoji are cut. Errors: Malformed (a required field is absent, any field has the wrong
/// type or length).
crypto::Result<Content> parseContent(crypto::EventKind kind, View content);

/// The content as bytes to be sealed. Errors: LimitExceeded (a limit of writers, or more than
/// limits::content bytes), Malformed (text is not UTF-8, a mention does not fit it, a revision or
/// receipt is empty). OtherContent cannot be written: Internal.
crypto::Result<Bytes> writeContent(const Content& content);

/// Valid UTF-8 of not more than `max` bytes, cut between code points.
std::string cutText(std::string text, std::size_t max);

} // namespace impulse::e2ee
