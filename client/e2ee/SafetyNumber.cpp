#include "client/e2ee/SafetyNumber.h"

#include "client/e2ee/Base64Url.h"
#include "common/crypto/Codec.h"
#include "common/crypto/Primitives.h"

#include <algorithm>
#include <array>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

constexpr std::string_view prefix = "IMPULSE1:";
constexpr std::uint8_t version = 1;
constexpr std::uint8_t typeSafety = 1;
constexpr std::size_t groupDigits = 5;

} // namespace

crypto::Result<Fingerprint> fingerprint(const Identity& identity)
{
    const std::array<std::uint8_t, 1> versionByte{version};
    const auto input =
        crypto::enc(crypto::label::safetyNumber, versionByte, identity.user, identity.key);
    const auto salt = crypto::hash16<crypto::Argon2Salt>(crypto::label::safetySalt, identity.user);
    IMPULSE_TRY(const auto raw, crypto::stretch<Hash32>(input, salt, {2, 64u << 20}));
    Fingerprint result;
    result.raw = raw;
    const auto bytes = raw.view();
    for (std::size_t group = 0; group < 6; ++group) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 5; ++i)
            value = value << 8 | bytes[group * 5 + i];
        const auto digits = std::to_string(value % 100'000);
        result.digits.append(groupDigits - digits.size(), '0').append(digits);
    }
    return result;
}

crypto::Result<std::string> safetyNumber(const Identity& mine, const Identity& theirs)
{
    IMPULSE_TRY(const auto first, fingerprint(mine));
    IMPULSE_TRY(const auto second, fingerprint(theirs));
    return std::min(first.digits, second.digits) + std::max(first.digits, second.digits);
}

std::string displaySafetyNumber(std::string_view digits)
{
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && i % groupDigits == 0)
            text.push_back(' ');
        text.push_back(digits[i]);
    }
    return text;
}

std::string safetyCode(const Identity& mine, const Identity& theirs)
{
    crypto::Writer writer;
    writer.u8(version);
    writer.u8(typeSafety);
    writer.raw(mine.user);
    writer.raw(mine.key);
    writer.raw(theirs.user);
    writer.raw(theirs.key);
    return std::string(prefix) + toBase64Url(writer.take());
}

crypto::Result<void> checkSafetyCode(std::string_view scanned, const Identity& mine,
                                     const Identity& theirs)
{
    if (!scanned.starts_with(prefix))
        return Failure{CryptoError::Malformed};
    const auto bytes = fromBase64Url(scanned.substr(prefix.size()));
    if (!bytes || bytes->empty())
        return Failure{CryptoError::Malformed};
    crypto::Reader reader(*bytes);
    if (reader.u8() != version)
        return Failure{CryptoError::UnsupportedVersion};
    const auto type = reader.u8();
    // The shower's "mine" is our "theirs".
    const Identity shower{reader.fixed<UserId>(), reader.fixed<SignPublicKey>()};
    const Identity scanner{reader.fixed<UserId>(), reader.fixed<SignPublicKey>()};
    if (type != typeSafety || !reader.finish().ok())
        return Failure{CryptoError::Malformed};
    const bool people = shower.user == theirs.user && scanner.user == mine.user;
    const bool keys = shower.key == theirs.key && scanner.key == mine.key;
    if (!people || !keys)
        return Failure{CryptoError::UntrustedIdentity};
    return {};
}

} // namespace impulse::e2ee
