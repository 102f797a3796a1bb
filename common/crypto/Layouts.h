#pragma once

#include "common/core/Ids.h"
#include "common/core/Limits.h"
#include "common/crypto/Error.h"

#include <cstdint>
#include <optional>
#include <vector>

/// The public layouts that clients and server both check: AAD (encryption.md 4.1), device list
/// (1.2), signed and one-time prekeys (1.3); group states (5.1) are in GroupStates.h. A layout is
/// parsed here and nowhere else. Signatures are checked in Identity.h and Prekeys.h.
namespace impulse::crypto {

enum class EventKind : std::uint8_t { Direct = 1, Group = 2, Control = 3 };

using ChainId = Fixed<struct ChainIdTag, 16>;

/// The public half of an event, authenticated end to end.
struct Aad {
    static constexpr std::uint8_t transient = 1;
    static constexpr std::uint8_t silent = 2;

    struct Group {
        std::uint64_t epoch = 0;
        Hash32 stateHash;
        ChainId chain;
        std::uint32_t iteration = 0;
        bool operator==(const Group&) const = default;
    };

    EventKind kind = EventKind::Direct;
    std::uint8_t flags = 0;
    ConversationId conversation;
    MessageId message;
    UserId senderUser;
    DeviceId senderDevice;
    /// The addressee; zeros for groups and for control events about a group.
    UserId peerUser;
    /// Milliseconds since 1970.
    std::uint64_t sentMs = 0;
    /// The sender seq: 1, 2, 3 … per device and conversation; 0 for control and transient events.
    std::uint64_t seq = 0;
    /// Present for groups only.
    std::optional<Group> group;

    bool isTransient() const { return flags & transient; }
    bool operator==(const Aad&) const = default;
};

/// Conversation of two people; of one with themselves, if both are equal.
ConversationId directConversation(const UserId& one, const UserId& other);

/// UnsupportedVersion; Malformed for everything else, including a wrong conversation id.
Result<Aad> parseAad(View bytes);
/// Malformed if the fields break the rules that parseAad checks.
Result<Bytes> writeAad(const Aad& aad);

/// One device of a device list.
struct DeviceEntry {
    SignPublicKey signKey;
    BoxPublicKey boxKey;
    std::uint64_t createdMs = 0;
    Signature selfSignature;
    bool operator==(const DeviceEntry&) const = default;
};

/// Derived from both keys, so that it cannot be pointed at others.
DeviceId deviceId(const UserId& user, const DeviceEntry& device);

/// The fields of a device list. Parsed is not verified: see verifyDeviceList and acceptDeviceList.
struct DeviceList {
    UserId user;
    /// Generation of the account key, from 1.
    std::uint32_t generation = 0;
    /// UIK: what contacts verify.
    SignPublicKey identityKey;
    /// ASK: what signs this list.
    SignPublicKey accountKey;
    Signature accountCertificate;
    /// Counts all lists the user ever published, from 1.
    std::uint64_t version = 0;
    /// Hash of the list before; zeros for version 1.
    Hash32 previous;
    std::uint64_t createdMs = 0;
    /// 1 to 32, ascending by device id.
    std::vector<DeviceEntry> devices;
    Signature signature;

    /// Nothing if the device is not listed.
    const DeviceEntry* find(const DeviceId& device) const;
};

/// Sizes, order and count: UnsupportedVersion, Malformed.
Result<DeviceList> parseDeviceList(View bytes);
/// Everything before the signature. The devices are already sorted.
Bytes writeUnsignedDeviceList(const DeviceList& list);
/// DLHASH, of the bytes with the signature.
Hash32 deviceListHash(View list);

struct SignedPrekey {
    static constexpr std::size_t wireSize = 108;
    /// From 1, increasing, never used again.
    std::uint32_t id = 0;
    BoxPublicKey key;
    std::uint64_t createdMs = 0;
    Signature signature;
    bool operator==(const SignedPrekey&) const = default;
};
/// Malformed. The signature is checked by verifySignedPrekey.
Result<SignedPrekey> parseSignedPrekey(View bytes);
Bytes writeSignedPrekey(const SignedPrekey& prekey);

struct OneTimePrekey {
    static constexpr std::size_t wireSize = 36;
    /// From 1, increasing, never used again.
    std::uint32_t id = 0;
    BoxPublicKey key;
    bool operator==(const OneTimePrekey&) const = default;
};
/// Malformed.
Result<OneTimePrekey> parseOneTimePrekey(View bytes);
Bytes writeOneTimePrekey(const OneTimePrekey& prekey);

} // namespace impulse::crypto
