#include "client/e2ee/Recovery.h"

#include "common/crypto/Codec.h"
#include "common/crypto/Primitives.h"

#include <array>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t codeLength = 28;
constexpr std::size_t groupLength = 4;
/// 128 bits of secret and 12 of check, as 28 characters of 5 bits.
constexpr std::size_t packedSize = 18;

/// secret ‖ first 12 bits of the check; the last 4 bits are zero.
crypto::SecretBytes pack(const RecoverySecret& secret)
{
    const auto check = crypto::hash(crypto::label::recoveryCheck, secret);
    crypto::SecretBytes packed(packedSize);
    const auto out = crypto::SecretAccess::writable(packed);
    std::ranges::copy(crypto::SecretAccess::view(secret), out.begin());
    out[16] = check.view()[0];
    out[17] = check.view()[1] & 0xf0;
    return packed;
}

/// The value of a character, or nothing.
std::optional<unsigned> valueOf(char c)
{
    if (c >= 'a' && c <= 'z')
        c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    const auto position = alphabet.find(c);
    if (position == std::string_view::npos)
        return std::nullopt;
    return static_cast<unsigned>(position);
}

Bytes slotData(RootSlotKind kind, const UserId& user)
{
    const std::array<std::uint8_t, 1> kindByte{static_cast<std::uint8_t>(kind)};
    return crypto::enc(crypto::label::rootSlotAd, kindByte, user);
}

} // namespace

RecoverySecret makeRecoverySecret(crypto::Rng& rng)
{
    return crypto::random<RecoverySecret>(rng);
}

std::string recoveryCode(const RecoverySecret& secret)
{
    const auto packed = pack(secret);
    const auto bytes = crypto::SecretAccess::view(packed);
    std::string code;
    for (std::size_t i = 0; i < codeLength; ++i) {
        if (i > 0 && i % groupLength == 0)
            code.push_back('-');
        unsigned value = 0;
        for (std::size_t bit = i * 5; bit < i * 5 + 5; ++bit)
            value = value << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1);
        code.push_back(alphabet[value]);
    }
    return code;
}

crypto::Result<RecoverySecret> parseRecoveryCode(std::string_view text)
{
    crypto::SecretBytes packed(packedSize);
    const auto bytes = crypto::SecretAccess::writable(packed);
    std::size_t count = 0;
    for (const char c : text) {
        if (c == ' ' || c == '-')
            continue;
        const auto value = valueOf(c);
        if (!value || count == codeLength)
            return Failure{CryptoError::Malformed};
        for (std::size_t i = 0; i < 5; ++i) {
            const auto bit = count * 5 + i;
            bytes[bit / 8] |= static_cast<std::uint8_t>((*value >> (4 - i) & 1) << (7 - bit % 8));
        }
        ++count;
    }
    auto secret = RecoverySecret::from(View(bytes).first(RecoverySecret::size()));
    if (count != codeLength || !secret || !(pack(*secret) == packed))
        return Failure{CryptoError::Malformed};
    return std::move(*secret);
}

RecoveryKeys recoveryKeys(const RecoverySecret& secret)
{
    auto key = crypto::hash<crypto::WrapKey>(crypto::label::recoveryKey, secret);
    auto auth = crypto::kdf32<crypto::AuthSecret>(key, crypto::label::recoveryAuth);
    return {std::move(key), std::move(auth)};
}

Bytes sealRootSlot(crypto::Rng& rng, const crypto::WrapKey& key, RootSlotKind kind,
                   const UserId& user, const crypto::RootSecret& root)
{
    return crypto::seal(rng, key, crypto::label::rootSlot, crypto::Ad{slotData(kind, user)}, root);
}

crypto::Result<crypto::RootSecret> openRootSlot(const crypto::WrapKey& key, RootSlotKind kind,
                                                const UserId& user, View slot)
{
    IMPULSE_TRY(const auto bytes, crypto::openSecret(key, crypto::label::rootSlot,
                                                     crypto::Ad{slotData(kind, user)}, slot));
    crypto::Reader reader(bytes);
    auto root = reader.secret<crypto::RootSecret>();
    IMPULSE_CHECK(reader.finish());
    return root;
}

} // namespace impulse::e2ee
