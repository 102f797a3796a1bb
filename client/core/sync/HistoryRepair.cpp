#include "client/core/sync/HistoryRepair.h"

#include "common/core/Logging.h"

namespace impulse::client {

namespace {

constexpr std::uint64_t hourMs = 3'600'000;
/// encryption.md section 14.
constexpr std::uint64_t keptHours = 30 * 24;
constexpr std::uint64_t pruneEveryMs = 24 * hourMs;

} // namespace

HistoryRepair::HistoryRepair(LocalState& state, ServerSession& session, Inbound& inbound,
                             Outbox& outbox, QObject* parent)
    : QObject(parent), m_state(state), m_session(session), m_inbound(inbound), m_outbox(outbox)
{
}

void HistoryRepair::pruneFrames()
{
    const auto now = m_state.nowMs();
    const auto hour = now / hourMs;
    if (hour < keptHours ||
        (m_prunedMs != 0 && now >= m_prunedMs && now - m_prunedMs < pruneEveryMs))
        return;
    m_prunedMs = now;
    WriteBatch batch;
    m_state.stageFramesBefore(batch, hour - keptHours);
    m_state.commit(std::move(batch));
}

/// From here on, what the log stores was stored after the restore.
void HistoryRepair::begin()
{
    m_prunedMs = 0;
    pruneFrames();
    const auto incarnation = m_session.link().hello().incarnation;
    if (std::exchange(m_begunIn, incarnation) == incarnation)
        return;
    m_state.account.restoredMs = m_session.serverNowMs();
    WriteBatch batch;
    m_state.stageAccount(batch);
    m_state.commit(std::move(batch));
}

Task<Result<void, ClientError>> HistoryRepair::run()
{
    begin();
    auto stored = co_await m_state.loadFrames();
    if (!stored.ok())
        co_return Failure{stored.error()};
    Frames frames;
    for (auto& frame : *stored)
        frames[frame.conversation].push_back(std::move(frame));
    const auto heads = co_await fetchHeads();
    if (!heads.ok())
        co_return Failure{heads.error()};
    for (const auto& [id, head] : *heads)
        m_state.obtainConversation(head.peer);
    std::vector<ConversationId> ids;
    for (const auto& [id, record] : m_state.conversations)
        ids.push_back(id);
    for (const auto& id : ids) {
        const auto head = heads->find(id);
        const auto lastSeq = head == heads->end() ? 0 : head->second.lastSeq;
        const auto repaired = co_await repair(id, lastSeq, std::move(frames[id]));
        if (!repaired.ok())
            co_return repaired;
    }
    finish();
    co_return Result<void, ClientError>();
}

Task<Result<std::map<ConversationId, HistoryRepair::Head>, ClientError>> HistoryRepair::fetchHeads()
{
    std::map<ConversationId, Head> heads;
    protocol::Sync request;
    for (;;) {
        const auto answer = co_await m_session.link().request(this, request);
        if (!answer.ok())
            co_return Failure{answer.error().error};
        for (const auto& head : answer->conversations) {
            if (head.conversationId == m_state.directConversation(head.peer))
                heads[head.conversationId] = {head.peer, head.lastSeq};
        }
        if (!answer->more || answer->conversations.empty())
            co_return heads;
        // Ascending, or it would never end.
        const auto last = answer->conversations.back().conversationId;
        if (request.after && last <= *request.after)
            co_return Failure{ClientError{ClientErrorCode::NotThisServer}};
        request.after = last;
    }
}

Task<Result<void, ClientError>> HistoryRepair::repair(ConversationId id, std::uint64_t lastSeq,
                                                      std::vector<SentFrameRecord> frames)
{
    const auto found = co_await findCommon(id, lastSeq);
    if (!found.ok())
        co_return Failure{found.error()};
    auto common = *found;
    {
        auto* record = m_state.conversation(id);
        if (!record)
            co_return Failure{ClientError{ClientErrorCode::WrongState}};
        // Interrupted: the numbers above mean the new log already.
        if (record->isRepairing.value_or(false))
            common = std::min(common, record->commonSeq.value_or(0));
        record->position = common;
        record->commonSeq = common;
        record->isRepairing = true;
        record->readUpTo = std::min(record->readUpTo, common);
        WriteBatch batch;
        m_state.stage(batch, *record);
        m_state.commit(std::move(batch));
    }
    m_inbound.beginRepair(id);
    if (lastSeq > common) {
        const auto read = co_await m_inbound.catchUp(id);
        if (!read.ok())
            co_return read;
    }
    co_await stageLost(id, common, std::move(frames));
    co_return Result<void, ClientError>();
}

/// The log is a log: where one event is the same, all before it are.
Task<Result<std::uint64_t, ClientError>> HistoryRepair::findCommon(ConversationId id,
                                                                   std::uint64_t lastSeq)
{
    const auto* record = m_state.conversation(id);
    std::uint64_t same = 0;
    std::uint64_t other = record ? std::min(record->position, lastSeq) + 1 : 1;
    // Most conversations have lost nothing.
    for (auto probe = other - 1; same + 1 < other; probe = same + (other - same) / 2) {
        const auto common = co_await isCommon(id, probe);
        if (!common.ok())
            co_return Failure{common.error()};
        (*common ? same : other) = probe;
    }
    co_return same;
}

Task<Result<bool, ClientError>> HistoryRepair::isCommon(ConversationId id, std::uint64_t seq)
{
    protocol::FetchEvents request;
    request.conversationId = id;
    request.after = seq - 1;
    request.limit = 1;
    const auto page = co_await m_session.link().request(this, request);
    if (!page.ok())
        co_return Failure{page.error().error};
    if (page->events.empty() || page->events.front().seq != seq)
        co_return false;
    const auto aad = crypto::parseAad(page->events.front().aad);
    if (!aad.ok())
        co_return false;
    const MessageId message = aad->message;
    using Found = Result<EventPageRecords, StoreError>;
    auto waiting = answerOf<Found>(this, [this, id, message](std::function<void(Found)> done) {
        m_state.store().findEvents(id, {message}, std::move(done));
    });
    const auto found = co_await waiting;
    if (!found.ok())
        co_return Failure{clientErrorOf(found.error())};
    for (const auto& record : found->events) {
        if (record.sender == aad->senderDevice && m_state.openEvent(record).logSeq == seq)
            co_return true;
    }
    co_return false;
}

Task<void> HistoryRepair::stageLost(ConversationId id, std::uint64_t common,
                                    std::vector<SentFrameRecord> frames)
{
    std::vector<SentFrameRecord> lost;
    for (auto& frame : frames) {
        if (m_inbound.wasMet(frame.id))
            continue;
        const MessageId message = frame.id;
        using Found = Result<EventPageRecords, StoreError>;
        auto waiting = answerOf<Found>(this, [this, id, message](std::function<void(Found)> done) {
            m_state.store().findEvents(id, {message}, std::move(done));
        });
        const auto found = co_await waiting;
        bool onLog = false;
        for (const auto& record : found.ok() ? found->events : std::vector<EventRecord>()) {
            const auto seq = m_state.openEvent(record).logSeq;
            onLog = onLog || (record.sender == m_state.device() && seq != 0 && seq <= common);
        }
        if (!onLog)
            lost.push_back(std::move(frame));
    }
    auto* record = m_state.conversation(id);
    if (!record)
        co_return;
    if (!lost.empty())
        qCInfo(lcClient) << "the server has lost" << lost.size() << "events of this device";
    WriteBatch batch;
    m_outbox.stageAgain(batch, id, std::move(lost));
    record->isRepairing.reset();
    m_state.stage(batch, *record);
    m_state.commit(std::move(batch));
}

/// What only the server knew of this client's state is told again.
void HistoryRepair::finish()
{
    auto& account = m_state.account;
    account.incarnation = m_session.link().hello().incarnation;
    account.profileDirty = account.profileDirty || account.hasProfileKey;
    account.privacyDirty = true;
    m_inbound.rereadMailbox();
    WriteBatch batch;
    m_state.stageAccount(batch);
    for (auto& [id, contact] : m_state.contacts) {
        if (contact.status == ContactStatus::Stranger)
            continue;
        contact.statusDirty = true;
        m_state.stage(batch, contact);
    }
    m_state.commit(std::move(batch));
}

} // namespace impulse::client
