#pragma once

#include "client/core/message/ContentApplier.h"

namespace impulse::client {

/// Makes visible what a server holds back: numbers that a device skipped, and messages that
/// somebody had seen and this client has not, after a minute (encryption.md 4.4). Main thread.
class GapWatch : public QObject {
    Q_OBJECT
public:
    /// `patienceMs`: how long something may be late.
    GapWatch(LocalState& state, ContentApplier& applier, int patienceMs, QObject* parent = nullptr);

private:
    Task<void> checkReference(ConversationId conversation, MessageId id);
    void checkNumbers(const ConversationId& conversation);
    void addLine(const ConversationId& conversation);

    LocalState& m_state;
    ContentApplier& m_applier;
    const int m_patienceMs;
    std::set<std::pair<ConversationId, MessageId>> m_watched;
    /// One line for one loss, though it shows in several ways.
    std::map<ConversationId, std::uint64_t> m_lineMs;
};

} // namespace impulse::client
