#include "client/core/message/Sealer.h"

#include "common/core/Logging.h"

namespace impulse::client {

Sealer::Sealer(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
               QObject* parent)
    : QObject(parent), m_state(state), m_session(session), m_directory(directory)
{
}

MessageId Sealer::newId()
{
    crypto::SystemRng rng;
    return crypto::random<MessageId>(rng);
}

Task<Result<Audience, ClientError>> Sealer::audience(UserId peer, bool withOwn,
                                                     std::vector<DeviceId> only)
{
    Audience result;
    std::vector<crypto::VerifiedPeer> candidates;
    std::vector<UserId> users{peer};
    if (withOwn && peer != m_state.self())
        users.push_back(m_state.self());
    for (const auto& user : users) {
        auto list = co_await m_directory.devicesOf(user);
        if (!list.ok())
            co_return Failure{list.error()};
        const auto* contact = m_state.contact(user);
        if (user != m_state.self() && contact && contact->changedKey)
            co_return Failure{ClientError{ClientErrorCode::IdentityChanged}};
        for (const auto& device : list->devices())
            candidates.push_back(device);
    }
    result.roster = m_directory.rosterVersion(peer);
    for (const auto& device : candidates) {
        if (device.device() == m_state.device())
            continue;
        if (!only.empty() && std::ranges::find(only, device.device()) == only.end())
            continue;
        if (m_state.sessions().needsSession(device, m_state.nowMs())) {
            auto started = co_await startSession(device, e2ee::StartReason::Needed);
            if (!started.ok())
                co_return Failure{started.error()};
        }
        if (m_state.sessions().canWrap(device))
            result.recipients.push_back(device);
        else
            result.unwrapped.push_back(device.device());
    }
    co_return result;
}

Task<Result<bool, ClientError>> Sealer::startSession(crypto::VerifiedPeer device,
                                                     e2ee::StartReason reason)
{
    protocol::GetBundle request;
    request.userId = device.user();
    request.deviceId = device.device();
    const auto answer = co_await m_session.link().request(this, request);
    if (!answer.ok()) {
        // No prekeys, or too many asked for: this device must not block the others (4.2).
        if (answer.error().is(protocol::ErrorCode::NotFound) ||
            answer.error().is(protocol::ErrorCode::RateLimited) ||
            answer.error().is(protocol::ErrorCode::Forbidden))
            co_return false;
        co_return Failure{answer.error().error};
    }
    e2ee::PrekeyBundle bundle;
    const auto signedPrekey = crypto::parseSignedPrekey(answer->signedPrekey);
    if (!signedPrekey.ok())
        co_return false;
    bundle.signedPrekey = *signedPrekey;
    if (answer->oneTimePrekey) {
        auto oneTime = crypto::parseOneTimePrekey(*answer->oneTimePrekey);
        if (!oneTime.ok())
            co_return false;
        bundle.oneTimePrekey = *oneTime;
    }
    crypto::SystemRng rng;
    const auto started = m_state.sessions().start(rng, device, bundle, m_state.nowMs(), reason);
    if (!started.ok()) {
        qCWarning(lcClient) << "no session could be started:"
                            << crypto::errorName(started.error()).data();
        co_return false;
    }
    co_return true;
}

crypto::Aad Sealer::fields(crypto::EventKind kind, const UserId& peer, const MessageId& id,
                           std::uint64_t seq, bool transient)
{
    crypto::Aad aad;
    aad.kind = kind;
    aad.flags = transient ? crypto::Aad::transient : std::uint8_t{0};
    aad.conversation = m_state.directConversation(peer);
    aad.message = id;
    aad.senderUser = m_state.self();
    aad.senderDevice = m_state.device();
    aad.peerUser = peer;
    aad.sentMs = m_state.nextSentMs();
    aad.seq = seq;
    return aad;
}

crypto::Result<e2ee::Envelope> Sealer::seal(const crypto::Aad& fields, View content,
                                            const Audience& audience)
{
    crypto::SystemRng rng;
    return e2ee::sealEnvelope(rng, m_state.sessions(), m_directory.directory().head(), fields,
                              content, audience.recipients);
}

std::vector<protocol::Wrap> wrapsOf(const e2ee::Envelope& envelope)
{
    std::vector<protocol::Wrap> wraps;
    wraps.reserve(envelope.wraps.size());
    for (const auto& wrap : envelope.wraps)
        wraps.push_back({wrap.device, wrap.message});
    return wraps;
}

} // namespace impulse::client
