#pragma once

#include "client/e2ee/content/Content.h"
#include "common/crypto/DeviceLists.h"

/// When the keys that another own device sends are taken (encryption.md 4.5).
namespace impulse::e2ee {

/// What is known of the own account.
struct OwnAccount {
    UserId user;
    SignPublicKey identityKey;
    /// Generation of the account key that this device holds.
    std::uint32_t generation = 0;
};

/// `latest` is the newest own list, `sender` the device that sent the update. Errors:
/// UntrustedIdentity (the list is not of this identity), StaleList (not the list's generation),
/// NotAuthorized (the sender is not in the list), Malformed (a new generation without its seed),
/// BadSignature (the seed does not yield the list's account key, or the identity did not certify
/// the archive key for this generation).
crypto::Result<void> checkRootUpdate(const RootUpdateContent& update, const OwnAccount& account,
                                     const crypto::VerifiedDeviceList& latest,
                                     const DeviceId& sender);

} // namespace impulse::e2ee
