#pragma once

#include "common/crypto/Codec.h"
#include "common/crypto/Primitives.h"

#include <optional>

/// Pieces of the stored forms of sessions and prekeys. Everything is read strictly: a stored form
/// has exactly one reading, so what is read and written again is the same bytes.
namespace impulse::e2ee {

inline void writeFlag(crypto::SecretWriter& writer, bool value)
{
    writer.u8(value ? 1 : 0);
}

inline bool readFlag(crypto::Reader& reader)
{
    const auto value = reader.u8();
    if (value > 1)
        reader.fail();
    return value == 1;
}

inline void writeBoxPair(crypto::SecretWriter& writer, const crypto::BoxKeyPair& pair)
{
    writer.raw(pair.publicKey).secret(pair.secretKey);
}

inline crypto::BoxKeyPair readBoxPair(crypto::Reader& reader)
{
    crypto::BoxKeyPair pair;
    pair.publicKey = reader.fixed<BoxPublicKey>();
    pair.secretKey = reader.secret<crypto::BoxSecretKey>();
    return pair;
}

/// A flag, then the value if there is one.
template <class T, class Write>
void writeOptional(crypto::SecretWriter& writer, const std::optional<T>& value, Write write)
{
    writeFlag(writer, value.has_value());
    if (value)
        write(*value);
}

template <class T, class Read> std::optional<T> readOptional(crypto::Reader& reader, Read read)
{
    if (!readFlag(reader))
        return std::nullopt;
    return std::optional<T>(read());
}

/// A count of at most `max`; fails above.
inline std::uint32_t readCount(crypto::Reader& reader, std::size_t max)
{
    const auto count = reader.u32();
    if (count > max)
        reader.fail();
    return reader.failed() ? 0 : count;
}

} // namespace impulse::e2ee
