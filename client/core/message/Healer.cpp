#include "client/core/message/Healer.h"

#include "client/core/state/SecretBridge.h"
#include "common/core/Logging.h"

#include <QRandomGenerator>

namespace impulse::client {

namespace {

constexpr std::uint64_t minuteMs = 60'000;
constexpr std::uint64_t hourMs = 60 * minuteMs;
constexpr std::uint64_t dayMs = 24 * hourMs;
/// Resend window (encryption.md 3.5).
constexpr std::uint64_t windowMs = 30 * dayMs;
constexpr std::size_t maxOutstandingPerDevice = 1000;
/// Asks of the author alone; from the second retry on the own other devices are asked, too.
constexpr std::uint64_t asksOfAuthorAlone = 2;
constexpr int checkMs = 1000;

/// Retries after 1, 10 minutes, 1, 6, 24 hours, then daily.
std::uint64_t retryAfter(std::uint64_t attempts)
{
    switch (attempts) {
    case 0:
        return minuteMs;
    case 1:
        return 10 * minuteMs;
    case 2:
        return hourMs;
    case 3:
        return 6 * hourMs;
    default:
        return dayMs;
    }
}

} // namespace

Healer::Healer(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
               Sealer& sealer, Outbox& outbox, ContentApplier& applier, int placeholderMs,
               QObject* parent)
    : QObject(parent), m_state(state), m_session(session), m_directory(directory), m_sealer(sealer),
      m_outbox(outbox), m_applier(applier), m_placeholderMs(placeholderMs)
{
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (!m_asking)
            askDue().detach();
    });
}

bool Healer::canHeal(crypto::CryptoError error)
{
    using enum crypto::CryptoError;
    return error == Duplicate || error == UnknownSession || error == AuthFailed ||
           error == MissingPreKey || error == TooManySkipped;
}

void Healer::start()
{
    m_timer.start(checkMs);
    for (const auto& [key, item] : m_state.outstanding)
        watchPlaceholder(item);
}

void Healer::stop()
{
    m_timer.stop();
}

bool Healer::isOutstanding(const DeviceId& author, const MessageId& id) const
{
    return m_state.outstanding.contains({author, id});
}

void Healer::noteFailed(WriteBatch& batch, const crypto::Aad& aad, bool control)
{
    if (isOutstanding(aad.senderDevice, aad.message))
        return;
    std::size_t count = 0;
    const OutstandingRecord* oldest = nullptr;
    for (const auto& [key, item] : m_state.outstanding) {
        if (item.author != aad.senderDevice)
            continue;
        ++count;
        if (!oldest || item.sinceMs < oldest->sinceMs)
            oldest = &item;
    }
    // The server can invent ids: they must not fill the disk.
    if (oldest && count >= maxOutstandingPerDevice) {
        m_state.stageOutstandingRemoval(batch, *oldest);
        m_state.outstanding.erase({oldest->author, oldest->id});
    }
    OutstandingRecord item;
    item.author = aad.senderDevice;
    item.authorUser = aad.senderUser;
    item.id = aad.message;
    item.conversation = aad.conversation;
    item.control = control;
    item.sinceMs = m_state.nowMs();
    // A failing control envelope must not tell a stranger at once who is online.
    item.nextMs =
        item.sinceMs + (control ? 1000 + QRandomGenerator::global()->bounded(29'000u) : 1000u);
    m_state.stage(batch, item);
    m_state.outstanding[{item.author, item.id}] = item;
    watchPlaceholder(item);
}

/// Says that it is missing, unless it has come by then.
void Healer::watchPlaceholder(const OutstandingRecord& item)
{
    const auto now = m_state.nowMs();
    const auto due = item.sinceMs + static_cast<std::uint64_t>(m_placeholderMs);
    if (item.control || now > due)
        return;
    const auto author = item.author;
    const auto id = item.id;
    const auto conversation = item.conversation;
    // A little later, so that the clock has passed it.
    QTimer::singleShot(static_cast<int>(due - now) + 50, this, [this, author, id, conversation] {
        if (m_state.isLoaded() && isOutstanding(author, id))
            Q_EMIT m_applier.messageChanged(conversation, id);
    });
}

void Healer::noteRecovered(WriteBatch& batch, const DeviceId& author, const MessageId& id)
{
    const auto found = m_state.outstanding.find({author, id});
    if (found == m_state.outstanding.end())
        return;
    m_state.stageOutstandingRemoval(batch, found->second);
    m_state.outstanding.erase(found);
}

std::optional<crypto::VerifiedPeer> Healer::partyOf(const UserId& user,
                                                    const DeviceId& device) const
{
    const auto* list = m_directory.knownDevices(user);
    if (!list)
        return std::nullopt;
    for (const auto& peer : list->devices()) {
        if (peer.device() == device)
            return peer;
    }
    return std::nullopt;
}

Task<void> Healer::askDue()
{
    m_asking = true;
    const auto now = m_state.nowMs();
    std::map<DeviceId, std::vector<OutstandingRecord>> due;
    std::vector<OutstandingRecord> lost;
    for (const auto& [key, item] : m_state.outstanding) {
        if (now > item.sinceMs + windowMs)
            lost.push_back(item);
        else if (item.nextMs <= now && due[item.author].size() < e2ee::contentLimits::resendIds)
            due[item.author].push_back(item);
    }
    if (!lost.empty())
        co_await giveUp(std::move(lost));
    for (const auto& [device, items] : due) {
        if (!m_session.isLoggedIn())
            break;
        if (!items.empty())
            co_await askDevice(items.front().authorUser, device, items);
    }
    m_asking = false;
}

/// After the resend window: what waited is lost, and the line says so for good.
Task<void> Healer::giveUp(std::vector<OutstandingRecord> items)
{
    WriteBatch batch;
    auto effects = std::make_shared<ContentApplier::Effects>();
    for (const auto& item : items) {
        const auto records = co_await findRows(item.id);
        if (!m_state.isLoaded())
            co_return;
        for (const auto& record : records) {
            auto row = m_state.openEvent(record);
            if (record.sender == item.author && row.state == EventState::Waiting)
                m_applier.applyLost(batch, *effects, record, std::move(row));
        }
        noteRecovered(batch, item.author, item.id);
    }
    m_state.commit(std::move(batch), ContentApplier::run(effects));
}

Task<bool> Healer::prepareAuthor(UserId user, DeviceId device, bool& isListed)
{
    const auto known = co_await m_directory.devicesOf(user);
    if (!known.ok() && kindOf(known.error()) == ErrorKind::Network)
        co_return false;
    const auto party = partyOf(user, device);
    isListed = party.has_value();
    if (!isListed || m_state.sessions().heal(*party, m_state.nowMs()) == e2ee::Healing::UseActive)
        co_return true;
    const auto started = co_await m_sealer.startSession(*party, e2ee::StartReason::Heal);
    co_return started.ok();
}

Task<void> Healer::askDevice(UserId user, DeviceId device, std::vector<OutstandingRecord> items)
{
    auto turn = co_await m_sealer.turn().take();
    bool isListed = false;
    const bool ready = co_await prepareAuthor(user, device, isListed);
    if (!ready || !m_state.isLoaded())
        co_return;
    WriteBatch batch;
    stageRequests(batch, user, device, isListed, items);
    m_state.stageSessions(batch);
    commitAndSend(std::move(batch));
}

void Healer::stageRequests(WriteBatch& batch, const UserId& user, const DeviceId& device,
                           bool isListed, const std::vector<OutstandingRecord>& items)
{
    e2ee::ResendRequestContent ofAuthor;
    e2ee::ResendRequestContent ofOwn;
    bool refresh = false;
    for (const auto& item : items) {
        const auto found = m_state.outstanding.find({item.author, item.id});
        if (found == m_state.outstanding.end())
            continue;
        auto& outstanding = found->second;
        if (outstanding.control) {
            refresh = true;
            m_state.stageOutstandingRemoval(batch, outstanding);
            m_state.outstanding.erase(found);
            continue;
        }
        if (isListed)
            ofAuthor.items.push_back({outstanding.author, outstanding.id});
        // A device that has left its list answers no more: only own ones can help.
        if (!isListed || outstanding.attempts >= asksOfAuthorAlone)
            ofOwn.items.push_back({outstanding.author, outstanding.id});
        outstanding.nextMs = m_state.nowMs() + retryAfter(outstanding.attempts);
        ++outstanding.attempts;
        m_state.stage(batch, outstanding);
    }
    if (!ofAuthor.items.empty())
        stageControl(batch, user, e2ee::Content(std::move(ofAuthor)), {device});
    if (!ofOwn.items.empty())
        stageControl(batch, m_state.self(), e2ee::Content(std::move(ofOwn)), {});
    if (refresh && isListed)
        stageControl(batch, user, e2ee::Content(e2ee::SessionRefreshContent{}), {device});
}

void Healer::stageControl(WriteBatch& batch, const UserId& user, const e2ee::Content& content,
                          std::vector<DeviceId> devices)
{
    auto bytes = e2ee::writeContent(content);
    if (bytes.ok())
        m_outbox.stageControl(batch, user, std::move(bytes).value(), std::move(devices));
}

void Healer::commitAndSend(WriteBatch batch)
{
    m_state.commit(std::move(batch), [outbox = QPointer<Outbox>(&m_outbox)] {
        if (outbox)
            outbox->run();
    });
}

void Healer::repeat(const DeviceId& device)
{
    for (auto& [key, item] : m_state.outstanding) {
        if (item.author == device)
            item.nextMs = 0;
    }
}

Task<std::optional<Bytes>> Healer::fetchBody(ConversationId conversation, std::uint64_t logSeq)
{
    protocol::FetchEvents request;
    request.conversationId = conversation;
    request.after = logSeq - 1;
    request.limit = 1;
    auto page = co_await m_session.link().request(this, request);
    if (!page.ok() || page->events.empty() || page->events.front().seq != logSeq)
        co_return std::nullopt;
    co_return std::move(page->events.front().body);
}

Task<std::vector<EventRecord>> Healer::findRows(MessageId id)
{
    using Found = Result<std::vector<EventRecord>, StoreError>;
    auto waiting = answerOf<Found>(this, [this, id](std::function<void(Found)> done) {
        m_state.store().findAnywhere(id, std::move(done));
    });
    auto found = co_await waiting;
    if (!found.ok())
        co_return std::vector<EventRecord>();
    co_return std::move(found).value();
}

/// The row that waits for this event, with its body.
Task<std::optional<EventRecord>> Healer::findWaiting(crypto::Aad aad)
{
    if (!isOutstanding(aad.senderDevice, aad.message))
        co_return std::nullopt;
    const auto records = co_await findRows(aad.message);
    if (!m_state.isLoaded() || !isOutstanding(aad.senderDevice, aad.message))
        co_return std::nullopt;
    for (const auto& record : records) {
        const auto row = m_state.openEvent(record);
        if (record.sender == aad.senderDevice && row.state == EventState::Waiting && row.body)
            co_return record;
    }
    co_return std::nullopt;
}

void Healer::applyOpened(WriteBatch& batch, ContentApplier::Effects& effects,
                         const EventRecord& record, EventRow row)
{
    noteRecovered(batch, record.sender, record.id);
    m_applier.applyRecovered(batch, effects, record, std::move(row));
}

Task<bool> Healer::takeRewrap(crypto::Aad aad, Bytes wrap)
{
    const auto record = co_await findWaiting(aad);
    if (!record)
        co_return false;
    auto row = m_state.openEvent(*record);
    auto opened = e2ee::openEnvelope(m_state.sessions(), m_directory.directory(), m_directory,
                                     row.aad, *row.body, wrap, m_state.nowMs());
    if (!opened.ok() && opened.error() == crypto::CryptoError::AuthFailed) {
        // Perhaps it is the stored body that is wrong: the log is asked once more.
        row.body = co_await fetchBody(record->conversation, row.logSeq);
        if (row.body && m_state.isLoaded())
            opened = e2ee::openEnvelope(m_state.sessions(), m_directory.directory(), m_directory,
                                        row.aad, *row.body, wrap, m_state.nowMs());
    }
    if (!opened.ok() || !e2ee::accept(m_state.sessions(), *opened).ok())
        co_return false;
    row.content = opened->content;
    row.bodyKey = toWire(opened->bodyKey);
    row.bodyHash = opened->bodyHash;
    WriteBatch batch;
    auto effects = std::make_shared<ContentApplier::Effects>();
    m_state.stageSessions(batch);
    applyOpened(batch, *effects, *record, std::move(row));
    m_state.commit(std::move(batch), ContentApplier::run(effects));
    co_return true;
}

/// Only what was asked for, and only for the event as the log has it (encryption.md 4.5).
Task<void> Healer::takeForwarded(WriteBatch& batch, ContentApplier::Effects& effects,
                                 e2ee::ForwardedContent forwarded)
{
    const auto aad = crypto::parseAad(forwarded.aad);
    if (!aad.ok())
        co_return;
    const auto record = co_await findWaiting(*aad);
    if (!record)
        co_return;
    auto row = m_state.openEvent(*record);
    if (row.aad != forwarded.aad)
        co_return;
    if (const auto* content = std::get_if<Bytes>(&forwarded.payload)) {
        row.content = *content;
    } else {
        const auto& key = std::get<e2ee::BodyKey>(forwarded.payload);
        auto opened = e2ee::openBody(key, forwarded.bodyHash, row.aad, *row.body);
        if (!opened.ok()) {
            row.body = co_await fetchBody(record->conversation, row.logSeq);
            if (row.body)
                opened = e2ee::openBody(key, forwarded.bodyHash, row.aad, *row.body);
        }
        if (!opened.ok() || !m_state.isLoaded())
            co_return;
        row.content = std::move(opened).value();
        row.bodyKey = toWire(key);
    }
    row.bodyHash = forwarded.bodyHash;
    row.recoveredFromOwn = true;
    applyOpened(batch, effects, *record, std::move(row));
}

} // namespace impulse::client
