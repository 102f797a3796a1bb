#include "client/core/message/Outbox.h"

#include "client/core/state/SecretBridge.h"
#include "common/core/Logging.h"

namespace impulse::client {

namespace {

/// A network that fails while sealing is tried again after this time.
constexpr std::uint64_t pauseMs = 5'000;

} // namespace

Outbox::Outbox(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
               Sealer& sealer, QObject* parent)
    : QObject(parent), m_state(state), m_session(session), m_directory(directory), m_sealer(sealer)
{
    m_later.setSingleShot(true);
    connect(&m_later, &QTimer::timeout, this, &Outbox::run);
}

Outbox::Lane Outbox::laneOf(const OutboxRecord& item)
{
    return {item.conversation, item.kind == OutboxKind::Control};
}

OutboxRecord* Outbox::at(std::uint64_t number)
{
    const auto found = m_state.outbox.find(number);
    return found == m_state.outbox.end() ? nullptr : &found->second;
}

OutboxRecord* Outbox::head(const Lane& lane)
{
    for (auto& [number, item] : m_state.outbox) {
        if (laneOf(item) == lane && item.refused == 0)
            return &item;
    }
    return nullptr;
}

const OutboxRecord* Outbox::find(const MessageId& id) const
{
    for (const auto& [number, item] : m_state.outbox) {
        if (item.kind != OutboxKind::Control && item.id == id)
            return &item;
    }
    return nullptr;
}

void Outbox::stageEvent(WriteBatch& batch, OutboxRecord item)
{
    item.number = m_state.account.nextOutbox++;
    EventRow row;
    row.state = EventState::Queued;
    row.sender = m_state.self();
    // Two of one millisecond stand in the order in which they were written.
    row.sentMs = m_state.nextSentMs();
    m_state.stageAccount(batch);
    m_state.stage(batch, item);
    if (item.kind == OutboxKind::Text)
        batch.replacedEvents.push_back(
            m_state.sealEvent(item.conversation, m_state.device(), item.id, row.sentMs, {}, row));
    m_state.outbox[item.number] = std::move(item);
}

void Outbox::stageControl(WriteBatch& batch, const UserId& peer, Bytes content,
                          std::vector<DeviceId> devices)
{
    OutboxRecord item;
    item.number = m_state.account.nextOutbox++;
    item.kind = OutboxKind::Control;
    item.peer = peer;
    item.conversation = m_state.directConversation(peer);
    item.id = Sealer::newId();
    item.content = std::move(content);
    item.devices = std::move(devices);
    m_state.stageAccount(batch);
    m_state.stage(batch, item);
    m_state.outbox[item.number] = std::move(item);
}

void Outbox::run()
{
    if (!m_session.isLoggedIn())
        return;
    std::set<Lane> lanes;
    for (const auto& [number, item] : m_state.outbox)
        lanes.insert(laneOf(item));
    for (const auto& lane : lanes) {
        if (!m_running.contains(lane))
            drain(lane).detach();
    }
}

void Outbox::runLater(std::uint64_t ms)
{
    if (!m_later.isActive())
        m_later.start(static_cast<int>(std::clamp<std::uint64_t>(ms, 200, 60'000)));
}

Task<Result<Bytes, ClientError>> Outbox::contentOf(std::uint64_t number, SealedRecord& sealed)
{
    const OutboxRecord item = *at(number);
    if (item.kind == OutboxKind::Control)
        co_return item.content;
    std::vector<MessageId> wanted;
    if (item.replyTo)
        wanted.push_back(*item.replyTo);
    if (item.target)
        wanted.push_back(*item.target);
    EventPageRecords found;
    if (!wanted.empty()) {
        using Found = Result<EventPageRecords, StoreError>;
        auto waiting =
            answerOf<Found>(this, [this, &item, &wanted](std::function<void(Found)> done) {
                m_state.store().findEvents(item.conversation, wanted, std::move(done));
            });
        auto answer = co_await waiting;
        if (!answer.ok())
            co_return Failure{clientErrorOf(answer.error())};
        found = std::move(answer).value();
    }
    const auto reference = [&](const MessageId& id) -> std::optional<e2ee::Reference> {
        for (const auto& record : found.events) {
            const auto row = m_state.openEvent(record);
            if (record.id == id && row.bodyHash)
                return e2ee::Reference{id, *row.bodyHash};
        }
        return std::nullopt;
    };
    e2ee::Content content;
    if (item.kind == OutboxKind::Text) {
        e2ee::TextContent text;
        text.text = item.text;
        if (item.replyTo)
            text.reply = reference(*item.replyTo);
        const auto* conversation = m_state.conversation(item.conversation);
        if (conversation && conversation->lastId && conversation->lastHash)
            text.after = e2ee::Reference{*conversation->lastId, *conversation->lastHash};
        const auto* contact = m_state.contact(item.peer);
        if (contact && contact->status == ContactStatus::Accepted && m_state.account.hasProfileKey)
            text.profileKey = fromWire<e2ee::ProfileKey>(m_state.account.profileKey);
        content = std::move(text);
    } else {
        const auto target = item.target ? reference(*item.target) : std::nullopt;
        if (!target)
            co_return Failure{ClientError{ClientErrorCode::NotFound}};
        if (item.kind == OutboxKind::Edit) {
            e2ee::EditContent edit;
            edit.target = *target;
            edit.text = item.text;
            edit.revision = item.revision;
            content = std::move(edit);
        } else {
            content = e2ee::DeleteContent{*target};
            for (const auto* records : {&found.events, &found.changes}) {
                for (const auto& record : *records) {
                    const auto row = m_state.openEvent(record);
                    if (row.logSeq != 0 && row.sender == m_state.self() &&
                        row.state != EventState::Deleted && !isStale(item.conversation, row))
                        sealed.erase.push_back(row.logSeq);
                }
            }
            std::ranges::sort(sealed.erase);
            if (sealed.erase.size() > 100)
                sealed.erase.resize(100);
        }
    }
    auto bytes = e2ee::writeContent(content);
    if (!bytes.ok())
        co_return Failure{ClientError{ClientErrorCode::InvalidText}};
    co_return std::move(bytes).value();
}

Task<bool> Outbox::sealItem(std::uint64_t number)
{
    auto turn = co_await m_sealer.turn().take();
    if (!at(number))
        co_return true;
    const UserId peer = at(number)->peer;
    const std::vector<DeviceId> devices = at(number)->devices;
    SealedRecord sealed;
    auto content = co_await contentOf(number, sealed);
    auto audience = co_await m_sealer.audience(peer, true, devices);
    auto* item = at(number);
    if (!item)
        co_return true;
    if (!content.ok() || !audience.ok()) {
        const auto error = content.ok() ? audience.error() : content.error();
        if (error.code == ClientErrorCode::IdentityChanged) {
            // Held: goes on when the user has decided.
            Q_EMIT messageChanged(item->conversation, item->target.value_or(item->id));
            Q_EMIT changed();
            co_return false;
        }
        if (kindOf(error) == ErrorKind::Network || kindOf(error) == ErrorKind::Storage) {
            runLater(pauseMs);
            co_return false;
        }
        // Nothing to refer to, or nobody to send to.
        const auto code =
            content.ok() ? protocol::ErrorCode::NotFound : protocol::ErrorCode::Malformed;
        refuse(*item, kindOf(error) == ErrorKind::Security ? refusedBySecurity
                                                           : static_cast<std::uint64_t>(code));
        co_return true;
    }
    const bool control = item->kind == OutboxKind::Control;
    if (control && audience->recipients.empty()) {
        WriteBatch batch;
        m_state.stageOutboxRemoval(batch, number);
        m_state.outbox.erase(number);
        m_state.commit(std::move(batch));
        co_return true;
    }
    auto& conversation = m_state.obtainConversation(peer);
    if (!control && item->senderSeq == 0)
        item->senderSeq = conversation.nextSequence++;
    const auto fields =
        m_sealer.fields(control ? crypto::EventKind::Control : crypto::EventKind::Direct, peer,
                        item->id, item->senderSeq);
    auto envelope = m_sealer.seal(fields, *content, *audience);
    WriteBatch batch;
    if (!envelope.ok()) {
        qCWarning(lcClient) << "an event could not be sealed:"
                            << crypto::errorName(envelope.error()).data();
        refuse(*item, static_cast<std::uint64_t>(protocol::ErrorCode::Internal));
        co_return true;
    }
    sealed.aad = envelope->aad;
    sealed.body = envelope->body;
    sealed.wraps = wrapsOf(*envelope);
    sealed.unwrapped = audience->unwrapped;
    sealed.roster = audience->roster;
    item->sealed = std::move(sealed);
    m_state.stageAccount(batch);
    m_state.stageSessions(batch);
    m_state.stage(batch, *item);
    if (!control) {
        m_state.stage(batch, conversation);
        stageSealedRow(batch, *item, *envelope, *audience, std::move(*content), fields.sentMs);
    }
    co_await m_state.committed(this, std::move(batch));
    co_return true;
}

void Outbox::stageSealedRow(WriteBatch& batch, const OutboxRecord& item,
                            const e2ee::Envelope& envelope, const Audience& audience, Bytes content,
                            std::uint64_t sentMs)
{
    EventRow row;
    row.state = EventState::Queued;
    row.sender = m_state.self();
    row.sentMs = sentMs;
    row.senderSeq = item.senderSeq;
    row.aad = envelope.aad;
    row.content = std::move(content);
    row.bodyKey = toWire(envelope.bodyKey);
    row.bodyHash = envelope.bodyHash;
    for (const auto& device : audience.recipients)
        row.addressees.push_back(device.device());
    row.addressees.insert(row.addressees.end(), audience.unwrapped.begin(),
                          audience.unwrapped.end());
    batch.replacedEvents.push_back(
        m_state.sealEvent(item.conversation, m_state.device(), item.id, sentMs, item.target, row));
}

void Outbox::retry(const MessageId& id)
{
    for (auto& [number, item] : m_state.outbox) {
        if ((item.id != id && item.target != id) || item.refused == 0)
            continue;
        WriteBatch batch;
        item.refused = 0;
        m_state.stage(batch, item);
        m_state.commit(std::move(batch));
        Q_EMIT messageChanged(item.conversation, id);
        break;
    }
    run();
}

bool Outbox::cancel(const MessageId& id)
{
    for (const auto& [number, item] : m_state.outbox) {
        if ((item.id != id && item.target != id) || item.kind == OutboxKind::Control)
            continue;
        if (item.sealed)
            return false;
        WriteBatch batch;
        // A number that was given out once may be known to the server: only a refused or never
        // sealed item has none.
        if (item.senderSeq != 0)
            return false;
        batch.eventRemovals.push_back({m_state.device(), item.id});
        m_state.stageOutboxRemoval(batch, number);
        m_state.outbox.erase(number);
        m_state.commit(std::move(batch));
        Q_EMIT changed();
        return true;
    }
    return false;
}

} // namespace impulse::client
