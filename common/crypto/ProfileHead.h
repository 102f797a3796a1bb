#pragma once

#include "common/crypto/Codec.h"

/// The readable head of an encrypted profile: u8 1 ‖ version u32 (encryption.md 6.4).
namespace impulse::crypto {

inline constexpr std::uint8_t profileFormat = 1;
inline constexpr std::size_t profileHeadSize = 5;

/// The version of the profile in `blob`. Errors: Malformed (shorter than its head),
/// UnsupportedVersion.
inline Result<std::uint32_t> profileVersion(View blob)
{
    Reader reader(blob);
    const auto format = reader.u8();
    if (!reader.failed() && format != profileFormat)
        return Failure{CryptoError::UnsupportedVersion};
    const auto version = reader.u32();
    if (reader.failed())
        return Failure{CryptoError::Malformed};
    return version;
}

} // namespace impulse::crypto
