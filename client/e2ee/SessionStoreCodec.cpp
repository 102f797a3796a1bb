#include "client/e2ee/SessionStore.h"
#include "client/e2ee/StateCodec.h"

#include <algorithm>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

constexpr std::uint8_t storedVersion = 1;

} // namespace

crypto::SecretBytes SessionStore::savePeer(const DeviceId& device) const
{
    const auto found = m_peers.find(device);
    if (found == m_peers.end())
        return {};
    const auto& peer = found->second;
    crypto::SecretWriter writer;
    writer.u8(storedVersion).raw(peer.identityKey).u32(peer.highestSignedId).u64(peer.newestMs);
    writeOptional(writer, peer.healedMs, [&](std::uint64_t ms) { writer.u64(ms); });
    writeOptional(writer, peer.active, [&](const SessionId& id) { writer.raw(id); });
    writer.u32(static_cast<std::uint32_t>(peer.sessions.size()));
    for (const auto& session : peer.sessions)
        session.write(writer);
    return writer.take();
}

crypto::Result<SessionStore::Peer> SessionStore::readPeer(crypto::Reader& reader)
{
    const auto version = reader.u8();
    if (!reader.failed() && version != storedVersion)
        return Failure{CryptoError::UnsupportedVersion};
    Peer peer;
    peer.identityKey = reader.fixed<SignPublicKey>();
    peer.highestSignedId = reader.u32();
    peer.newestMs = reader.u64();
    peer.healedMs = readOptional<std::uint64_t>(reader, [&] { return reader.u64(); });
    peer.active = readOptional<SessionId>(reader, [&] { return reader.fixed<SessionId>(); });
    for (auto left = readCount(reader, storeLimits::sessions); left > 0; --left) {
        IMPULSE_TRY(auto session, Session::read(reader));
        peer.sessions.push_back(std::move(session));
    }
    IMPULSE_CHECK(reader.finish());
    if (peer.active && !peer.activeSession())
        return Failure{CryptoError::Malformed};
    return peer;
}

crypto::Result<void> SessionStore::loadPeer(const DeviceId& device,
                                            const crypto::SecretBytes& saved)
{
    crypto::Reader reader(saved);
    IMPULSE_TRY(auto peer, readPeer(reader));
    m_peers.insert_or_assign(device, std::move(peer));
    ++m_revision;
    return {};
}

crypto::Result<void> SessionStore::loadPrekeys(const crypto::SecretBytes& saved)
{
    IMPULSE_CHECK(m_prekeys.load(saved));
    ++m_revision;
    return {};
}

} // namespace impulse::e2ee
