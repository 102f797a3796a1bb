#include "client/e2ee/SessionStore.h"

#include <algorithm>

namespace impulse::e2ee {

using crypto::CryptoError;

SessionStore::SessionStore(OwnDevice self) : m_self(std::move(self)) {}

const Session* SessionStore::Peer::find(const SessionId& id) const
{
    const auto found = std::ranges::find(sessions, id, &Session::id);
    return found == sessions.end() ? nullptr : &*found;
}

Session* SessionStore::Peer::find(const SessionId& id)
{
    return const_cast<Session*>(std::as_const(*this).find(id));
}

void SessionStore::Peer::add(Session session)
{
    sessions.push_back(std::move(session));
    if (sessions.size() <= storeLimits::sessions)
        return;
    const auto oldest = std::find_if(sessions.begin(), sessions.end() - 1,
                                     [&](const Session& other) { return other.id() != active; });
    sessions.erase(oldest);
}

const SessionStore::Peer* SessionStore::find(const crypto::VerifiedPeer& peer) const
{
    const auto found = m_peers.find(peer.device());
    const bool same =
        found != m_peers.end() && found->second.identityKey == peer.party().identityKey;
    return same ? &found->second : nullptr;
}

SessionStore::Peer* SessionStore::find(const crypto::VerifiedPeer& peer)
{
    return const_cast<Peer*>(std::as_const(*this).find(peer));
}

SessionStore::Peer& SessionStore::obtain(const DeviceId& device, const SignPublicKey& identityKey)
{
    auto& peer = m_peers[device];
    if (peer.identityKey != identityKey) {
        peer = Peer{};
        peer.identityKey = identityKey;
    }
    return changing(device, peer);
}

SessionStore::Peer& SessionStore::changing(const DeviceId& device, Peer& peer)
{
    m_changed.peers.insert(device);
    ++m_revision;
    return peer;
}

PrekeyStore& SessionStore::changePrekeys()
{
    m_changed.prekeys = true;
    ++m_revision;
    return m_prekeys;
}

bool SessionStore::needsSession(const crypto::VerifiedPeer& peer, std::uint64_t nowMs) const
{
    const auto* known = find(peer);
    const auto* session = known ? known->activeSession() : nullptr;
    return !session || !session->canEncrypt() || session->isStale(nowMs);
}

bool SessionStore::canWrap(const crypto::VerifiedPeer& peer) const
{
    const auto* known = find(peer);
    const auto* session = known ? known->activeSession() : nullptr;
    return session && session->canEncrypt();
}

crypto::Result<SessionId> SessionStore::start(crypto::Rng& rng, const crypto::VerifiedPeer& peer,
                                              const PrekeyBundle& bundle, std::uint64_t nowMs,
                                              StartReason reason)
{
    const auto signedId = bundle.signedPrekey.id;
    const auto* before = find(peer);
    if (before && signedId != 0 && signedId < before->highestSignedId)
        return Failure{CryptoError::StaleList};
    IMPULSE_TRY(auto session, Session::initiate(rng, m_self, peer.party(), bundle, nowMs));
    const auto id = session.id();
    auto& known = obtain(peer.device(), peer.party().identityKey);
    known.highestSignedId = signedId;
    known.add(std::move(session));
    known.active = id;
    if (reason == StartReason::Heal)
        known.healedMs = nowMs;
    return id;
}

Healing SessionStore::heal(const crypto::VerifiedPeer& peer, std::uint64_t nowMs) const
{
    const auto* known = find(peer);
    const bool recent = known && known->activeSession() && known->healedMs &&
                        nowMs < *known->healedMs + storeLimits::healIntervalMs;
    return recent ? Healing::UseActive : Healing::FetchBundleAndStart;
}

crypto::Result<Bytes> SessionStore::wrap(crypto::Rng& rng, const crypto::VerifiedPeer& peer,
                                         crypto::Input plaintext)
{
    auto* known = find(peer);
    auto* session = known && known->active ? known->find(*known->active) : nullptr;
    if (!session)
        return Failure{CryptoError::UnknownSession};
    changing(peer.device(), *known);
    return session->encrypt(rng, plaintext);
}

crypto::Result<SessionStore::Unwrapped>
SessionStore::unwrap(const crypto::VerifiedPeer& peer, View message, std::uint64_t nowMs) const
{
    IMPULSE_TRY(const auto parsed, RatchetMessage::parse(message));
    const auto* known = find(peer);
    const auto* session = known ? known->find(parsed.session) : nullptr;
    if (!session)
        return unwrapInit(peer, parsed, nowMs);
    Unwrapped result;
    IMPULSE_TRY(result.changes.m_step, session->decrypt(parsed, nowMs));
    result.plaintext = result.changes.m_step.plaintext().clone();
    result.session = parsed.session;
    result.changes.m_device = peer.device();
    result.changes.m_identityKey = peer.party().identityKey;
    result.changes.m_session = parsed.session;
    result.changes.m_revision = m_revision;
    return result;
}

crypto::Result<SessionStore::Unwrapped> SessionStore::unwrapInit(const crypto::VerifiedPeer& peer,
                                                                 const RatchetMessage& message,
                                                                 std::uint64_t nowMs) const
{
    if (!message.init)
        return Failure{CryptoError::UnknownSession};
    const auto& init = *message.init;
    if (init.user != peer.user() || init.device != peer.device())
        return Failure{CryptoError::UntrustedIdentity};
    if (m_prekeys.wasUsed(init.signedPrekeyId, message.session))
        return Failure{CryptoError::Duplicate};
    const auto* signedPrekey = m_prekeys.signedSecret(init.signedPrekeyId);
    const auto* oneTime =
        init.oneTimePrekeyId == 0 ? nullptr : m_prekeys.oneTimeSecret(init.oneTimePrekeyId);
    if (!signedPrekey || (init.oneTimePrekeyId != 0 && !oneTime))
        return Failure{CryptoError::MissingPreKey};
    IMPULSE_TRY(auto session,
                Session::accept(m_self, peer.party(), message, *signedPrekey, oneTime, nowMs));
    Unwrapped result;
    IMPULSE_TRY(result.changes.m_step, session.decrypt(message, nowMs));
    result.plaintext = result.changes.m_step.plaintext().clone();
    result.session = message.session;
    result.isNew = true;
    result.changes.m_device = peer.device();
    result.changes.m_identityKey = peer.party().identityKey;
    result.changes.m_session = message.session;
    result.changes.m_new = std::move(session);
    result.changes.m_signedId = init.signedPrekeyId;
    result.changes.m_oneTimeId = init.oneTimePrekeyId;
    result.changes.m_revision = m_revision;
    return result;
}

crypto::Result<void> SessionStore::commit(Changes changes)
{
    if (changes.m_revision != m_revision)
        return Failure{CryptoError::Internal};
    auto& peer = obtain(changes.m_device, changes.m_identityKey);
    if (changes.m_new) {
        changes.m_new->apply(std::move(changes.m_step));
        changePrekeys().markUsed(changes.m_signedId, changes.m_oneTimeId, changes.m_session);
        peer.add(std::move(*changes.m_new));
        if (!peer.activeSession())
            peer.active = changes.m_session;
    } else if (auto* session = peer.find(changes.m_session)) {
        session->apply(std::move(changes.m_step));
    }
    return {};
}

void SessionStore::touch(const crypto::VerifiedPeer& peer, const SessionId& session,
                         std::uint64_t sentMs)
{
    auto* known = find(peer);
    if (!known || sentMs <= known->newestMs || !known->find(session))
        return;
    changing(peer.device(), *known).newestMs = sentMs;
    known->active = session;
}

void SessionStore::forceActive(const crypto::VerifiedPeer& peer, const SessionId& session)
{
    auto* known = find(peer);
    if (known && known->find(session))
        changing(peer.device(), *known).active = session;
}

void SessionStore::forget(const DeviceId& device)
{
    const auto found = m_peers.find(device);
    if (found == m_peers.end())
        return;
    auto& peer = changing(device, found->second);
    peer.sessions.clear();
    peer.active.reset();
    peer.newestMs = 0;
    peer.healedMs.reset();
}

void SessionStore::forgetAll()
{
    for (const auto& [device, peer] : m_peers)
        forget(device);
}

void SessionStore::expireKeys(std::uint64_t nowMs)
{
    if (m_prekeys.expire(nowMs))
        changePrekeys();
    for (auto& [device, peer] : m_peers) {
        bool any = false;
        for (auto& session : peer.sessions)
            any = session.expireSkipped(nowMs) || any;
        if (any)
            changing(device, peer);
    }
}

std::optional<SessionId> SessionStore::active(const crypto::VerifiedPeer& peer) const
{
    const auto* known = find(peer);
    return known ? known->active : std::nullopt;
}

std::vector<SessionId> SessionStore::sessionIds(const crypto::VerifiedPeer& peer) const
{
    std::vector<SessionId> ids;
    if (const auto* known = find(peer))
        std::ranges::transform(known->sessions, std::back_inserter(ids), &Session::id);
    return ids;
}

SessionStore::Changed SessionStore::takeChanged()
{
    return std::exchange(m_changed, {});
}

} // namespace impulse::e2ee
