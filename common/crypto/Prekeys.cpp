#include "common/crypto/Prekeys.h"

#include "common/crypto/Codec.h"

namespace impulse::crypto {

OwnSignedPrekey makeSignedPrekey(Rng& rng, const SignSecretKey& signKey, const UserId& user,
                                 const DeviceId& device, std::uint32_t id, std::uint64_t createdMs)
{
    OwnSignedPrekey own;
    own.seed = random<BoxSeed>(rng);
    auto& prekey = own.publicPart;
    prekey.id = id;
    prekey.key = boxKeyPair(own.seed).publicKey;
    prekey.createdMs = createdMs;
    prekey.signature =
        sign(signKey, label::signedPrekey, user, device, be32(id), prekey.key, be64(createdMs));
    return own;
}

OwnOneTimePrekey makeOneTimePrekey(Rng& rng, std::uint32_t id)
{
    OwnOneTimePrekey own;
    own.seed = random<BoxSeed>(rng);
    own.publicPart = {id, boxKeyPair(own.seed).publicKey};
    return own;
}

Result<void> verifySignedPrekey(const SignedPrekey& prekey, const SignPublicKey& signKey,
                                const UserId& user, const DeviceId& device)
{
    return verify(signKey, label::signedPrekey, prekey.signature, user, device, be32(prekey.id),
                  prekey.key, be64(prekey.createdMs));
}

} // namespace impulse::crypto
