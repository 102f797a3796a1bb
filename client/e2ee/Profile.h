#pragma once

#include "client/e2ee/content/Content.h"
#include "common/crypto/Rng.h"

#include <string>

/// Name, status and picture of a person, readable by whoever has the profile key
/// (encryption.md 6.4). A displayed name proves nothing.
namespace impulse::e2ee {

/// Limits of writers in bytes; readers cut what is longer.
namespace profileLimits {
inline constexpr std::size_t name = 128;
inline constexpr std::size_t status = 256;
inline constexpr std::size_t about = 4096;
} // namespace profileLimits

struct Profile {
    std::string name;
    std::string status;
    std::string about;
    /// One CBOR map as in encryption.md section 7, not looked into here.
    std::optional<Bytes> avatar;
};

/// Empty texts are left out. Errors: Malformed (not UTF-8), LimitExceeded.
crypto::Result<Bytes> writeProfile(const Profile& profile);
/// Errors: Malformed.
crypto::Result<Profile> parseProfile(View content);

/// The blob for the server. Draws 24. Errors: LimitExceeded.
crypto::Result<Bytes> sealProfile(crypto::Rng& rng, const ProfileKey& key, const UserId& user,
                                  std::uint32_t version, View content);

struct OpenedProfile {
    std::uint32_t version = 0;
    Bytes content;
};

/// `lastVersion` is the highest one seen of this person (0: none). Errors: Malformed,
/// UnsupportedVersion, AuthFailed, BadPadding, StaleList (older than lastVersion).
crypto::Result<OpenedProfile> openProfile(const ProfileKey& key, const UserId& user, View blob,
                                          std::uint32_t lastVersion);

} // namespace impulse::e2ee
