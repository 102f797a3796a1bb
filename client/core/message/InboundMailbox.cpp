#include "client/core/message/Inbound.h"

#include "common/core/Logging.h"

/// What does not stand in a log: mailbox entries, and transients.
namespace impulse::client {

Task<void> Inbound::takeMail(protocol::MailboxEntry entry)
{
    // One at a time: a server that floods has what follows fetched, not kept here.
    m_readingMailbox = true;
    m_mailboxAgain = false;
    std::vector<protocol::MailboxEntry> entries;
    entries.push_back(std::move(entry));
    co_await processMailbox(std::move(entries));
    m_readingMailbox = false;
    if (m_mailboxAgain)
        (void)co_await catchUpMailbox();
}

Task<Result<void, ClientError>> Inbound::catchUpMailbox()
{
    if (m_readingMailbox) {
        m_mailboxAgain = true;
        co_return Result<void, ClientError>();
    }
    m_readingMailbox = true;
    Result<void, ClientError> result;
    int idle = 0;
    for (;;) {
        m_mailboxAgain = false;
        const auto before = m_state.account.mailboxPosition;
        protocol::FetchMailbox request;
        request.after = before;
        request.limit = pageSize;
        auto page = co_await m_session.link().request(this, request);
        if (!page.ok()) {
            result = Failure{page.error().error};
            break;
        }
        if (page->missing)
            qCWarning(lcClient) << "the mailbox has lost entries";
        const bool more = page->more;
        if (!page->entries.empty())
            co_await processMailbox(std::move(page->entries));
        if (!more && !m_mailboxAgain)
            break;
        if (m_state.account.mailboxPosition <= before && ++idle >= maxIdlePages) {
            qCWarning(lcClient) << "the server withholds entries of the mailbox";
            break;
        }
    }
    m_readingMailbox = false;
    co_return result;
}

Task<bool> Inbound::processMailbox(std::vector<protocol::MailboxEntry> entries)
{
    auto turn = co_await m_turn.take();
    for (const auto& entry : entries) {
        if (!m_state.isLoaded() || entry.number <= m_state.account.mailboxPosition)
            continue;
        const auto aad = crypto::parseAad(entry.aad);
        WriteBatch batch;
        auto effects = std::make_shared<ContentApplier::Effects>();
        if (aad.ok() && aad->senderDevice != m_state.device()) {
            co_await prepareSender(*aad);
            if (aad->kind == crypto::EventKind::Direct && entry.body.empty()) {
                co_await m_healer.takeRewrap(*aad, entry.wrap);
            } else if (aad->kind == crypto::EventKind::Control) {
                co_await takeControl(batch, *effects, entry, *aad);
            }
        }
        m_state.account.mailboxPosition = std::max(m_state.account.mailboxPosition, entry.number);
        m_state.stageSessions(batch);
        m_state.stageAccount(batch);
        m_state.commit(std::move(batch), ContentApplier::run(effects));
    }
    WriteBatch none;
    co_await m_state.committed(this, std::move(none));
    acknowledge();
    co_return true;
}

Task<void> Inbound::takeControl(WriteBatch& batch, ContentApplier::Effects& effects,
                                const protocol::MailboxEntry& entry, const crypto::Aad& aad)
{
    auto opened = e2ee::openEnvelope(m_state.sessions(), m_directory.directory(), m_directory,
                                     entry.aad, entry.body, entry.wrap, m_state.nowMs());
    if (opened.ok() && e2ee::accept(m_state.sessions(), *opened).ok()) {
        m_gossip.note(aad.senderUser, opened->senderDirectory);
        co_await applyMail(batch, effects, *opened);
    } else if (!opened.ok()) {
        qCWarning(lcClient) << "a control envelope could not be opened:"
                            << crypto::errorName(opened.error()).data();
        if (Healer::canHeal(opened.error()) && acceptsFrom(aad.senderUser) &&
            opened.error() != crypto::CryptoError::Duplicate)
            m_healer.noteFailed(batch, aad, true);
    }
}

Task<void> Inbound::applyMail(WriteBatch& batch, ContentApplier::Effects& effects,
                              const e2ee::Opened& opened)
{
    auto content = e2ee::parseContent(crypto::EventKind::Control, opened.content);
    if (!content.ok())
        co_return;
    const auto sender = opened.sender.peer;
    if (auto* request = std::get_if<e2ee::ResendRequestContent>(&*content)) {
        effects.push_back([this, sender, request = std::move(*request)] {
            m_healer.answer(sender, request).detach();
        });
    } else if (std::holds_alternative<e2ee::SessionRefreshContent>(*content)) {
        m_healer.repeat(sender.device());
    } else if (auto* forwarded = std::get_if<e2ee::ForwardedContent>(&*content)) {
        co_await m_healer.takeForwarded(batch, effects, std::move(*forwarded));
    } else {
        m_applier.applyControl(batch, effects, opened, *content);
    }
}

void Inbound::acknowledge()
{
    protocol::AckMailbox request;
    request.upTo = m_state.account.mailboxPosition;
    if (request.upTo <= m_acknowledged || !m_session.isLoggedIn())
        return;
    m_acknowledged = request.upTo;
    m_session.link().call<protocol::AckMailbox>(
        request, [guard = QPointer<Inbound>(this)](const auto& answer) {
            // What stays there is skipped by its number.
            if (guard && !answer.ok())
                guard->m_acknowledged = 0;
        });
}

Task<void> Inbound::takeTransient(protocol::TransientPush push)
{
    ++m_transients;
    co_await processTransient(std::move(push));
    --m_transients;
}

Task<void> Inbound::processTransient(protocol::TransientPush push)
{
    auto turn = co_await m_turn.take();
    const auto aad = crypto::parseAad(push.aad);
    if (!aad.ok() || aad->senderDevice == m_state.device() || !acceptsFrom(aad->senderUser))
        co_return;
    co_await prepareSender(*aad);
    auto opened = e2ee::openEnvelope(m_state.sessions(), m_directory.directory(), m_directory,
                                     push.aad, push.body, push.wrap, m_state.nowMs());
    if (!opened.ok() || !e2ee::accept(m_state.sessions(), *opened).ok())
        co_return;
    WriteBatch batch;
    m_state.stageSessions(batch);
    m_state.commit(std::move(batch));
    const auto content = e2ee::parseContent(aad->kind, opened->content);
    if (content.ok())
        m_applier.applyTyping(*opened, *content);
}

} // namespace impulse::client
