#pragma once

#include "client/core/message/Outbox.h"

namespace impulse::client {

/// Delivered and read marks for others, collected for a moment and sent as control envelopes, only
/// where encryption.md 6.2 allows them. What is owed lies in the conversation's record, so that a
/// mark is not lost between its message and its envelope. Main thread.
class Receipts : public QObject {
    Q_OBJECT
public:
    Receipts(LocalState& state, Outbox& outbox, QObject* parent = nullptr);

    /// A text of the peer is being stored; the caller stages the conversation with it.
    void oweDelivered(ConversationRecord& conversation, const MessageId& id) const;
    /// These texts of the peer were seen; the caller stages the conversation.
    void oweRead(ConversationRecord& conversation, const std::vector<MessageId>& ids) const;
    /// What this conversation owes is durable: it goes out with what comes in the next moment.
    void collect(const ConversationId& conversation);
    /// After a start: what was owed when the program ended.
    void collectAll();
    void clear();
    /// Some are owed and not yet queued.
    bool isCollecting() const { return m_timer.isActive(); }

private:
    void flush();
    bool mayTell(const UserId& peer) const;
    void queue(WriteBatch& batch, const UserId& peer, const std::vector<MessageId>& ids,
               e2ee::ReceiptStatus status);

    LocalState& m_state;
    Outbox& m_outbox;
    std::set<ConversationId> m_waiting;
    QTimer m_timer;
};

} // namespace impulse::client
