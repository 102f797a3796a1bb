#pragma once

#include "common/core/Cbor.h"
#include "common/core/Ids.h"
#include "common/core/Limits.h"
#include "common/crypto/Error.h"

#include <variant>

/// What one's own devices tell each other (content type 19, encryption.md 4.5).
namespace impulse::e2ee {

/// The identity key that this account has seen, and perhaps verified, for a person.
struct IdentitySync {
    UserId user;
    SignPublicKey identityKey;
    std::uint64_t generation = 0;
    std::uint64_t version = 0;
    bool verified = false;
};

struct ContactSync {
    UserId user;
    bool accepted = false;
    bool blocked = false;
};

struct ReadUpToSync {
    ConversationId conversation;
    /// Number in the conversation's log.
    std::uint64_t number = 0;
};

/// Asks the other devices for their history.
struct HistoryWantedSync {};

/// Subtypes from 16. Unknown ones are kept and archived like the known.
namespace valueSubtype {
inline constexpr std::uint64_t first = 16;
inline constexpr std::uint64_t draft = 16;
inline constexpr std::uint64_t setting = 17;
inline constexpr std::uint64_t person = 18;
inline constexpr std::uint64_t hidden = 19;
inline constexpr std::uint64_t conversation = 20;
inline constexpr std::uint64_t device = 21;
} // namespace valueSubtype

inline constexpr std::size_t maxValueKey = 64;
/// Further keys of one subtype are ignored.
inline constexpr std::size_t maxValuesPerSubtype = 100'000;

/// Decides between two values of one (subtype, key): the highest wins.
struct ValueVersion {
    std::uint64_t revision = 0;
    DeviceId device;

    auto operator<=>(const ValueVersion&) const = default;
};

/// One synchronised value: a draft, a setting, an alias, a mute.
struct ValueSync {
    std::uint64_t subtype = 0;
    /// 1 to maxValueKey bytes.
    Bytes key;
    /// One CBOR item. Absent: the value is removed.
    std::optional<Bytes> value;
    /// From 1 to limits::maxInteger.
    std::uint64_t revision = 0;

    ValueVersion versionFrom(const DeviceId& sender) const { return {revision, sender}; }
};

/// True if `candidate` replaces what is stored (nothing: no such key yet).
bool wins(const ValueVersion& candidate, const std::optional<ValueVersion>& stored);

/// The revision of a new write: the clock in ms, but always above the known revision (0: none).
std::uint64_t nextRevision(std::uint64_t nowMs, std::uint64_t known);

/// A subtype below 16 that is unknown or belongs to another reader (archive heads): ignored.
struct OtherSync {
    std::uint64_t subtype = 0;
};

using OwnSyncContent =
    std::variant<IdentitySync, ContactSync, ReadUpToSync, HistoryWantedSync, ValueSync, OtherSync>;

/// Reads keys 32 and 33 of a type-19 content. Errors: Malformed.
crypto::Result<OwnSyncContent> parseOwnSync(std::uint64_t subtype, View data);

/// The subtype (key 32) and the data (key 33, one CBOR item). Errors: Malformed (an empty or
/// over-long key, a revision out of range, a value that is not one CBOR item), Internal
/// (OtherSync).
struct OwnSyncFields {
    std::uint64_t subtype = 0;
    Bytes data;
};
crypto::Result<OwnSyncFields> writeOwnSync(const OwnSyncContent& sync);

} // namespace impulse::e2ee
