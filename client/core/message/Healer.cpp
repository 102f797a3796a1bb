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
constexpr int maxAnswersPerMessage = 5;
constexpr std::uint64_t answerIntervalMs = 10 * minuteMs;
constexpr int maxAnswersPerHour = 500;
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
               Sealer& sealer, Outbox& outbox, ContentApplier& applier, QObject* parent)
    : QObject(parent), m_state(state), m_session(session), m_directory(directory), m_sealer(sealer),
      m_outbox(outbox), m_applier(applier)
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
    if (!lost.empty()) {
        WriteBatch batch;
        for (const auto& item : lost)
            noteRecovered(batch, item.author, item.id);
        m_state.commit(std::move(batch));
    }
    for (const auto& [device, items] : due) {
        if (!m_session.isLoggedIn())
            break;
        if (!items.empty())
            co_await askDevice(items.front().authorUser, device, items);
    }
    m_asking = false;
}

Task<void> Healer::askDevice(UserId user, DeviceId device, std::vector<OutstandingRecord> items)
{
    auto turn = co_await m_sealer.turn().take();
    const auto known = co_await m_directory.devicesOf(user);
    const auto party = partyOf(user, device);
    WriteBatch batch;
    if (!known.ok() && kindOf(known.error()) == ErrorKind::Network)
        co_return;
    if (!party) {
        // Its device has left: nobody else of that person can answer.
        for (const auto& item : items)
            noteRecovered(batch, item.author, item.id);
        m_state.commit(std::move(batch));
        co_return;
    }
    if (m_state.sessions().heal(*party, m_state.nowMs()) == e2ee::Healing::FetchBundleAndStart) {
        const auto started = co_await m_sealer.startSession(*party, e2ee::StartReason::Heal);
        if (!started.ok())
            co_return;
    }
    e2ee::ResendRequestContent request;
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
        request.items.push_back({outstanding.author, outstanding.id});
        outstanding.nextMs = m_state.nowMs() + retryAfter(outstanding.attempts);
        ++outstanding.attempts;
        m_state.stage(batch, outstanding);
    }
    if (!request.items.empty()) {
        auto content = e2ee::writeContent(e2ee::Content(std::move(request)));
        if (content.ok())
            m_outbox.stageControl(batch, user, std::move(content).value(), {device});
    }
    if (refresh) {
        auto content = e2ee::writeContent(e2ee::Content(e2ee::SessionRefreshContent{}));
        if (content.ok())
            m_outbox.stageControl(batch, user, std::move(content).value(), {device});
    }
    m_state.stageSessions(batch);
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

bool Healer::mayAnswer(const DeviceId& asker, const MessageId& id)
{
    const auto now = m_state.nowMs();
    if (now / hourMs != m_hour) {
        m_hour = now / hourMs;
        m_answersThisHour.clear();
    }
    auto& answered = m_answered[{asker, id}];
    auto& thisHour = m_answersThisHour[asker];
    if (answered.count >= maxAnswersPerMessage || thisHour >= maxAnswersPerHour ||
        (answered.count > 0 && now < answered.lastMs + answerIntervalMs))
        return false;
    ++answered.count;
    answered.lastMs = now;
    ++thisHour;
    return true;
}

Task<void> Healer::answer(crypto::VerifiedPeer asker, e2ee::ResendRequestContent request)
{
    const auto* contact = m_state.contact(asker.user());
    if (asker.user() != m_state.self() &&
        (!contact || contact->status != ContactStatus::Accepted || contact->changedKey))
        co_return;
    for (const auto& wanted : request.items) {
        if (wanted.author != m_state.device())
            continue;
        using Found = Result<std::vector<EventRecord>, StoreError>;
        auto waiting =
            answerOf<Found>(this, [this, id = wanted.id](std::function<void(Found)> done) {
                m_state.store().findAnywhere(id, std::move(done));
            });
        auto found = co_await waiting;
        if (!found.ok())
            co_return;
        for (const auto& record : *found) {
            if (record.sender != m_state.device())
                continue;
            const auto row = m_state.openEvent(record);
            // Only to a device it was addressed to, never to a new device or a changed identity.
            if (!row.bodyKey || !row.bodyHash || row.logSeq == 0 ||
                m_state.nowMs() > row.sentMs + windowMs ||
                std::ranges::find(row.addressees, asker.device()) == row.addressees.end() ||
                !partyOf(asker.user(), asker.device()) || !mayAnswer(asker.device(), wanted.id))
                continue;
            crypto::SystemRng rng;
            const auto key = fromWire<e2ee::BodyKey>(*row.bodyKey);
            auto wrap = e2ee::rewrap(rng, m_state.sessions(), m_directory.directory().head(), key,
                                     *row.bodyHash, asker);
            if (!wrap.ok())
                continue;
            WriteBatch batch;
            OutboxRecord item;
            item.kind = OutboxKind::Control;
            item.number = m_state.account.nextOutbox++;
            item.conversation = record.conversation;
            item.peer = asker.user();
            item.id = Sealer::newId();
            SealedRecord sealed;
            sealed.aad = row.aad;
            sealed.wraps.push_back({asker.device(), std::move(wrap).value()});
            item.sealed = std::move(sealed);
            m_state.stageAccount(batch);
            m_state.stageSessions(batch);
            m_state.stage(batch, item);
            m_state.outbox[item.number] = std::move(item);
            co_await m_state.committed(this, std::move(batch));
        }
    }
    m_outbox.run();
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

Task<bool> Healer::takeRewrap(crypto::Aad aad, Bytes wrap)
{
    if (!isOutstanding(aad.senderDevice, aad.message))
        co_return false;
    using Found = Result<EventPageRecords, StoreError>;
    auto waiting = answerOf<Found>(this, [this, &aad](std::function<void(Found)> done) {
        m_state.store().findEvents(aad.conversation, {aad.message}, std::move(done));
    });
    auto found = co_await waiting;
    if (!found.ok())
        co_return false;
    for (const auto& record : found->events) {
        auto row = m_state.openEvent(record);
        if (record.sender != aad.senderDevice || row.state != EventState::Waiting || !row.body)
            continue;
        auto opened = e2ee::openEnvelope(m_state.sessions(), m_directory.directory(), m_directory,
                                         row.aad, *row.body, wrap, m_state.nowMs());
        if (!opened.ok() && opened.error() == crypto::CryptoError::AuthFailed) {
            // Perhaps it is the stored body that is wrong: the log is asked once more.
            row.body = co_await fetchBody(record.conversation, row.logSeq);
            if (row.body)
                opened = e2ee::openEnvelope(m_state.sessions(), m_directory.directory(),
                                            m_directory, row.aad, *row.body, wrap, m_state.nowMs());
        }
        if (!opened.ok() || !e2ee::accept(m_state.sessions(), *opened).ok())
            co_return false;
        row.content = opened->content;
        row.bodyKey = toWire(opened->bodyKey);
        row.bodyHash = opened->bodyHash;
        WriteBatch batch;
        auto effects = std::make_shared<ContentApplier::Effects>();
        m_state.stageSessions(batch);
        noteRecovered(batch, record.sender, record.id);
        m_applier.applyRecovered(batch, *effects, record, std::move(row));
        m_state.commit(std::move(batch), [effects] {
            for (const auto& effect : *effects)
                effect();
        });
        co_return true;
    }
    co_return false;
}

} // namespace impulse::client
