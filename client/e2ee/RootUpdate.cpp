#include "client/e2ee/RootUpdate.h"

namespace impulse::e2ee {

using crypto::CryptoError;

crypto::Result<void> checkRootUpdate(const RootUpdateContent& update, const OwnAccount& account,
                                     const crypto::VerifiedDeviceList& latest,
                                     const DeviceId& sender)
{
    const auto& list = latest.fields();
    if (list.user != account.user || list.identityKey != account.identityKey)
        return Failure{CryptoError::UntrustedIdentity};
    if (update.generation != list.generation)
        return Failure{CryptoError::StaleList};
    if (!latest.device(sender))
        return Failure{CryptoError::NotAuthorized};
    if (!update.accountSeed && update.generation != account.generation)
        return Failure{CryptoError::Malformed};
    if (update.accountSeed) {
        const crypto::AccountKey key(update.accountSeed->clone(), update.generation);
        if (key.publicKey() != list.accountKey)
            return Failure{CryptoError::BadSignature};
    }
    if (update.archive)
        IMPULSE_CHECK(crypto::verifyArchiveCertificate(account.identityKey, account.user,
                                                       update.generation, update.archive->key,
                                                       update.archive->certificate));
    return {};
}

} // namespace impulse::e2ee
