#include "client/core/message/Inbound.h"

#include "common/core/Logging.h"

namespace impulse::client {

namespace {

/// Typing that waits while something else is opened; more is dropped.
constexpr int maxTransients = 16;

} // namespace

Inbound::Inbound(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
                 Outbox& outbox, ContentApplier& applier, Healer& healer, GossipWatch& gossip,
                 QObject* parent)
    : QObject(parent), m_state(state), m_session(session), m_directory(directory), m_outbox(outbox),
      m_applier(applier), m_healer(healer), m_gossip(gossip)
{
    connect(&outbox, &Outbox::accepted, this,
            [this](const ConversationId& conversation, std::uint64_t logSeq) {
                const auto* record = m_state.conversation(conversation);
                if (record && record->position < logSeq)
                    catchUp(conversation).detach();
            });
}

void Inbound::takePush(const protocol::AnyPush& push)
{
    if (!m_state.isLoaded())
        return;
    if (const auto* event = std::get_if<protocol::EventPush>(&push)) {
        takeEvent(event->event).detach();
    } else if (const auto* mail = std::get_if<protocol::MailboxPush>(&push)) {
        if (!m_readingMailbox && mail->entry.number == m_state.account.mailboxPosition + 1)
            takeMail(mail->entry).detach();
        else
            catchUpMailbox().detach();
    } else if (const auto* transient = std::get_if<protocol::TransientPush>(&push)) {
        if (m_transients < maxTransients)
            takeTransient(*transient).detach();
    }
}

bool Inbound::acceptsFrom(const UserId& user) const
{
    if (user == m_state.self())
        return true;
    const auto found = m_state.contacts.find(user);
    return found != m_state.contacts.end() && found->second.status == ContactStatus::Accepted;
}

Task<void> Inbound::takeEvent(protocol::LogEvent event)
{
    const auto aad = crypto::parseAad(event.aad);
    if (!aad.ok() || aad->kind != crypto::EventKind::Direct)
        co_return;
    const UserId peer = aad->senderUser == m_state.self() ? aad->peerUser : aad->senderUser;
    if (aad->conversation != m_state.directConversation(peer))
        co_return;
    const auto& conversation = m_state.obtainConversation(peer);
    const auto id = conversation.id;
    if (event.seq <= conversation.position)
        co_return;
    if (event.seq == conversation.position + 1 && !m_reading.contains(id)) {
        std::vector<protocol::LogEvent> events;
        events.push_back(std::move(event));
        m_reading.insert(id);
        co_await process(id, std::move(events));
        m_reading.erase(id);
        if (m_readAgain.erase(id) > 0)
            (void)co_await catchUp(id);
        co_return;
    }
    // What fails is fetched again after the next login.
    (void)co_await catchUp(id);
}

Task<Result<void, ClientError>> Inbound::catchUp(ConversationId conversation)
{
    if (!m_reading.insert(conversation).second) {
        m_readAgain.insert(conversation);
        co_return Result<void, ClientError>();
    }
    Result<void, ClientError> result;
    int idle = 0;
    for (;;) {
        m_readAgain.erase(conversation);
        const auto* record = m_state.conversation(conversation);
        if (!record)
            break;
        const auto before = record->position;
        protocol::FetchEvents request;
        request.conversationId = conversation;
        request.after = before;
        request.limit = pageSize;
        auto page = co_await m_session.link().request(this, request);
        if (!page.ok()) {
            result = Failure{page.error().error};
            break;
        }
        if (page->events.empty()) {
            // What the operator's retention has dropped is no gap.
            auto* current = m_state.conversation(conversation);
            if (current && page->firstSeq > current->position + 1 &&
                page->firstSeq <= page->lastSeq + 1) {
                current->position = page->firstSeq - 1;
                WriteBatch batch;
                m_state.stage(batch, *current);
                m_state.commit(std::move(batch));
                if (current->position < page->lastSeq)
                    continue;
            }
            if (m_readAgain.contains(conversation) && ++idle < maxIdlePages)
                continue;
            break;
        }
        auto* current = m_state.conversation(conversation);
        if (current && page->events.front().seq == page->firstSeq &&
            page->firstSeq > current->position + 1)
            current->position = page->firstSeq - 1;
        const auto last = page->lastSeq;
        co_await process(conversation, std::move(page->events));
        current = m_state.conversation(conversation);
        if (!current || (current->position >= last && !m_readAgain.contains(conversation)))
            break;
        if (current->position <= before && ++idle >= maxIdlePages) {
            qCWarning(lcClient) << "the server withholds events of a conversation";
            break;
        }
    }
    m_reading.erase(conversation);
    co_return result;
}

Task<bool> Inbound::process(ConversationId conversation, std::vector<protocol::LogEvent> events)
{
    auto turn = co_await m_turn.take();
    std::vector<MessageId> ids;
    for (const auto& event : events) {
        const auto aad = crypto::parseAad(event.aad);
        if (aad.ok())
            ids.push_back(aad->message);
    }
    using Found = Result<EventPageRecords, StoreError>;
    auto waiting =
        answerOf<Found>(this, [this, conversation, &ids](std::function<void(Found)> done) {
            m_state.store().findEvents(conversation, ids, std::move(done));
        });
    auto found = co_await waiting;
    if (!found.ok())
        co_return false;
    Known known;
    for (auto& record : found->events)
        known.events[{record.sender, record.id}] = record;
    for (auto& event : events) {
        const auto* record = m_state.conversation(conversation);
        if (!record)
            co_return false;
        if (event.seq <= record->position)
            continue;
        if (event.seq != record->position + 1)
            co_return false;
        const auto aad = crypto::parseAad(event.aad);
        co_await processEvent(conversation, std::move(event), known);
        // Two copies of one id on one page: the second one is known.
        if (aad.ok())
            known.events.try_emplace({aad->senderDevice, aad->message});
    }
    co_return true;
}

Task<void> Inbound::prepareSender(crypto::Aad aad)
{
    if (!m_directory.knownDevices(aad.senderUser)) {
        const auto known = co_await m_directory.devicesOf(aad.senderUser);
        if (!known.ok())
            co_return;
    }
    if (!m_directory.sender(aad.senderUser, aad.senderDevice)) {
        const auto synced = co_await m_directory.sync();
        // What is not known then is refused where it is opened.
        if (synced.ok())
            (void)co_await m_directory.devicesOf(aad.senderUser);
    }
}

Task<void> Inbound::processEvent(ConversationId conversation, protocol::LogEvent event,
                                 const Known& known)
{
    WriteBatch batch;
    auto effects = std::make_shared<ContentApplier::Effects>();
    const auto aad = crypto::parseAad(event.aad);
    const auto* record = m_state.conversation(conversation);
    if (!aad.ok() || aad->kind != crypto::EventKind::Direct || aad->conversation != conversation ||
        (aad->senderUser != m_state.self() && aad->senderUser != record->peer)) {
        qCWarning(lcClient) << "the server put an event where it does not belong";
        m_applier.passEvent(batch, conversation, event, nullptr);
        m_state.commit(std::move(batch));
        co_return;
    }
    const auto found = known.events.find({aad->senderDevice, aad->message});
    const auto* knownEvent = found == known.events.end() ? nullptr : &found->second;
    if (aad->senderDevice == m_state.device()) {
        co_await meetOwnEvent(conversation, std::move(event), *aad, knownEvent);
        co_return;
    }
    if (knownEvent) {
        renumber(batch, *knownEvent, event);
        m_applier.passEvent(batch, conversation, event, &*aad);
        m_state.commit(std::move(batch));
        co_return;
    }
    if (!event.body || !event.wrap) {
        auto& state = *m_state.conversation(conversation);
        if (isOlder(event, *aad)) {
            // Written before this device joined: one quiet line says so.
            if (!state.olderElsewhere) {
                state.olderElsewhere = true;
                m_applier.stageLine(batch, *effects, conversation, SystemLine::OlderElsewhere);
            }
            m_applier.obtainContact(batch, *effects, state.peer);
            m_applier.passEvent(batch, conversation, event, &*aad);
        } else if (!event.body) {
            m_applier.applyUnreadable(batch, *effects, conversation, event, *aad,
                                      EventState::Missing, 0);
        } else {
            m_applier.applyUnreadable(batch, *effects, conversation, event, *aad,
                                      EventState::Waiting, 0);
            if (acceptsFrom(aad->senderUser))
                m_healer.noteFailed(batch, *aad, false);
        }
        m_state.commit(std::move(batch), ContentApplier::run(effects));
        co_return;
    }
    co_await prepareSender(*aad);
    auto opened = e2ee::openEnvelope(m_state.sessions(), m_directory.directory(), m_directory,
                                     event.aad, *event.body, *event.wrap, m_state.nowMs());
    if (opened.ok() && e2ee::accept(m_state.sessions(), *opened).ok()) {
        m_gossip.note(aad->senderUser, opened->senderDirectory);
        m_state.stageSessions(batch);
        m_applier.applyEvent(batch, *effects, conversation, event, *opened);
        m_state.commit(std::move(batch), ContentApplier::run(effects));
        co_return;
    }
    const auto error = opened.ok() ? crypto::CryptoError::Internal : opened.error();
    qCWarning(lcClient) << "an event could not be opened:" << crypto::errorName(error).data();
    if (Healer::canHeal(error)) {
        m_applier.applyUnreadable(batch, *effects, conversation, event, *aad, EventState::Waiting,
                                  static_cast<std::uint64_t>(error));
        if (acceptsFrom(aad->senderUser))
            m_healer.noteFailed(batch, *aad, false);
    } else {
        const auto state = error == crypto::CryptoError::UnsupportedVersion ? EventState::Newer
                                                                            : EventState::Refused;
        m_applier.applyUnreadable(batch, *effects, conversation, event, *aad, state,
                                  static_cast<std::uint64_t>(error));
    }
    m_state.commit(std::move(batch), ContentApplier::run(effects));
}

/// An event of this very device: accepted while the answer was lost, or from a time that this disk
/// has forgotten (encryption.md 3.5).
Task<void> Inbound::meetOwnEvent(ConversationId conversation, protocol::LogEvent event,
                                 crypto::Aad aad, const EventRecord* known)
{
    if (m_repairing == conversation)
        m_met.insert(aad.message);
    const bool wasWaiting =
        co_await m_outbox.noteAccepted(conversation, aad.message, event.seq, event.serverMs);
    auto* record = m_state.conversation(conversation);
    if (!record)
        co_return;
    WriteBatch batch;
    auto effects = std::make_shared<ContentApplier::Effects>();
    if (!wasWaiting && known)
        renumber(batch, *known, event);
    if (!wasWaiting && !known) {
        qCWarning(lcClient) << "this device was put back to an earlier state: keys are replaced";
        m_state.sessions().forgetAll();
        m_state.stageSessions(batch);
        m_applier.applyUnreadable(batch, *effects, conversation, event, aad, EventState::Missing,
                                  0);
        Q_EMIT rolledBack();
    }
    record->position = std::max(record->position, event.seq);
    record->nextSequence = std::max(record->nextSequence, aad.seq + 1);
    m_state.stage(batch, *record);
    m_state.commit(std::move(batch), ContentApplier::run(effects));
}

/// A restored server gives events that it has lost, and gets back, other numbers than before.
void Inbound::renumber(WriteBatch& batch, const EventRecord& known,
                       const protocol::LogEvent& event) const
{
    // The second copy on one page has no row here.
    if (known.value.empty())
        return;
    auto row = m_state.openEvent(known);
    if (row.logSeq == event.seq || row.logSeq == 0)
        return;
    row.logSeq = event.seq;
    row.serverMs = event.serverMs;
    batch.replacedEvents.push_back(m_state.sealEvent(known.conversation, known.sender, known.id,
                                                     known.sortMs, known.target, row));
}

/// Written before this device joined: nothing was wrapped for it. A restored server stores what it
/// gets back with its time of now.
bool Inbound::isOlder(const protocol::LogEvent& event, const crypto::Aad& aad) const
{
    const auto& account = m_state.account;
    return event.serverMs < account.deviceCreatedMs ||
           (account.restoredMs && aad.sentMs < account.deviceCreatedMs);
}

void Inbound::beginRepair(const ConversationId& conversation)
{
    m_repairing = conversation;
    m_met.clear();
}

void Inbound::rereadMailbox()
{
    m_repairing.reset();
    m_met.clear();
    m_state.account.mailboxPosition = 0;
    m_acknowledged = 0;
}

} // namespace impulse::client
