#include "client/e2ee/Session.h"

#include <algorithm>
#include <limits>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

/// KDF_CK: the key of the next message; `chain` becomes the next chain key.
MessageKey advance(ChainKey& chain)
{
    auto keys = crypto::kdf64<ChainKey, MessageKey>(chain, crypto::label::ratchetChain);
    chain = std::move(keys.first);
    return std::move(keys.second);
}

/// KDF_RK
std::pair<RootKey, ChainKey> advanceRoot(const RootKey& root, const crypto::SharedSecret& shared)
{
    return crypto::kdf64<RootKey, ChainKey>(root, crypto::label::ratchetRoot, shared);
}

Bytes associatedData(const Hash32& transcript, View header)
{
    return crypto::enc(crypto::label::ratchetAd, transcript, header);
}

} // namespace

crypto::Result<Session> Session::initiate(crypto::Rng& rng, const OwnDevice& self,
                                          const Party& peer, const PrekeyBundle& bundle,
                                          std::uint64_t nowMs)
{
    IMPULSE_TRY(auto agreed, agreeAsInitiator(rng, self, peer, bundle));
    Session session;
    session.m_id = agreed.agreement.session;
    session.m_transcript = agreed.agreement.transcript;
    session.m_createdMs = nowMs;
    session.m_init = agreed.init;
    session.m_own = crypto::boxKeyPair(rng);
    session.m_peer = bundle.signedPrekey.key;
    IMPULSE_TRY(const auto shared, crypto::dh(session.m_own.secretKey, *session.m_peer));
    auto keys = advanceRoot(agreed.agreement.root, shared);
    session.m_root = std::move(keys.first);
    session.m_sending = std::move(keys.second);
    return session;
}

crypto::Result<Session> Session::accept(const OwnDevice& self, const Party& peer,
                                        const RatchetMessage& message,
                                        const crypto::BoxKeyPair& signedPrekey,
                                        const crypto::BoxKeyPair* oneTime, std::uint64_t nowMs)
{
    const auto transcript =
        agreementTranscript(peer, self.party, *message.init, signedPrekey.publicKey,
                            oneTime ? &oneTime->publicKey : nullptr);
    if (sessionIdOf(transcript) != message.session)
        return Failure{CryptoError::AuthFailed};
    IMPULSE_TRY(auto agreement, agreeAsResponder(self, peer, *message.init, signedPrekey, oneTime));
    Session session;
    session.m_id = agreement.session;
    session.m_transcript = agreement.transcript;
    session.m_createdMs = nowMs;
    session.m_root = std::move(agreement.root);
    session.m_own = {signedPrekey.publicKey, signedPrekey.secretKey.clone()};
    return session;
}

bool Session::isStale(std::uint64_t nowMs) const
{
    if (!isInitiator() || m_confirmed)
        return false;
    return m_sent >= sessionLimits::unconfirmedMessages ||
           nowMs >= m_createdMs + sessionLimits::unconfirmedLifetimeMs;
}

bool Session::canEncrypt() const
{
    return (m_needRatchet || m_sending) && m_sent < std::numeric_limits<std::uint32_t>::max();
}

crypto::Result<void> Session::ratchetSending(crypto::Rng& rng)
{
    auto fresh = crypto::boxKeyPair(rng);
    IMPULSE_TRY(const auto shared, crypto::dh(fresh.secretKey, *m_peer));
    auto keys = advanceRoot(m_root, shared);
    m_root = std::move(keys.first);
    m_sending = std::move(keys.second);
    m_own = std::move(fresh);
    m_previousSent = m_sent;
    m_sent = 0;
    m_needRatchet = false;
    return {};
}

crypto::Result<Bytes> Session::encrypt(crypto::Rng& rng, crypto::Input plaintext)
{
    if (!m_needRatchet && !m_sending)
        return Failure{CryptoError::Internal};
    if (!canEncrypt())
        return Failure{CryptoError::LimitExceeded};
    if (m_needRatchet)
        IMPULSE_CHECK(ratchetSending(rng));
    const auto key = advance(*m_sending);
    auto message = writeRatchetHeader(m_id, m_confirmed ? std::nullopt : m_init, m_own.publicKey,
                                      m_previousSent, m_sent);
    const auto sealed = crypto::seal(rng, key, crypto::label::ratchetMessage,
                                     crypto::Ad{associatedData(m_transcript, message)}, plaintext);
    message.insert(message.end(), sealed.begin(), sealed.end());
    ++m_sent;
    return message;
}

crypto::Result<crypto::SecretBytes> Session::open(const MessageKey& key,
                                                  const RatchetMessage& message) const
{
    return crypto::openSecret(key, crypto::label::ratchetMessage,
                              crypto::Ad{associatedData(m_transcript, message.header)},
                              message.sealed);
}

crypto::Result<Session::Step> Session::decryptSkipped(const RatchetMessage& message,
                                                      std::size_t position) const
{
    Step step;
    IMPULSE_TRY(step.m_plaintext, open(m_skipped[position].key, message));
    step.m_used = position;
    return step;
}

crypto::Result<Session::Step> Session::decrypt(const RatchetMessage& message,
                                               std::uint64_t nowMs) const
{
    const auto skipped = std::ranges::find_if(m_skipped, [&](const SkippedKey& key) {
        return key.number == message.number && key.ratchetKey == message.ratchetKey;
    });
    if (skipped != m_skipped.end())
        return decryptSkipped(message, static_cast<std::size_t>(skipped - m_skipped.begin()));

    Step step;
    if (m_receiving && m_peer == message.ratchetKey) {
        if (message.number < m_received)
            return Failure{CryptoError::Duplicate};
        step.m_receiving = m_receiving->clone();
        step.m_received = m_received;
    } else {
        if (std::ranges::find(m_past, message.ratchetKey) != m_past.end())
            return Failure{CryptoError::Duplicate};
        IMPULSE_CHECK(ratchetReceiving(message, nowMs, step));
    }
    IMPULSE_CHECK(skipTo(message.number, message.ratchetKey, nowMs, step));
    const auto key = advance(*step.m_receiving);
    ++step.m_received;
    IMPULSE_TRY(step.m_plaintext, open(key, message));
    return step;
}

crypto::Result<void> Session::ratchetReceiving(const RatchetMessage& message, std::uint64_t nowMs,
                                               Step& step) const
{
    if (m_receiving) {
        if (message.previousCount < m_received)
            return Failure{CryptoError::Malformed};
        step.m_receiving = m_receiving->clone();
        step.m_received = m_received;
        IMPULSE_CHECK(skipTo(message.previousCount, *m_peer, nowMs, step));
    } else if (message.previousCount != 0) {
        return Failure{CryptoError::Malformed};
    }
    IMPULSE_TRY(const auto shared, crypto::dh(m_own.secretKey, message.ratchetKey));
    auto keys = advanceRoot(m_root, shared);
    step.m_root = std::move(keys.first);
    step.m_receiving = std::move(keys.second);
    step.m_received = 0;
    step.m_ratchetKey = message.ratchetKey;
    return {};
}

crypto::Result<void> Session::skipTo(std::uint32_t target, const BoxPublicKey& ratchetKey,
                                     std::uint64_t nowMs, Step& step) const
{
    if (target > step.m_received && target - step.m_received > sessionLimits::skip)
        return Failure{CryptoError::TooManySkipped};
    for (; step.m_received < target; ++step.m_received)
        step.m_skipped.push_back({ratchetKey, step.m_received, advance(*step.m_receiving), nowMs});
    return {};
}

void Session::apply(Step&& step)
{
    m_confirmed = true;
    if (step.m_used) {
        m_skipped.erase(m_skipped.begin() + static_cast<std::ptrdiff_t>(*step.m_used));
        return;
    }
    if (step.m_ratchetKey) {
        if (m_receiving) {
            m_past.push_back(*m_peer);
            if (m_past.size() > sessionLimits::pastKeys)
                m_past.erase(m_past.begin());
        }
        m_peer = step.m_ratchetKey;
        m_root = std::move(*step.m_root);
        m_needRatchet = true;
    }
    m_receiving = std::move(step.m_receiving);
    m_received = step.m_received;
    std::ranges::move(step.m_skipped, std::back_inserter(m_skipped));
    if (m_skipped.size() > sessionLimits::storedSkipped) {
        const auto excess = m_skipped.size() - sessionLimits::storedSkipped;
        m_skipped.erase(m_skipped.begin(), m_skipped.begin() + static_cast<std::ptrdiff_t>(excess));
    }
}

bool Session::expireSkipped(std::uint64_t nowMs)
{
    return std::erase_if(m_skipped, [&](const SkippedKey& key) {
               return nowMs >= key.storedMs + sessionLimits::skippedLifetimeMs;
           }) > 0;
}

} // namespace impulse::e2ee
