#pragma once

#include "client/core/message/Sealer.h"

#include <set>

namespace impulse::client {

/// What is to be sent, durable before it is sent (architecture.md 3, encryption.md 4.2). Each
/// conversation is a lane of its own, in order, one event on its way at a time, and so are the
/// control envelopes to each person: what one person's changed identity holds up stops nobody else.
/// Main thread.
class Outbox : public QObject {
    Q_OBJECT
public:
    Outbox(LocalState& state, ServerSession& session, DirectoryKeeper& directory, Sealer& sealer,
           QObject* parent = nullptr);

    /// Queues a text, edit or delete: stages the item (and a text's row). The caller commits, then
    /// calls run().
    void stageEvent(WriteBatch& batch, OutboxRecord item);
    /// Queues a control envelope. `devices` empty: all of the peer's, and the own ones if
    /// `withOwn`.
    void stageControl(WriteBatch& batch, const UserId& peer, Bytes content,
                      std::vector<DeviceId> devices);
    /// Sends what is waiting, where the connection allows it.
    void run();

    /// Puts a failed message back into its lane.
    void retry(const MessageId& id);
    /// Takes a message out unless it may have reached the server. False: too late.
    bool cancel(const MessageId& id);
    /// The item of a message; null if it is not in the outbox.
    const OutboxRecord* find(const MessageId& id) const;

    /// Queues own events again that the server took before and has lost: before everything else in
    /// their conversation, in the order of their numbers, with the same AAD and body. The caller
    /// commits.
    void stageAgain(WriteBatch& batch, const ConversationId& conversation,
                    std::vector<SentFrameRecord> frames);

    /// The log holds an event of this device: stages it as sent. False: it is not in the outbox.
    Task<bool> noteAccepted(ConversationId conversation, MessageId id, std::uint64_t logSeq,
                            std::uint64_t serverMs);

Q_SIGNALS:
    void messageChanged(const impulse::ConversationId& conversation, const impulse::MessageId& id);
    /// The server took or refused an event, or one was cancelled.
    void changed();
    /// The server took an event at this place of the log.
    void accepted(const impulse::ConversationId& conversation, std::uint64_t logSeq);

private:
    /// A conversation, and whether it is its control envelopes.
    using Lane = std::pair<ConversationId, bool>;

    static Lane laneOf(const OutboxRecord& item);
    OutboxRecord* head(const Lane& lane);
    OutboxRecord* at(std::uint64_t number);
    Task<void> drain(Lane lane);
    /// True: go on with the lane. False: wait for run().
    Task<bool> sealItem(std::uint64_t number);
    Task<bool> sendItem(std::uint64_t number);
    Task<Result<void, ClientError>> addressAgain(std::uint64_t number,
                                                 std::shared_ptr<protocol::SendEvent> request);
    Task<void> findErased(std::uint64_t number, std::shared_ptr<protocol::SendEvent> request);
    bool handleAgain(std::uint64_t number, const CallFailure& failure);
    Task<bool> sendControl(std::uint64_t number);
    Task<Result<Bytes, ClientError>> contentOf(std::uint64_t number, SealedRecord& sealed);
    bool handleRefusal(std::uint64_t number, const CallFailure& failure);
    bool waitsForUnblocking(const OutboxRecord& item, const CallFailure& failure);
    void unseal(OutboxRecord& item, WriteBatch& batch);
    void refuse(OutboxRecord& item, std::uint64_t code);
    bool isStale(const ConversationId& conversation, const EventRow& row) const;
    void stageSealedRow(WriteBatch& batch, const OutboxRecord& item, const e2ee::Envelope& envelope,
                        const Audience& audience, Bytes content, std::uint64_t sentMs);
    void runLater(std::uint64_t ms);

    LocalState& m_state;
    ServerSession& m_session;
    DirectoryKeeper& m_directory;
    Sealer& m_sealer;
    std::set<Lane> m_running;
    std::map<std::uint64_t, int> m_resealed;
    QTimer m_later;
};

} // namespace impulse::client
