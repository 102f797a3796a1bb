#include "client/core/message/Outbox.h"

#include "common/core/Logging.h"

/// Own events that a restored server has lost (encryption.md section 14).
namespace impulse::client {

namespace {

constexpr int maxReseals = 5;
constexpr std::uint64_t pauseMs = 5'000;
constexpr std::size_t mostErased = 100;

} // namespace

void Outbox::stageAgain(WriteBatch& batch, const ConversationId& conversation,
                        std::vector<SentFrameRecord> frames)
{
    std::ranges::sort(frames, {}, &SentFrameRecord::senderSeq);
    std::vector<OutboxRecord> items;
    for (auto& frame : frames) {
        if (find(frame.id))
            continue;
        OutboxRecord item;
        item.kind = frame.kind;
        item.conversation = conversation;
        item.peer = frame.peer;
        item.id = frame.id;
        item.target = frame.target;
        item.senderSeq = frame.senderSeq;
        item.isAgain = true;
        item.sealed.emplace();
        item.sealed->aad = std::move(frame.aad);
        item.sealed->body = std::move(frame.body);
        item.sealed->wraps = std::move(frame.wraps);
        items.push_back(std::move(item));
    }
    if (items.empty())
        return;
    // What waits already has higher numbers of this device: it goes behind.
    std::vector<OutboxRecord> waiting;
    for (const auto& [number, item] : m_state.outbox) {
        if (item.kind != OutboxKind::Control && item.conversation == conversation)
            waiting.push_back(item);
    }
    for (auto& item : waiting) {
        m_state.stageOutboxRemoval(batch, item.number);
        m_state.outbox.erase(item.number);
        items.push_back(std::move(item));
    }
    for (auto& item : items) {
        item.number = m_state.account.nextOutbox++;
        m_state.stage(batch, item);
        m_state.outbox[item.number] = std::move(item);
    }
    m_state.stageAccount(batch);
}

/// To whoever is listed now: those who were wrapped for and still are, and the others by name, who
/// may ask.
Task<Result<void, ClientError>> Outbox::addressAgain(std::uint64_t number,
                                                     std::shared_ptr<protocol::SendEvent> request)
{
    const UserId peer = at(number)->peer;
    const UserId self = m_state.self();
    std::set<DeviceId> devices;
    for (const auto& user : {peer, self}) {
        const auto list = co_await m_directory.devicesOf(user);
        if (!list.ok())
            co_return Failure{list.error()};
        for (const auto& device : list->devices())
            devices.insert(device.device());
    }
    devices.erase(m_state.device());
    request->roster = m_directory.rosterVersion(peer);
    std::erase_if(request->wraps, [&devices](const protocol::Wrap& wrap) {
        return devices.erase(wrap.deviceId) == 0;
    });
    request->unwrapped.assign(devices.begin(), devices.end());
    co_await findErased(number, request);
    co_return Result<void, ClientError>();
}

/// A delete names what it deletes by the log numbers of now.
Task<void> Outbox::findErased(std::uint64_t number, std::shared_ptr<protocol::SendEvent> request)
{
    if (!at(number) || at(number)->kind != OutboxKind::Delete || !at(number)->target)
        co_return;
    const OutboxRecord item = *at(number);
    using Found = Result<EventPageRecords, StoreError>;
    auto waiting = answerOf<Found>(this, [this, &item](std::function<void(Found)> done) {
        m_state.store().findEvents(item.conversation, {*item.target}, std::move(done));
    });
    const auto found = co_await waiting;
    if (!found.ok())
        co_return;
    for (const auto* records : {&found->events, &found->changes}) {
        for (const auto& record : *records) {
            const auto row = m_state.openEvent(record);
            if (row.logSeq != 0 && row.sender == m_state.self() && record.id != item.id &&
                !isStale(item.conversation, row) && request->erase.size() < mostErased)
                request->erase.push_back(row.logSeq);
        }
    }
    std::ranges::sort(request->erase);
}

/// Its log number was given before the server was put back, and means another event now.
bool Outbox::isStale(const ConversationId& conversation, const EventRow& row) const
{
    const auto* record = m_state.conversation(conversation);
    return record && m_state.account.restoredMs && record->commonSeq &&
           row.logSeq > *record->commonSeq && row.serverMs < *m_state.account.restoredMs;
}

bool Outbox::handleAgain(std::uint64_t number, const CallFailure& failure)
{
    using protocol::ErrorCode;
    auto& item = *at(number);
    switch (failure.refusal->code) {
    case ErrorCode::StaleRoster:
    case ErrorCode::WrongDevices:
        if (++m_resealed[number] <= maxReseals)
            return true;
        m_resealed.erase(number);
        runLater(pauseMs);
        return false;
    case ErrorCode::RateLimited:
    case ErrorCode::StorageFull:
    case ErrorCode::Unavailable:
    case ErrorCode::Internal:
    case ErrorCode::OutOfState:
    case ErrorCode::DeviceRemoved:
    case ErrorCode::Unauthorized:
        return handleRefusal(number, failure);
    default:
        break;
    }
    // It stays here, and with those who have it.
    qCWarning(lcClient) << "the server does not take a lost event again: code"
                        << static_cast<int>(failure.refusal->code);
    WriteBatch batch;
    m_state.stageOutboxRemoval(batch, item.number);
    m_state.outbox.erase(item.number);
    m_state.commit(std::move(batch));
    return true;
}

} // namespace impulse::client
