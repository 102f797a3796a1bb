#pragma once

#include "common/core/Ids.h"
#include "common/crypto/Error.h"
#include "common/crypto/Labels.h"
#include "common/crypto/Rng.h"
#include "common/crypto/Secret.h"

#include <array>
#include <utility>

/// The notation of encryption.md section 0 as functions; the only callers of libsodium's
/// primitives. Functions are pure and may be called from any thread.
namespace impulse::crypto {

using SignSeed = Secret<struct SignSeedTag, 32>;
using SignSecretKey = Secret<struct SignSecretKeyTag, 64>;
using BoxSeed = Secret<struct BoxSeedTag, 32>;
using BoxSecretKey = Secret<struct BoxSecretKeyTag, 32>;
using SharedSecret = Secret<struct SharedSecretTag, 32>;

struct SignKeyPair {
    SignPublicKey publicKey;
    SignSecretKey secretKey;
};
struct BoxKeyPair {
    BoxPublicKey publicKey;
    BoxSecretKey secretKey;
};

/// A key of 32 bytes. Mostly secret; a hash where the specification keys a KDF with a transcript.
class Key {
public:
    template <class Tag> Key(const Secret<Tag, 32>& key) : m_bytes(SecretAccess::view(key)) {}
    template <class Tag> Key(const Fixed<Tag, 32>& key) : m_bytes(key.view()) {}
    View bytes() const { return m_bytes; }

private:
    View m_bytes;
};

/// Associated data of SEAL and OPEN, named so that it is not taken for the plaintext.
struct Ad {
    View bytes;
};

/// Length that SEAL adds, in bytes.
inline constexpr std::size_t sealOverhead = 72;

namespace detail {
using Parts = std::span<const Input>;
Bytes enc(std::string_view label, Parts parts);
/// out.size() is 32 or 64 (KDF) or 16 (first half of the hash of 32).
void hashInto(std::span<std::uint8_t> out, std::string_view label, Parts parts);
void kdfInto(std::span<std::uint8_t> out, Key key, std::string_view label, Parts parts);
Signature sign(const SignSecretKey& key, std::string_view label, Parts parts);
Result<void> verify(const SignPublicKey& key, std::string_view label, const Signature& signature,
                    Parts parts);
SignKeyPair signKeyPair(Key seed);
BoxKeyPair boxKeyPair(Key seed);
} // namespace detail

/// ENC, for public values: associated data and the input of the safety number.
inline Bytes enc(EncLabel label, std::span<const Input> parts)
{
    return detail::enc(label.name, parts);
}
template <class... P> Bytes enc(EncLabel label, const P&... parts)
{
    return detail::enc(label.name, std::array<Input, sizeof...(P)>{Input(parts)...});
}

/// H. T is a Fixed or a Secret of 32 bytes.
template <class T = Hash32> T hash(HashLabel label, std::span<const Input> parts)
{
    static_assert(T::size() == 32);
    T result;
    detail::hashInto(SecretAccess::writable(result), label.name, parts);
    return result;
}
template <class T = Hash32, class... P> T hash(HashLabel label, const P&... parts)
{
    const std::array<Input, sizeof...(P)> inputs{Input(parts)...};
    return hash<T>(label, std::span<const Input>(inputs));
}

/// H16: the first half of H. T is a Fixed of 16 bytes.
template <class T, class... P> T hash16(Hash16Label label, const P&... parts)
{
    static_assert(T::size() == 16);
    const std::array<Input, sizeof...(P)> inputs{Input(parts)...};
    T result;
    detail::hashInto(SecretAccess::writable(result), label.name, inputs);
    return result;
}

/// KDF32. T is a Secret (or, where the result is published, a Fixed) of 32 bytes.
template <class T> T kdf32(Key key, Kdf32Label label, std::span<const Input> parts)
{
    static_assert(T::size() == 32);
    T result;
    detail::kdfInto(SecretAccess::writable(result), key, label.name, parts);
    return result;
}
template <class T, class... P> T kdf32(Key key, Kdf32Label label, const P&... parts)
{
    const std::array<Input, sizeof...(P)> inputs{Input(parts)...};
    return kdf32<T>(key, label, std::span<const Input>(inputs));
}

/// KDF64, as the two keys that the specification reads from it.
template <class First, class Second>
std::pair<First, Second> kdf64(Key key, Kdf64Label label, std::span<const Input> parts)
{
    static_assert(First::size() == 32 && Second::size() == 32);
    Secret<struct Kdf64Tag, 64> both;
    detail::kdfInto(SecretAccess::writable(both), key, label.name, parts);
    const auto bytes = SecretAccess::view(both);
    return {std::move(*First::from(bytes.first(32))), std::move(*Second::from(bytes.last(32)))};
}
template <class First, class Second, class... P>
std::pair<First, Second> kdf64(Key key, Kdf64Label label, const P&... parts)
{
    const std::array<Input, sizeof...(P)> inputs{Input(parts)...};
    return kdf64<First, Second>(key, label, std::span<const Input>(inputs));
}

/// SEAL: nonce 24 (one draw), commitment 32, ciphertext.
Bytes seal(Rng& rng, Key key, SealLabel label, Ad ad, Input plain);
/// OPEN. Malformed if shorter than 72 bytes, else AuthFailed.
Result<Bytes> open(Key key, SealLabel label, Ad ad, View sealed);
/// OPEN of key material.
Result<SecretBytes> openSecret(Key key, SealLabel label, Ad ad, View sealed);

/// PADLEN: the smallest 256 * 2^k that is above `size`.
std::size_t padLength(std::size_t size);
Bytes pad(View content);
/// BadPadding.
Result<Bytes> unpad(View padded);

inline Signature sign(const SignSecretKey& key, SignLabel label, std::span<const Input> parts)
{
    return detail::sign(key, label.name, parts);
}
template <class... P> Signature sign(const SignSecretKey& key, SignLabel label, const P&... parts)
{
    return detail::sign(key, label.name, std::array<Input, sizeof...(P)>{Input(parts)...});
}
/// BadSignature.
inline Result<void> verify(const SignPublicKey& key, SignLabel label, const Signature& signature,
                           std::span<const Input> parts)
{
    return detail::verify(key, label.name, signature, parts);
}
template <class... P>
Result<void> verify(const SignPublicKey& key, SignLabel label, const Signature& signature,
                    const P&... parts)
{
    return detail::verify(key, label.name, signature,
                          std::array<Input, sizeof...(P)>{Input(parts)...});
}

/// Ed25519 and X25519 key pairs. A seed makes one kind of pair only.
template <class Tag> SignKeyPair signKeyPair(const Secret<Tag, 32>& seed)
{
    return detail::signKeyPair(seed);
}
inline BoxKeyPair boxKeyPair(const BoxSeed& seed)
{
    return detail::boxKeyPair(seed);
}
/// A fresh pair from one draw of 32 bytes.
inline BoxKeyPair boxKeyPair(Rng& rng)
{
    return boxKeyPair(random<BoxSeed>(rng));
}
/// X25519. BadKey for a point of low order.
Result<SharedSecret> dh(const BoxSecretKey& secretKey, const BoxPublicKey& publicKey);

using Argon2Salt = Fixed<struct Argon2SaltTag, 16>;
struct Argon2Params {
    std::uint64_t ops = 3;
    /// Bytes.
    std::uint64_t mem = 256u << 20;
    bool operator==(const Argon2Params&) const = default;
};

namespace detail {
Result<void> stretchInto(std::span<std::uint8_t> out, Input password, const Argon2Salt& salt,
                         const Argon2Params& params);
} // namespace detail

/// Argon2id, 32 bytes out, T a Secret or a Fixed. Takes hundreds of milliseconds: not for an
/// event-loop thread. LimitExceeded if the memory is not there, WeakParameters if Argon2 itself
/// does not know such parameters; the bounds of the protocol are the caller's.
template <class T>
Result<T> stretch(Input password, const Argon2Salt& salt, const Argon2Params& params)
{
    static_assert(T::size() == 32);
    T result;
    IMPULSE_CHECK(detail::stretchInto(SecretAccess::writable(result), password, salt, params));
    return result;
}

/// Takes the same time wherever the values differ.
inline bool equalConstantTime(View a, View b)
{
    return detail::sameBytes(a, b);
}

} // namespace impulse::crypto
