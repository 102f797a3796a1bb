#pragma once

#include "common/core/Clock.h"
#include "common/protocol/Codec.h"
#include "server/core/ServerSettings.h"
#include "server/core/ports/ClientConnection.h"

#include <memory>
#include <optional>
#include <set>

namespace impulse::server {

enum class SessionState : std::uint8_t {
    New,
    Greeted,
    /// Register waits for its commit: nothing else is allowed.
    Registering,
    /// A device that has left its account's list, and proved its key: it may read why.
    Removed,
    /// Showed the password or the recovery code.
    Pending,
    Ready,
    /// Nothing is read any more.
    Closing
};

class HandInDraft;

/// Who is logged in, and by what.
struct Identity {
    UserId user;
    /// Zeros while pending.
    DeviceId device;
    SignPublicKey deviceKey;
    std::string username;
};

/// What a slow reader was not pushed. Found again by fetching, once it hears of it.
struct Missed {
    std::set<ConversationId> conversations;
    bool mailbox = false;
    bool directory = false;

    bool any() const { return mailbox || directory || !conversations.empty(); }
};

/// One connection's state. Lives on its I/O thread; answers in flight hold it weakly.
class Session : public std::enable_shared_from_this<Session> {
public:
    /// `sessionNumber`: 64 random bits.
    Session(ClientConnection& connection, const ServerSettings& settings, const Clock& clock,
            std::uint64_t sessionNumber)
        : number(sessionNumber), openedMs(clock.nowMs()), waitsSinceMs(clock.elapsedMs()),
          m_connection(&connection), m_settings(settings)
    {
    }

    /// Null after the connection has gone.
    ClientConnection* connection() const { return m_connection; }
    void connectionGone() { m_connection = nullptr; }

    /// Sends an answer or a small push. Closes a connection that does not read at all.
    void send(View frame);
    void countRefusal() { m_settings.traffic->rateLimited.add(); }
    /// An event for a session that is not slow: no need to ask again.
    void pushEvent(View frame)
    {
        m_settings.traffic->messagesOut.add();
        push(frame);
    }
    /// Another push to a session that is not slow.
    void push(View frame)
    {
        m_settings.traffic->framesOut.add();
        m_connection->send(frame);
    }
    /// True if so much is queued that large pushes must wait.
    bool isSlow() const;
    /// True if it has read most of what was queued.
    bool hasRead() const;
    /// Says why, then closes after what was sent before.
    void close(protocol::ErrorCode reason, std::uint64_t retryAfterMs, CloseCode code);
    /// Closes without a word of its own.
    void drop(CloseCode code, std::string_view reason);

    /// Tells it from all others, on every thread and node.
    const std::uint64_t number;
    const std::uint64_t openedMs;
    SessionState state = SessionState::New;
    Identity identity;
    protocol::Nonce clientNonce;
    protocol::Nonce serverNonce;
    /// Opened with the recovery code: a new password needs no old one.
    bool recovered = false;
    /// Opened with this code of the operator: it must still be there when the password is changed.
    std::optional<Hash32> resetBy;
    /// Asked for Sync: gets pushes.
    bool subscribed = false;
    /// When the present wait for a login began, by Clock::elapsedMs().
    std::uint64_t waitsSinceMs;
    /// Requests that wait for their answers.
    std::uint64_t outstanding = 0;
    /// What its requests have cost in the present window of Limit::Requests.
    struct {
        std::uint64_t sinceMs = 0;
        std::uint64_t cost = 0;
        /// Frames one after the other that came although it had used up its share.
        std::uint64_t ignored = 0;
    } asked;
    Missed missed;
    /// What this connection hands in; null before and after.
    std::shared_ptr<HandInDraft> handIn;
    /// Counts as logged in from becomeReady() on.
    std::optional<Traffic::Held> held;

private:
    ClientConnection* m_connection;
    const ServerSettings& m_settings;
};

} // namespace impulse::server
