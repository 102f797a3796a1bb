#pragma once

#include "common/core/Bytes.h"
#include "common/core/Ids.h"
#include "common/crypto/Error.h"

#include <optional>

namespace impulse::e2ee {

/// What an init message says about the agreement (encryption.md 3.2), as it stands on the wire.
struct InitBlock {
    static constexpr std::size_t wireSize = 16 + 16 + 32 + 4 + 4 + 2;

    UserId user;
    DeviceId device;
    BoxPublicKey ephemeral;
    std::uint32_t signedPrekeyId = 0;
    /// 0: no one-time prekey was used.
    std::uint32_t oneTimePrekeyId = 0;

    bool operator==(const InitBlock&) const = default;
};

/// One ratchet message, parsed. The views point into the parsed bytes.
struct RatchetMessage {
    SessionId session;
    /// Present in messages of type 2.
    std::optional<InitBlock> init;
    BoxPublicKey ratchetKey;
    std::uint32_t previousCount = 0;
    std::uint32_t number = 0;
    /// All bytes before the sealed part.
    View header;
    View sealed;

    /// Errors: UnsupportedVersion, Malformed.
    static crypto::Result<RatchetMessage> parse(View bytes);
};

/// The header of a message, to be followed by the sealed part.
Bytes writeRatchetHeader(const SessionId& session, const std::optional<InitBlock>& init,
                         const BoxPublicKey& ratchetKey, std::uint32_t previousCount,
                         std::uint32_t number);

} // namespace impulse::e2ee
