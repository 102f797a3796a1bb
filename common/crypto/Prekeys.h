#pragma once

#include "common/crypto/Identity.h"

/// Prekeys of a device (encryption.md 1.3): secrets on the device, public halves on the server.
namespace impulse::crypto {

/// A signed prekey with the seed of its pair.
struct OwnSignedPrekey {
    SignedPrekey publicPart;
    BoxSeed seed;
};
/// A one-time prekey with the seed of its pair.
struct OwnOneTimePrekey {
    OneTimePrekey publicPart;
    BoxSeed seed;
};

/// Draws the seed. `id` is at least 1 and above every earlier one.
OwnSignedPrekey makeSignedPrekey(Rng& rng, const SignSecretKey& signKey, const UserId& user,
                                 const DeviceId& device, std::uint32_t id, std::uint64_t createdMs);
/// Draws the seed. `id` is at least 1 and above every earlier one.
OwnOneTimePrekey makeOneTimePrekey(Rng& rng, std::uint32_t id);

/// BadSignature unless the device signed it.
Result<void> verifySignedPrekey(const SignedPrekey& prekey, const SignPublicKey& signKey,
                                const UserId& user, const DeviceId& device);

} // namespace impulse::crypto
