#pragma once

#include "common/crypto/Identity.h"
#include "common/crypto/Password.h"
#include "common/crypto/Rng.h"
#include "common/crypto/Secret.h"

#include <string>
#include <string_view>

/// The recovery code and the sealed copies of the account root (encryption.md 9.2, 9.3).
namespace impulse::e2ee {

using RecoverySecret = crypto::Secret<struct RecoverySecretTag, 16>;

/// Draws 16.
RecoverySecret makeRecoverySecret(crypto::Rng& rng);

/// 28 characters in 7 groups of 4, separated by hyphens. Show it, do not store it.
std::string recoveryCode(const RecoverySecret& secret);

/// Any case, spaces and hyphens ignored, O read as 0, I and L as 1. Errors: Malformed (length,
/// character or check).
crypto::Result<RecoverySecret> parseRecoveryCode(std::string_view text);

struct RecoveryKeys {
    /// Opens the root slot of kind Recovery.
    crypto::WrapKey key;
    /// Proves to the server that the code is known.
    crypto::AuthSecret auth;
};

RecoveryKeys recoveryKeys(const RecoverySecret& secret);

enum class RootSlotKind : std::uint8_t { Recovery = 1, Password = 2 };

/// Draws 24.
Bytes sealRootSlot(crypto::Rng& rng, const crypto::WrapKey& key, RootSlotKind kind,
                   const UserId& user, const crypto::RootSecret& root);

/// Errors: Malformed, AuthFailed (wrong code or password, other user or kind).
crypto::Result<crypto::RootSecret> openRootSlot(const crypto::WrapKey& key, RootSlotKind kind,
                                                const UserId& user, View slot);

} // namespace impulse::e2ee
