#pragma once

#include "common/core/Ids.h"
#include "common/crypto/Error.h"

#include <string>
#include <string_view>

/// Comparing identity keys by voice or camera (encryption.md 8.2).
namespace impulse::e2ee {

/// A person and the identity key pinned for them.
struct Identity {
    UserId user;
    SignPublicKey key;
};

struct Fingerprint {
    Hash32 raw;
    /// 30 decimal digits.
    std::string digits;
};

/// Takes about a quarter of a second and 64 MiB (Argon2id): run it on a worker, keep the result.
/// Errors: LimitExceeded (no memory).
crypto::Result<Fingerprint> fingerprint(const Identity& identity);

/// Both fingerprints as 60 digits, the same for either side. Errors: LimitExceeded (no memory).
crypto::Result<std::string> safetyNumber(const Identity& mine, const Identity& theirs);

/// 12 groups of 5 digits, separated by spaces.
std::string displaySafetyNumber(std::string_view digits);

/// The text of the QR code that this person shows.
std::string safetyCode(const Identity& mine, const Identity& theirs);

/// Compares a scanned code of the other person with both pins. Errors: Malformed,
/// UnsupportedVersion, UntrustedIdentity (other people, or other keys: a loud alarm).
crypto::Result<void> checkSafetyCode(std::string_view scanned, const Identity& mine,
                                     const Identity& theirs);

} // namespace impulse::e2ee
