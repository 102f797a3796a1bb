#pragma once

#include "client/core/message/Outbox.h"

namespace impulse::client {

/// Delivered and read marks for others, collected for a second and sent as control envelopes, only
/// where encryption.md 6.2 allows them. Main thread.
class Receipts : public QObject {
    Q_OBJECT
public:
    Receipts(LocalState& state, Outbox& outbox, QObject* parent = nullptr);

    /// A text of this person was stored.
    void noteDelivered(const UserId& author, const MessageId& id);
    /// These texts of this person were seen; `batch` clears them from the unread ones.
    void noteRead(const UserId& author, const std::vector<MessageId>& ids);
    void clear();
    /// Some were noted and not yet queued.
    bool isCollecting() const { return m_timer.isActive(); }

private:
    void flush();
    void queue(WriteBatch& batch, std::map<UserId, std::vector<MessageId>>& ids,
               e2ee::ReceiptStatus status);

    LocalState& m_state;
    Outbox& m_outbox;
    std::map<UserId, std::vector<MessageId>> m_delivered;
    std::map<UserId, std::vector<MessageId>> m_read;
    QTimer m_timer;
};

} // namespace impulse::client
