#include "client/e2ee/Session.h"
#include "client/e2ee/StateCodec.h"

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

constexpr std::uint8_t storedVersion = 1;

void writeInit(crypto::SecretWriter& writer, const InitBlock& init)
{
    writer.raw(init.user).raw(init.device).raw(init.ephemeral);
    writer.u32(init.signedPrekeyId).u32(init.oneTimePrekeyId);
}

InitBlock readInit(crypto::Reader& reader)
{
    InitBlock init;
    init.user = reader.fixed<UserId>();
    init.device = reader.fixed<DeviceId>();
    init.ephemeral = reader.fixed<BoxPublicKey>();
    init.signedPrekeyId = reader.u32();
    init.oneTimePrekeyId = reader.u32();
    return init;
}

void writeSkipped(crypto::SecretWriter& writer, const Session::SkippedKey& skipped)
{
    writer.raw(skipped.ratchetKey).u32(skipped.number);
    writer.secret(skipped.key).u64(skipped.storedMs);
}

Session::SkippedKey readSkipped(crypto::Reader& reader)
{
    Session::SkippedKey skipped;
    skipped.ratchetKey = reader.fixed<BoxPublicKey>();
    skipped.number = reader.u32();
    skipped.key = reader.secret<MessageKey>();
    skipped.storedMs = reader.u64();
    return skipped;
}

} // namespace

void Session::write(crypto::SecretWriter& writer) const
{
    const auto secret = [&](const auto& key) { writer.secret(key); };
    writer.u8(storedVersion).raw(m_id).raw(m_transcript).u64(m_createdMs);
    writeFlag(writer, m_confirmed);
    writeFlag(writer, m_needRatchet);
    writeOptional(writer, m_init, [&](const InitBlock& init) { writeInit(writer, init); });
    writer.secret(m_root);
    writeBoxPair(writer, m_own);
    writeOptional(writer, m_sending, secret);
    writer.u32(m_sent).u32(m_previousSent);
    writeOptional(writer, m_peer, [&](const BoxPublicKey& key) { writer.raw(key); });
    writeOptional(writer, m_receiving, secret);
    writer.u32(m_received);
    writer.u32(static_cast<std::uint32_t>(m_past.size()));
    for (const auto& key : m_past)
        writer.raw(key);
    writer.u32(static_cast<std::uint32_t>(m_skipped.size()));
    for (const auto& skipped : m_skipped)
        writeSkipped(writer, skipped);
}

crypto::Result<Session> Session::read(crypto::Reader& reader)
{
    const auto version = reader.u8();
    if (!reader.failed() && version != storedVersion)
        return Failure{CryptoError::UnsupportedVersion};
    const auto chain = [&] { return reader.secret<ChainKey>(); };
    Session session;
    session.m_id = reader.fixed<SessionId>();
    session.m_transcript = reader.fixed<Hash32>();
    session.m_createdMs = reader.u64();
    session.m_confirmed = readFlag(reader);
    session.m_needRatchet = readFlag(reader);
    session.m_init = readOptional<InitBlock>(reader, [&] { return readInit(reader); });
    session.m_root = reader.secret<RootKey>();
    session.m_own = readBoxPair(reader);
    session.m_sending = readOptional<ChainKey>(reader, chain);
    session.m_sent = reader.u32();
    session.m_previousSent = reader.u32();
    session.m_peer =
        readOptional<BoxPublicKey>(reader, [&] { return reader.fixed<BoxPublicKey>(); });
    session.m_receiving = readOptional<ChainKey>(reader, chain);
    session.m_received = reader.u32();
    for (auto left = readCount(reader, sessionLimits::pastKeys); left > 0; --left)
        session.m_past.push_back(reader.fixed<BoxPublicKey>());
    auto left = readCount(reader, sessionLimits::storedSkipped);
    for (; left > 0 && !reader.failed(); --left)
        session.m_skipped.push_back(readSkipped(reader));
    // A state that could never have been: every step relies on a known key of the peer.
    const bool needsPeer = session.m_needRatchet || session.m_sending || session.m_receiving;
    if (reader.failed() || (needsPeer && !session.m_peer))
        return Failure{CryptoError::Malformed};
    return session;
}

} // namespace impulse::e2ee
