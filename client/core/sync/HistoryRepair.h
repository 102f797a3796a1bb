#pragma once

#include "client/core/message/Inbound.h"

namespace impulse::client {

/// Conversations after the server was put back from a backup (encryption.md section 14): each is
/// read again from the last event that log and history have in common, and own events that the log
/// has lost are queued again. Main thread.
class HistoryRepair : public QObject {
    Q_OBJECT
public:
    HistoryRepair(LocalState& state, ServerSession& session, Inbound& inbound, Outbox& outbox,
                  QObject* parent = nullptr);

    /// In place of reading what is new. Goes on where it was interrupted.
    Task<Result<void, ClientError>> run();
    /// Lets go of frames that are too old to be asked for, now and then.
    void pruneFrames();

private:
    using Frames = std::map<ConversationId, std::vector<SentFrameRecord>>;
    struct Head {
        UserId peer;
        std::uint64_t lastSeq = 0;
    };

    Task<Result<std::map<ConversationId, Head>, ClientError>> fetchHeads();
    Task<Result<void, ClientError>> repair(ConversationId id, std::uint64_t lastSeq,
                                           std::vector<SentFrameRecord> frames);
    Task<Result<std::uint64_t, ClientError>> findCommon(ConversationId id, std::uint64_t lastSeq);
    Task<Result<bool, ClientError>> isCommon(ConversationId id, std::uint64_t seq);
    Task<void> stageLost(ConversationId id, std::uint64_t common,
                         std::vector<SentFrameRecord> frames);
    void begin();
    void finish();

    LocalState& m_state;
    ServerSession& m_session;
    Inbound& m_inbound;
    Outbox& m_outbox;
    std::uint64_t m_prunedMs = 0;
    /// The life of the server whose repair has begun.
    IncarnationId m_begunIn;
};

} // namespace impulse::client
