#include "client/e2ee/RatchetMessage.h"

#include "common/crypto/Codec.h"
#include "common/crypto/Primitives.h"

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

constexpr std::uint8_t version = 1;
constexpr std::uint8_t typeNormal = 1;
constexpr std::uint8_t typeInit = 2;

crypto::Result<InitBlock> readInit(crypto::Reader& reader)
{
    InitBlock init;
    init.user = reader.fixed<UserId>();
    init.device = reader.fixed<DeviceId>();
    init.ephemeral = reader.fixed<BoxPublicKey>();
    init.signedPrekeyId = reader.u32();
    init.oneTimePrekeyId = reader.u32();
    const auto postQuantumSize = reader.u16();
    if (reader.failed())
        return Failure{CryptoError::Malformed};
    if (postQuantumSize != 0) // suite 1 has none
        return Failure{CryptoError::UnsupportedVersion};
    if (init.signedPrekeyId == 0)
        return Failure{CryptoError::Malformed};
    return init;
}

} // namespace

crypto::Result<RatchetMessage> RatchetMessage::parse(View bytes)
{
    crypto::Reader reader(bytes);
    const auto messageVersion = reader.u8();
    if (reader.failed())
        return Failure{CryptoError::Malformed};
    if (messageVersion != version)
        return Failure{CryptoError::UnsupportedVersion};
    const auto type = reader.u8();
    if (type != typeNormal && type != typeInit)
        return Failure{CryptoError::Malformed};
    RatchetMessage message;
    message.session = reader.fixed<SessionId>();
    if (type == typeInit) {
        IMPULSE_TRY(message.init, readInit(reader));
    }
    message.ratchetKey = reader.fixed<BoxPublicKey>();
    message.previousCount = reader.u32();
    message.number = reader.u32();
    if (reader.failed() || reader.remaining() < crypto::sealOverhead)
        return Failure{CryptoError::Malformed};
    message.sealed = reader.rest();
    message.header = bytes.first(bytes.size() - message.sealed.size());
    return message;
}

Bytes writeRatchetHeader(const SessionId& session, const std::optional<InitBlock>& init,
                         const BoxPublicKey& ratchetKey, std::uint32_t previousCount,
                         std::uint32_t number)
{
    crypto::Writer writer;
    writer.u8(version);
    writer.u8(init ? typeInit : typeNormal);
    writer.raw(session);
    if (init) {
        writer.raw(init->user);
        writer.raw(init->device);
        writer.raw(init->ephemeral);
        writer.u32(init->signedPrekeyId);
        writer.u32(init->oneTimePrekeyId);
        writer.u16(0);
    }
    writer.raw(ratchetKey);
    writer.u32(previousCount);
    writer.u32(number);
    return writer.take();
}

} // namespace impulse::e2ee
