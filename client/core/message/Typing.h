#pragma once

#include "client/core/message/Sealer.h"

namespace impulse::client {

/// Tells an accepted contact that something is being written: at most once in 5 s, only while he is
/// online, at most 200 times in a row without a message (encryption.md 6.2). Main thread.
class Typing : public QObject {
    Q_OBJECT
public:
    Typing(LocalState& state, ServerSession& session, Sealer& sealer, QObject* parent = nullptr);

    void setOwn(const ConversationId& id, bool active);
    /// A durable message went out.
    void noteSent(const ConversationId& id);
    /// From presence: nothing is sent to people who are not online.
    void setOnline(const UserId& user, bool online);
    void clear();

private:
    struct Sent {
        bool active = false;
        /// When it was last told that something is being written.
        std::uint64_t begunMs = 0;
        int inRow = 0;
    };

    Task<void> send(ConversationId id, UserId peer, bool active);

    LocalState& m_state;
    ServerSession& m_session;
    Sealer& m_sealer;
    std::map<ConversationId, Sent> m_sent;
    std::set<UserId> m_online;
};

} // namespace impulse::client
