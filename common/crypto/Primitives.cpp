#include "common/crypto/Primitives.h"

#include "common/crypto/Codec.h"

#include <sodium.h>

#include <string>

namespace impulse::crypto {
namespace {

constexpr std::string_view prefix = "impulse/1/";
constexpr std::size_t nonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t commitmentSize = 32;
constexpr std::size_t tagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(sealOverhead == nonceSize + commitmentSize + tagSize);

using SealKey = Secret<struct SealKeyTag, 32>;
using Commitment = Secret<struct CommitmentTag, 32>;
using Nonce = Fixed<struct NonceTag, nonceSize>;

/// Hands the pieces of ENC(label, parts) to `sink` one after another, so that a secret part is
/// never copied into an unprotected buffer.
template <class Sink> void encode(std::string_view label, detail::Parts parts, Sink&& sink)
{
    sink(View(be32(static_cast<std::uint32_t>(prefix.size() + label.size()))));
    sink(view(prefix));
    sink(view(label));
    for (const auto& part : parts) {
        const auto bytes = InputAccess::view(part);
        sink(View(be32(static_cast<std::uint32_t>(bytes.size()))));
        sink(bytes);
    }
}

/// BLAKE2b of ENC(label, parts).
void blake2b(std::span<std::uint8_t> out, View key, std::string_view label, detail::Parts parts)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, key.data(), key.size(), out.size());
    encode(label, parts,
           [&](View bytes) { crypto_generichash_update(&state, bytes.data(), bytes.size()); });
    crypto_generichash_final(&state, out.data(), out.size());
    sodium_memzero(&state, sizeof state);
}

std::pair<SealKey, Commitment> sealKeys(Key key, SealLabel label, Ad ad, View nonce)
{
    const std::string full = "seal/" + std::string(label.name);
    return kdf64<SealKey, Commitment>(key, Kdf64Label{full}, nonce, ad.bytes);
}

/// Checks commitment and tag; `plain` is the size of the sealed bytes less the overhead.
Result<void> openInto(std::span<std::uint8_t> plain, Key key, SealLabel label, Ad ad, View sealed)
{
    const auto nonce = sealed.first(nonceSize);
    const auto [sealKey, commitment] = sealKeys(key, label, ad, nonce);
    if (!detail::sameBytes(SecretAccess::view(commitment),
                           sealed.subspan(nonceSize, commitmentSize)))
        return Failure{CryptoError::AuthFailed};
    const auto ciphertext = sealed.subspan(nonceSize + commitmentSize);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            plain.data(), nullptr, nullptr, ciphertext.data(), ciphertext.size(), nullptr, 0,
            nonce.data(), SecretAccess::view(sealKey).data()) != 0)
        return Failure{CryptoError::AuthFailed};
    return {};
}

} // namespace

void SystemRng::fill(std::span<std::uint8_t> out)
{
    randombytes_buf(out.data(), out.size());
}

namespace detail {

Bytes enc(std::string_view label, Parts parts)
{
    Bytes out;
    encode(label, parts, [&](View bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); });
    return out;
}

void hashInto(std::span<std::uint8_t> out, std::string_view label, Parts parts)
{
    Secret<struct HashTag, 32> full;
    blake2b(SecretAccess::writable(full), {}, label, parts);
    std::ranges::copy(SecretAccess::view(full).first(out.size()), out.begin());
}

void kdfInto(std::span<std::uint8_t> out, Key key, std::string_view label, Parts parts)
{
    blake2b(out, key.bytes(), label, parts);
}

Signature sign(const SignSecretKey& key, std::string_view label, Parts parts)
{
    const auto message = enc(label, parts);
    Signature signature;
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                         SecretAccess::view(key).data());
    return signature;
}

Result<void> verify(const SignPublicKey& key, std::string_view label, const Signature& signature,
                    Parts parts)
{
    const auto message = enc(label, parts);
    if (crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) !=
        0)
        return Failure{CryptoError::BadSignature};
    return {};
}

SignKeyPair signKeyPair(Key seed)
{
    SignKeyPair pair;
    crypto_sign_seed_keypair(pair.publicKey.data(), SecretAccess::writable(pair.secretKey).data(),
                             seed.bytes().data());
    return pair;
}

BoxKeyPair boxKeyPair(Key seed)
{
    BoxKeyPair pair;
    crypto_box_seed_keypair(pair.publicKey.data(), SecretAccess::writable(pair.secretKey).data(),
                            seed.bytes().data());
    return pair;
}

Result<void> stretchInto(std::span<std::uint8_t> out, Input password, const Argon2Salt& salt,
                         const Argon2Params& params)
{
    if (params.ops < crypto_pwhash_argon2id_OPSLIMIT_MIN ||
        params.ops > crypto_pwhash_argon2id_OPSLIMIT_MAX ||
        params.mem < crypto_pwhash_argon2id_MEMLIMIT_MIN ||
        params.mem > crypto_pwhash_argon2id_MEMLIMIT_MAX)
        return Failure{CryptoError::WeakParameters};
    const auto bytes = text(InputAccess::view(password));
    // libsodium's pointer may not be null, even for nothing.
    if (crypto_pwhash(out.data(), out.size(), bytes.empty() ? "" : bytes.data(), bytes.size(),
                      salt.data(), params.ops, static_cast<std::size_t>(params.mem),
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return Failure{CryptoError::LimitExceeded};
    return {};
}

} // namespace detail

Bytes seal(Rng& rng, Key key, SealLabel label, Ad ad, Input plain)
{
    const auto nonce = random<Nonce>(rng);
    const auto [sealKey, commitment] = sealKeys(key, label, ad, nonce);
    const auto bytes = InputAccess::view(plain);
    Bytes out(sealOverhead + bytes.size());
    std::ranges::copy(nonce.view(), out.begin());
    std::ranges::copy(SecretAccess::view(commitment), out.begin() + nonceSize);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + nonceSize + commitmentSize, nullptr,
                                               bytes.data(), bytes.size(), nullptr, 0, nullptr,
                                               nonce.data(), SecretAccess::view(sealKey).data());
    return out;
}

Result<Bytes> open(Key key, SealLabel label, Ad ad, View sealed)
{
    if (sealed.size() < sealOverhead)
        return Failure{CryptoError::Malformed};
    Bytes plain(sealed.size() - sealOverhead);
    IMPULSE_CHECK(openInto(plain, key, label, ad, sealed));
    return plain;
}

Result<SecretBytes> openSecret(Key key, SealLabel label, Ad ad, View sealed)
{
    if (sealed.size() < sealOverhead)
        return Failure{CryptoError::Malformed};
    SecretBytes plain(sealed.size() - sealOverhead);
    IMPULSE_CHECK(openInto(SecretAccess::writable(plain), key, label, ad, sealed));
    return plain;
}

std::size_t padLength(std::size_t size)
{
    std::size_t length = 256;
    while (length <= size)
        length *= 2;
    return length;
}

Bytes pad(View content)
{
    const auto length = padLength(content.size());
    Bytes out(length);
    std::ranges::copy(content, out.begin());
    std::size_t padded = 0;
    // Cannot fail: the buffer holds exactly one block, and the content is shorter.
    (void)sodium_pad(&padded, out.data(), content.size(), length, out.size());
    return out;
}

Result<Bytes> unpad(View padded)
{
    const auto size = padded.size();
    if (size < 256 || (size & (size - 1)) != 0)
        return Failure{CryptoError::BadPadding};
    std::size_t length = 0;
    if (sodium_unpad(&length, padded.data(), size, size) != 0)
        return Failure{CryptoError::BadPadding};
    return toBytes(padded.first(length));
}

Result<SharedSecret> dh(const BoxSecretKey& secretKey, const BoxPublicKey& publicKey)
{
    SharedSecret shared;
    if (crypto_scalarmult(SecretAccess::writable(shared).data(),
                          SecretAccess::view(secretKey).data(), publicKey.data()) != 0)
        return Failure{CryptoError::BadKey};
    return shared;
}

} // namespace impulse::crypto
