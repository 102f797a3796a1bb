#include "client/e2ee/X3dh.h"

#include "common/crypto/Codec.h"

#include <array>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

constexpr std::uint8_t suite = 1;

/// Fills in what follows from the four results.
void deriveRoot(Agreement& agreement)
{
    const View none;
    using crypto::Input;
    agreement.root = crypto::kdf64<RootKey, RootKey>(
                         agreement.transcript, crypto::label::x3dh, agreement.dh1, agreement.dh2,
                         agreement.dh3, agreement.dh4 ? Input(*agreement.dh4) : Input(none), none)
                         .first;
    agreement.session = sessionIdOf(agreement.transcript);
}

} // namespace

OwnDevice OwnDevice::of(const crypto::Device& device)
{
    return {device.party(), device.boxPair().secretKey.clone()};
}

Hash32 agreementTranscript(const Party& initiator, const Party& responder, const InitBlock& init,
                           const BoxPublicKey& signedPrekey, const BoxPublicKey* oneTime)
{
    const View none;
    const std::array<std::uint8_t, 1> suiteByte{suite};
    return crypto::hash(crypto::label::x3dhTh, suiteByte, initiator.bytes(), responder.bytes(),
                        crypto::be32(init.signedPrekeyId), signedPrekey,
                        crypto::be32(init.oneTimePrekeyId), oneTime ? oneTime->view() : none,
                        init.ephemeral, none);
}

SessionId sessionIdOf(const Hash32& transcript)
{
    return crypto::hash16<SessionId>(crypto::label::sessionId, transcript);
}

crypto::Result<InitiatorAgreement> agreeAsInitiator(crypto::Rng& rng, const OwnDevice& self,
                                                    const Party& peer, const PrekeyBundle& bundle)
{
    if (peer.device == self.party.device)
        return Failure{CryptoError::Internal};
    const auto& signedPrekey = bundle.signedPrekey;
    const auto& oneTime = bundle.oneTimePrekey;
    if (signedPrekey.id == 0 || (oneTime && oneTime->id == 0))
        return Failure{CryptoError::Malformed};
    IMPULSE_CHECK(crypto::verifySignedPrekey(signedPrekey, peer.signKey, peer.user, peer.device));

    const auto ephemeral = crypto::boxKeyPair(rng);
    InitiatorAgreement result;
    result.init = {self.party.user, self.party.device, ephemeral.publicKey, signedPrekey.id,
                   oneTime ? oneTime->id : 0};
    auto& agreement = result.agreement;
    agreement.transcript = agreementTranscript(self.party, peer, result.init, signedPrekey.key,
                                               oneTime ? &oneTime->key : nullptr);
    IMPULSE_TRY(agreement.dh1, crypto::dh(self.boxSecret, signedPrekey.key));
    IMPULSE_TRY(agreement.dh2, crypto::dh(ephemeral.secretKey, peer.boxKey));
    IMPULSE_TRY(agreement.dh3, crypto::dh(ephemeral.secretKey, signedPrekey.key));
    if (oneTime) {
        IMPULSE_TRY(agreement.dh4, crypto::dh(ephemeral.secretKey, oneTime->key));
    }
    deriveRoot(agreement);
    return result;
}

crypto::Result<Agreement> agreeAsResponder(const OwnDevice& self, const Party& peer,
                                           const InitBlock& init,
                                           const crypto::BoxKeyPair& signedPrekey,
                                           const crypto::BoxKeyPair* oneTime)
{
    Agreement agreement;
    agreement.transcript = agreementTranscript(peer, self.party, init, signedPrekey.publicKey,
                                               oneTime ? &oneTime->publicKey : nullptr);
    IMPULSE_TRY(agreement.dh1, crypto::dh(signedPrekey.secretKey, peer.boxKey));
    IMPULSE_TRY(agreement.dh2, crypto::dh(self.boxSecret, init.ephemeral));
    IMPULSE_TRY(agreement.dh3, crypto::dh(signedPrekey.secretKey, init.ephemeral));
    if (oneTime) {
        IMPULSE_TRY(agreement.dh4, crypto::dh(oneTime->secretKey, init.ephemeral));
    }
    deriveRoot(agreement);
    return agreement;
}

} // namespace impulse::e2ee
