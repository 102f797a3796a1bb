#include "client/core/message/GapWatch.h"

namespace impulse::client {

GapWatch::GapWatch(LocalState& state, ContentApplier& applier, int patienceMs, QObject* parent)
    : QObject(parent), m_state(state), m_applier(applier), m_patienceMs(patienceMs)
{
    connect(&applier, &ContentApplier::gapFound, this, [this](const ConversationId& conversation) {
        QTimer::singleShot(m_patienceMs, this,
                           [this, conversation] { checkNumbers(conversation); });
    });
    connect(
        &applier, &ContentApplier::referenceSeen, this,
        [this](const ConversationId& conversation, const MessageId& id) {
            // Usually the last message, which is here.
            const auto* record = m_state.conversation(conversation);
            if (!record || record->olderElsewhere || !m_watched.insert({conversation, id}).second)
                return;
            QTimer::singleShot(m_patienceMs, this, [this, conversation, id] {
                checkReference(conversation, id).detach();
            });
        });
}

void GapWatch::checkNumbers(const ConversationId& conversation)
{
    const auto* record = m_state.isLoaded() ? m_state.conversation(conversation) : nullptr;
    if (!record)
        return;
    const bool missing = std::ranges::any_of(
        record->senders, [](const SenderRecord& sender) { return !sender.missing.empty(); });
    if (missing)
        addLine(conversation);
}

Task<void> GapWatch::checkReference(ConversationId conversation, MessageId id)
{
    m_watched.erase({conversation, id});
    if (!m_state.isLoaded())
        co_return;
    using Found = Result<EventPageRecords, StoreError>;
    auto waiting = answerOf<Found>(this, [this, conversation, id](std::function<void(Found)> done) {
        m_state.store().findEvents(conversation, {id}, std::move(done));
    });
    const auto found = co_await waiting;
    if (found.ok() && found->events.empty() && m_state.isLoaded())
        addLine(conversation);
}

void GapWatch::addLine(const ConversationId& conversation)
{
    const auto now = m_state.nowMs();
    auto& last = m_lineMs[conversation];
    if (last != 0 && now < last + 2 * static_cast<std::uint64_t>(m_patienceMs))
        return;
    last = now;
    WriteBatch batch;
    auto effects = std::make_shared<ContentApplier::Effects>();
    m_applier.stageMissing(batch, *effects, conversation);
    m_state.commit(std::move(batch), ContentApplier::run(effects));
}

} // namespace impulse::client
