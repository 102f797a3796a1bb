#include "client/core/message/Typing.h"

namespace impulse::client {

namespace {

constexpr std::uint64_t intervalMs = 5'000;
constexpr int maxInRow = 200;

} // namespace

Typing::Typing(LocalState& state, ServerSession& session, Sealer& sealer, QObject* parent)
    : QObject(parent), m_state(state), m_session(session), m_sealer(sealer)
{
}

void Typing::setOwn(const ConversationId& id, bool active)
{
    const auto* conversation = m_state.conversation(id);
    if (!conversation || !m_session.isLoggedIn() || conversation->peer == m_state.self())
        return;
    const auto* contact = m_state.contact(conversation->peer);
    if (!contact || contact->status != ContactStatus::Accepted || contact->changedKey ||
        !m_online.contains(conversation->peer))
        return;
    auto& sent = m_sent[id];
    const auto now = m_state.nowMs();
    if (sent.inRow >= maxInRow || (active && now < sent.begunMs + intervalMs) ||
        (!active && !sent.active))
        return;
    sent.active = active;
    if (active)
        sent.begunMs = now;
    ++sent.inRow;
    send(id, conversation->peer, active).detach();
}

void Typing::noteSent(const ConversationId& id)
{
    auto& sent = m_sent[id];
    sent.active = false;
    sent.inRow = 0;
}

void Typing::setOnline(const UserId& user, bool online)
{
    if (online)
        m_online.insert(user);
    else
        m_online.erase(user);
}

void Typing::clear()
{
    m_sent.clear();
    m_online.clear();
}

Task<void> Typing::send(ConversationId id, UserId peer, bool active)
{
    auto content = e2ee::writeContent(e2ee::Content(e2ee::TypingContent{active}));
    if (!content.ok())
        co_return;
    protocol::SendTransient request;
    {
        auto turn = co_await m_sealer.turn().take();
        const auto audience = co_await m_sealer.audience(peer, false, {});
        if (!audience.ok() || audience->recipients.empty() || !m_state.conversation(id))
            co_return;
        const auto fields =
            m_sealer.fields(crypto::EventKind::Direct, peer, Sealer::newId(), 0, true);
        auto envelope = m_sealer.seal(fields, *content, *audience);
        if (!envelope.ok())
            co_return;
        request.aad = envelope->aad;
        request.body = envelope->body;
        request.wraps = wrapsOf(*envelope);
        WriteBatch batch;
        m_state.stageAccount(batch);
        m_state.stageSessions(batch);
        // The ratchet has moved: never again with the same keys, even after a crash.
        co_await m_state.committed(this, std::move(batch));
    }
    (void)co_await m_session.link().request(this, request);
}

} // namespace impulse::client
