#pragma once

#include "common/crypto/Secret.h"
#include "common/protocol/WireSecret.h"

/// Between the secret types of common/crypto and the fields of records and frames. The one file of
/// the client core that reads the bytes of a secret.
namespace impulse::client {

template <class Tag> protocol::WireSecret toWire(const crypto::Secret<Tag, 32>& secret)
{
    return protocol::WireSecret(crypto::SecretAccess::view(secret));
}

template <class Secret> Secret fromWire(const protocol::WireSecret& wire)
{
    return std::move(*Secret::from(wire.expose()));
}

/// For the keychain; the view lives as long as the secret.
template <class Tag> View exposeForKeychain(const crypto::Secret<Tag, 32>& secret)
{
    return crypto::SecretAccess::view(secret);
}

/// For sealing into a row.
inline View exposeForRow(const crypto::SecretBytes& secret)
{
    return crypto::SecretAccess::view(secret);
}

inline void wipe(Bytes& bytes)
{
    for (auto& byte : bytes)
        static_cast<volatile std::uint8_t&>(byte) = 0;
}

} // namespace impulse::client
