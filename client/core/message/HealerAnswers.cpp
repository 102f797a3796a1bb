#include "client/core/message/Healer.h"

#include "client/core/state/SecretBridge.h"

/// Answers to those who could not read something (encryption.md 3.5).
namespace impulse::client {

namespace {

constexpr std::uint64_t minuteMs = 60'000;
constexpr std::uint64_t hourMs = 60 * minuteMs;
/// Resend window.
constexpr std::uint64_t windowMs = 30 * 24 * hourMs;
constexpr std::uint64_t maxAnswersPerMessage = 5;
constexpr std::uint64_t answerIntervalMs = 10 * minuteMs;
constexpr int maxAnswersPerHour = 500;

} // namespace

/// The author answers the devices that an event was addressed to, never a new device or a changed
/// identity; a device that received it answers those of its own user that were there then.
bool Healer::isAnswerable(const EventRecord& record, const EventRow& row,
                          const crypto::VerifiedPeer& asker) const
{
    const bool isReadable = row.state == EventState::Opened || row.state == EventState::Newer;
    if (!isReadable || !row.bodyKey || !row.bodyHash || row.logSeq == 0 ||
        m_state.nowMs() > row.sentMs + windowMs)
        return false;
    if (record.sender == m_state.device())
        return std::ranges::find(row.addressees, asker.device()) != row.addressees.end();
    return asker.user() == m_state.self() &&
           m_directory.wasOwnDevice(asker.device(), row.ownListVersion);
}

bool Healer::countAnswer(EventRow& row, const DeviceId& asker)
{
    const auto now = m_state.nowMs();
    if (now / hourMs != m_hour) {
        m_hour = now / hourMs;
        m_answersThisHour.clear();
    }
    auto answered = std::ranges::find(row.answers, asker, &AnswerRecord::device);
    if (answered == row.answers.end())
        answered = row.answers.insert(answered, AnswerRecord{asker, 0, 0});
    auto& thisHour = m_answersThisHour[asker];
    if (answered->count >= maxAnswersPerMessage || thisHour >= maxAnswersPerHour ||
        (answered->count > 0 && now < answered->lastMs + answerIntervalMs))
        return false;
    ++answered->count;
    answered->lastMs = now;
    ++thisHour;
    return true;
}

bool Healer::stageRewrap(WriteBatch& batch, const EventRecord& record, const EventRow& row,
                         const crypto::VerifiedPeer& asker)
{
    crypto::SystemRng rng;
    const auto key = fromWire<e2ee::BodyKey>(*row.bodyKey);
    auto wrap = e2ee::rewrap(rng, m_state.sessions(), m_directory.directory().head(), key,
                             *row.bodyHash, asker);
    if (!wrap.ok())
        return false;
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
    return true;
}

void Healer::stageForwarded(WriteBatch& batch, const EventRow& row,
                            const crypto::VerifiedPeer& asker)
{
    e2ee::ForwardedContent forwarded;
    forwarded.aad = row.aad;
    forwarded.bodyHash = *row.bodyHash;
    forwarded.payload = fromWire<e2ee::BodyKey>(*row.bodyKey);
    stageControl(batch, m_state.self(), e2ee::Content(std::move(forwarded)), {asker.device()});
}

Task<void> Healer::answer(crypto::VerifiedPeer asker, e2ee::ResendRequestContent request)
{
    const auto* contact = m_state.contact(asker.user());
    if (asker.user() != m_state.self() &&
        (!contact || contact->status != ContactStatus::Accepted || contact->changedKey))
        co_return;
    for (const auto& wanted : request.items) {
        const auto records = co_await findRows(wanted.id);
        if (!m_state.isLoaded())
            co_return;
        for (const auto& record : records) {
            if (record.sender != wanted.author)
                continue;
            auto row = m_state.openEvent(record);
            if (!isAnswerable(record, row, asker) || !partyOf(asker.user(), asker.device()) ||
                !countAnswer(row, asker.device()))
                continue;
            WriteBatch batch;
            if (record.sender != m_state.device())
                stageForwarded(batch, row, asker);
            else if (!stageRewrap(batch, record, row, asker))
                continue;
            batch.replacedEvents.push_back(m_state.sealEvent(
                record.conversation, record.sender, record.id, record.sortMs, record.target, row));
            co_await m_state.committed(this, std::move(batch));
        }
    }
    m_outbox.run();
}

} // namespace impulse::client
