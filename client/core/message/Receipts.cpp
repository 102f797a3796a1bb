#include "client/core/message/Receipts.h"

namespace impulse::client {

namespace {

constexpr int collectMs = 300;

} // namespace

Receipts::Receipts(LocalState& state, Outbox& outbox, QObject* parent)
    : QObject(parent), m_state(state), m_outbox(outbox)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Receipts::flush);
}

bool Receipts::mayTell(const UserId& peer) const
{
    const auto* contact = m_state.contact(peer);
    return contact && contact->status == ContactStatus::Accepted && peer != m_state.self();
}

void Receipts::oweDelivered(ConversationRecord& conversation, const MessageId& id) const
{
    if (mayTell(conversation.peer))
        conversation.owedDelivered.push_back(id);
}

void Receipts::oweRead(ConversationRecord& conversation, const std::vector<MessageId>& ids) const
{
    if (!mayTell(conversation.peer))
        return;
    conversation.owedRead.insert(conversation.owedRead.end(), ids.begin(), ids.end());
    // What was read needs no delivered mark any more.
    std::erase_if(conversation.owedDelivered,
                  [&](const MessageId& id) { return std::ranges::find(ids, id) != ids.end(); });
}

void Receipts::collect(const ConversationId& conversation)
{
    m_waiting.insert(conversation);
    if (!m_timer.isActive())
        m_timer.start(collectMs);
}

void Receipts::collectAll()
{
    for (const auto& [id, conversation] : m_state.conversations) {
        if (!conversation.owedDelivered.empty() || !conversation.owedRead.empty())
            collect(id);
    }
}

void Receipts::clear()
{
    m_timer.stop();
    m_waiting.clear();
}

void Receipts::flush()
{
    if (!m_state.isLoaded())
        return;
    WriteBatch batch;
    for (const auto& id : std::exchange(m_waiting, {})) {
        auto* conversation = m_state.conversation(id);
        if (!conversation)
            continue;
        const auto delivered = std::exchange(conversation->owedDelivered, {});
        const auto read = std::exchange(conversation->owedRead, {});
        if (delivered.empty() && read.empty())
            continue;
        // The person may have been blocked meanwhile.
        if (mayTell(conversation->peer)) {
            queue(batch, conversation->peer, delivered, e2ee::ReceiptStatus::Delivered);
            queue(batch, conversation->peer, read, e2ee::ReceiptStatus::Read);
        }
        m_state.stage(batch, *conversation);
    }
    if (batch.isEmpty())
        return;
    m_state.commit(std::move(batch), [outbox = QPointer<Outbox>(&m_outbox)] {
        if (outbox)
            outbox->run();
    });
}

void Receipts::queue(WriteBatch& batch, const UserId& peer, const std::vector<MessageId>& ids,
                     e2ee::ReceiptStatus status)
{
    for (std::size_t from = 0; from < ids.size(); from += e2ee::contentLimits::receiptIds) {
        const auto to = std::min(ids.size(), from + e2ee::contentLimits::receiptIds);
        e2ee::ReceiptContent receipt;
        receipt.status = status;
        receipt.ids.assign(ids.begin() + static_cast<std::ptrdiff_t>(from),
                           ids.begin() + static_cast<std::ptrdiff_t>(to));
        auto content = e2ee::writeContent(e2ee::Content(std::move(receipt)));
        if (content.ok())
            m_outbox.stageControl(batch, peer, std::move(content).value(), {});
    }
}

} // namespace impulse::client
