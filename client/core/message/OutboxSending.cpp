#include "client/core/message/Outbox.h"
#include "common/core/Logging.h"

namespace impulse::client {

namespace {

/// The roster changes between sealing and sending only now and then; a server that keeps saying so
/// is left alone for a while.
constexpr int maxReseals = 5;
constexpr std::uint64_t pauseMs = 5'000;
/// encryption.md 1.3: numbers that the server names and that lie further ahead are lies.
constexpr std::uint64_t believableLead = 1'000'000;
constexpr std::uint64_t hourMs = 3'600'000;

} // namespace

Task<void> Outbox::drain(Lane lane)
{
    m_running.insert(lane);
    while (m_session.isLoggedIn()) {
        const auto* item = head(lane);
        if (!item)
            break;
        const auto number = item->number;
        const bool sealed = item->sealed.has_value();
        const bool control = item->kind == OutboxKind::Control;
        bool goOn = false;
        if (!sealed)
            goOn = co_await sealItem(number);
        else if (control)
            goOn = co_await sendControl(number);
        else
            goOn = co_await sendItem(number);
        if (!goOn)
            break;
    }
    m_running.erase(lane);
}

Task<bool> Outbox::sendItem(std::uint64_t number)
{
    const auto request = std::make_shared<protocol::SendEvent>();
    {
        const auto& item = *at(number);
        request->aad = item.sealed->aad;
        request->body = item.sealed->body;
        request->wraps = item.sealed->wraps;
        request->unwrapped = item.sealed->unwrapped;
        request->roster = item.sealed->roster;
        request->erase = item.sealed->erase;
    }
    if (at(number)->isAgain) {
        const auto addressed = co_await addressAgain(number, request);
        if (!at(number))
            co_return true;
        if (!addressed.ok()) {
            runLater(pauseMs);
            co_return false;
        }
    }
    const auto answer = co_await m_session.link().request(this, *request);
    if (!at(number))
        co_return true;
    if (!answer.ok()) {
        if (answer.error().is(protocol::ErrorCode::StaleRoster) ||
            answer.error().is(protocol::ErrorCode::WrongDevices)) {
            const auto synced = co_await m_directory.sync();
            if (!at(number))
                co_return true;
            if (!synced.ok()) {
                runLater(pauseMs);
                co_return false;
            }
        }
        if (at(number)->isAgain && answer.error().refusal)
            co_return handleAgain(number, answer.error());
        co_return handleRefusal(number, answer.error());
    }
    m_resealed.erase(number);
    const auto conversation = at(number)->conversation;
    const auto id = at(number)->id;
    const auto seq = answer->seq;
    co_await noteAccepted(conversation, id, seq, answer->serverMs);
    Q_EMIT accepted(conversation, seq);
    co_return true;
}

Task<bool> Outbox::noteAccepted(ConversationId conversation, MessageId id, std::uint64_t logSeq,
                                std::uint64_t serverMs)
{
    const auto* item = find(id);
    if (!item || !item->sealed || item->conversation != conversation)
        co_return false;
    const auto number = item->number;
    using Found = Result<EventPageRecords, StoreError>;
    auto waiting = answerOf<Found>(this, [this, conversation, id](std::function<void(Found)> done) {
        m_state.store().findEvents(conversation, {id}, std::move(done));
    });
    auto answer = co_await waiting;
    item = at(number);
    if (!item)
        co_return true;
    WriteBatch batch;
    std::vector<EventRecord> records;
    if (answer.ok())
        records = std::move(answer->events);
    for (const auto& record : records) {
        if (record.sender != m_state.device())
            continue;
        auto row = m_state.openEvent(record);
        row.logSeq = logSeq;
        row.serverMs = serverMs;
        // What the server had before is where it was, and may have been deleted since.
        if (!item->isAgain)
            row.state = EventState::Opened;
        const auto sortMs = item->isAgain ? record.sortMs : clampedSortMs(row.sentMs, serverMs);
        batch.replacedEvents.push_back(
            m_state.sealEvent(conversation, record.sender, id, sortMs, record.target, row));
        auto* state = m_state.conversation(conversation);
        if (state && item->kind == OutboxKind::Text && !item->isAgain) {
            state->lastId = id;
            state->lastHash = row.bodyHash;
        }
    }
    auto* state = m_state.conversation(conversation);
    if (state) {
        if (logSeq == state->position + 1)
            state->position = logSeq;
        m_state.stage(batch, *state);
    }
    const auto shown = item->target.value_or(id);
    if (!item->isAgain) {
        SentFrameRecord frame{m_state.nowMs() / hourMs,
                              item->kind,
                              conversation,
                              item->peer,
                              id,
                              item->target,
                              item->senderSeq,
                              item->sealed->aad,
                              item->sealed->body,
                              item->sealed->wraps};
        m_state.stage(batch, frame);
    }
    m_state.stageOutboxRemoval(batch, number);
    m_state.outbox.erase(number);
    co_await m_state.committed(this, std::move(batch));
    Q_EMIT messageChanged(conversation, shown);
    Q_EMIT changed();
    co_return true;
}

Task<bool> Outbox::sendControl(std::uint64_t number)
{
    protocol::SendControl request;
    {
        const auto& sealed = *at(number)->sealed;
        request.aad = sealed.aad;
        request.body = sealed.body;
        request.wraps = sealed.wraps;
    }
    const auto answer = co_await m_session.link().request(this, request);
    if (!at(number))
        co_return true;
    if (!answer.ok()) {
        const auto& failure = answer.error();
        if (waitsForUnblocking(*at(number), failure))
            co_return false;
        if (!failure.refusal || failure.is(protocol::ErrorCode::RateLimited) ||
            failure.is(protocol::ErrorCode::StorageFull) ||
            failure.is(protocol::ErrorCode::Unavailable) ||
            failure.is(protocol::ErrorCode::Internal)) {
            if (failure.refusal)
                runLater(std::max(pauseMs, failure.error.retryAfterMs));
            co_return false;
        }
        qCWarning(lcClient) << "a control envelope was refused with code"
                            << static_cast<int>(failure.refusal->code);
    }
    WriteBatch batch;
    m_state.stageOutboxRemoval(batch, number);
    m_state.outbox.erase(number);
    m_state.commit(std::move(batch));
    co_return true;
}

/// Somebody was just unblocked, and the server did not know it when this came. Goes on when it
/// does.
bool Outbox::waitsForUnblocking(const OutboxRecord& item, const CallFailure& failure)
{
    const auto* contact = m_state.contact(item.peer);
    if (!failure.is(protocol::ErrorCode::Forbidden) || !contact || !contact->statusDirty ||
        contact->status == ContactStatus::Blocked)
        return false;
    runLater(pauseMs);
    return true;
}

/// Forgets the sealed bytes; number and id stay, so that the next sealing is the same event.
void Outbox::unseal(OutboxRecord& item, WriteBatch& batch)
{
    item.sealed.reset();
    m_state.stage(batch, item);
}

bool Outbox::handleRefusal(std::uint64_t number, const CallFailure& failure)
{
    using protocol::ErrorCode;
    auto& item = *at(number);
    if (!failure.refusal)
        return false;
    const auto value = failure.refusal->value.value_or(0);
    auto* conversation = m_state.conversation(item.conversation);
    if (waitsForUnblocking(item, failure))
        return false;
    WriteBatch batch;
    switch (failure.refusal->code) {
    case ErrorCode::StaleRoster:
    case ErrorCode::WrongDevices:
        if (++m_resealed[number] > maxReseals) {
            m_resealed.erase(number);
            runLater(pauseMs);
            unseal(item, batch);
            m_state.commit(std::move(batch));
            return false;
        }
        unseal(item, batch);
        m_state.commit(std::move(batch));
        return true;
    case ErrorCode::SequenceUsed:
    case ErrorCode::OutOfOrder:
        // This disk, or the server's, was put back: go on where the server is (architecture.md 3).
        if (!conversation || value + 1 > item.senderSeq + believableLead ||
            ++m_resealed[number] > maxReseals) {
            m_resealed.erase(number);
            runLater(pauseMs);
            return false;
        }
        conversation->nextSequence = value + 1;
        item.senderSeq = 0;
        m_state.stage(batch, *conversation);
        unseal(item, batch);
        m_state.commit(std::move(batch));
        return true;
    case ErrorCode::RateLimited:
    case ErrorCode::StorageFull:
    case ErrorCode::Unavailable:
    case ErrorCode::Internal:
    case ErrorCode::OutOfState:
        runLater(std::max(pauseMs, failure.error.retryAfterMs));
        return false;
    case ErrorCode::DeviceRemoved:
        // The next login finds out what the lists say.
        m_session.fail({ClientErrorCode::ConnectionLost});
        return false;
    case ErrorCode::Unauthorized:
        m_session.fail({ClientErrorCode::AccountGone});
        return false;
    default:
        refuse(item, static_cast<std::uint64_t>(failure.refusal->code));
        return true;
    }
}

/// The server will not take this event. Its number goes to the next one, so that readers see no
/// gap.
void Outbox::refuse(OutboxRecord& item, std::uint64_t code)
{
    WriteBatch batch;
    if (item.kind == OutboxKind::Control) {
        m_state.stageOutboxRemoval(batch, item.number);
        m_state.outbox.erase(item.number);
        m_state.commit(std::move(batch));
        return;
    }
    auto* conversation = m_state.conversation(item.conversation);
    if (conversation && item.senderSeq != 0 && item.senderSeq + 1 == conversation->nextSequence) {
        conversation->nextSequence = item.senderSeq;
        m_state.stage(batch, *conversation);
    }
    item.senderSeq = 0;
    item.refused = code;
    unseal(item, batch);
    // A change that nobody got is not shown as if it were there.
    if (item.target)
        batch.eventRemovals.push_back({m_state.device(), item.id});
    const auto id = item.target.value_or(item.id);
    const auto where = item.conversation;
    m_state.commit(std::move(batch), [this, guard = QPointer<Outbox>(this), where, id] {
        if (!guard)
            return;
        Q_EMIT messageChanged(where, id);
        Q_EMIT changed();
    });
}

} // namespace impulse::client
