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

void Receipts::noteDelivered(const UserId& author, const MessageId& id)
{
    const auto* contact = m_state.contact(author);
    if (!contact || contact->status != ContactStatus::Accepted || author == m_state.self())
        return;
    m_delivered[author].push_back(id);
    if (!m_timer.isActive())
        m_timer.start(collectMs);
}

void Receipts::noteRead(const UserId& author, const std::vector<MessageId>& ids)
{
    const auto* contact = m_state.contact(author);
    if (!contact || contact->status != ContactStatus::Accepted || author == m_state.self())
        return;
    auto& waiting = m_read[author];
    waiting.insert(waiting.end(), ids.begin(), ids.end());
    if (!m_timer.isActive())
        m_timer.start(collectMs);
}

void Receipts::clear()
{
    m_timer.stop();
    m_delivered.clear();
    m_read.clear();
}

void Receipts::flush()
{
    if (!m_state.isLoaded())
        return;
    // What was read needs no delivered mark any more.
    for (const auto& [author, ids] : m_read) {
        auto& delivered = m_delivered[author];
        std::erase_if(delivered,
                      [&](const MessageId& id) { return std::ranges::find(ids, id) != ids.end(); });
    }
    WriteBatch batch;
    queue(batch, m_delivered, e2ee::ReceiptStatus::Delivered);
    queue(batch, m_read, e2ee::ReceiptStatus::Read);
    if (batch.isEmpty())
        return;
    m_state.commit(std::move(batch), [outbox = QPointer<Outbox>(&m_outbox)] {
        if (outbox)
            outbox->run();
    });
}

void Receipts::queue(WriteBatch& batch, std::map<UserId, std::vector<MessageId>>& ids,
                     e2ee::ReceiptStatus status)
{
    for (const auto& [author, all] : ids) {
        for (std::size_t from = 0; from < all.size(); from += e2ee::contentLimits::receiptIds) {
            const auto to = std::min(all.size(), from + e2ee::contentLimits::receiptIds);
            e2ee::ReceiptContent receipt;
            receipt.status = status;
            receipt.ids.assign(all.begin() + static_cast<std::ptrdiff_t>(from),
                               all.begin() + static_cast<std::ptrdiff_t>(to));
            auto content = e2ee::writeContent(e2ee::Content(std::move(receipt)));
            if (content.ok())
                m_outbox.stageControl(batch, author, std::move(content).value(), {});
        }
    }
    ids.clear();
}

} // namespace impulse::client
