#pragma once

#include "client/core/ClientError.h"
#include "client/core/async/Task.h"
#include "client/core/ports/Transport.h"
#include "common/protocol/Codec.h"

#include <QTimer>

#include <deque>
#include <map>

namespace impulse {
class Clock;
}

namespace impulse::client {

/// Why a request was not answered with its result.
struct CallFailure {
    ClientError error;
    /// What the server said, if it was the server that refused.
    std::optional<protocol::Error> refusal;

    operator ClientError() const { return error; }
    bool is(protocol::ErrorCode code) const { return refusal && refusal->code == code; }
};

template <class Request> using CallResult = Result<protocol::ResultOf<Request>, CallFailure>;

/// How a server's refusal is shown.
ClientError clientErrorOf(const protocol::Error& error);

/// One connection to a server: opens the transport, checks the server's key in the hello
/// (encryption.md 2.3), then carries requests and pushes. Does not log in and does not reconnect.
/// Main thread.
class ServerConnection : public QObject {
    Q_OBJECT
public:
    ServerConnection(Transport& transport, const Clock& clock, QObject* parent = nullptr);

    /// Drops what is open; `pin` is the key that the server must have, if one is known. Fails with
    /// ServerKeyChanged, SecurityCheckFailed, UnsupportedVersion or a network error.
    void open(const ServerLink& server, const std::optional<ServerId>& pin, Callback<void> done);
    /// The same for coroutines, the server's pin being the key that `server` names; `context` as in
    /// answerOf().
    CallbackAwaiter<Result<void, ClientError>> opened(QObject* context, const ServerLink& server)
    {
        return answerOf<Result<void, ClientError>>(
            context, [this, server](std::function<void(Result<void, ClientError>)> done) {
                open(server, server.serverId, std::move(done));
            });
    }
    /// Requests that still wait fail with ConnectionLost. No lost() signal.
    void close();
    bool isOpen() const { return m_phase == Phase::Ready; }

    /// Of the present connection; valid while it is open.
    const protocol::HelloResult& hello() const { return m_hello; }
    const protocol::Nonce& clientNonce() const { return m_clientNonce; }
    const Hash32& tls() const { return m_tls; }
    /// Server time minus own time, milliseconds.
    std::int64_t clockOffsetMs() const { return m_clockOffsetMs; }

    /// A request that the server does not answer within 30 s ends the connection.
    template <class Request>
    void call(const Request& request, std::function<void(CallResult<Request>)> done)
    {
        const auto id = ++m_lastId;
        submit(id, protocol::encodeRequest(id, request),
               [done = std::move(done)](const Result<View, CallFailure>& frame) {
                   if (!frame.ok()) {
                       done(Failure{frame.error()});
                       return true;
                   }
                   auto answer = protocol::decodeAnswer<Request>(*frame);
                   if (!answer.ok()) {
                       done(Failure{CallFailure{{ClientErrorCode::NotThisServer}, {}}});
                       return false;
                   }
                   done(std::move(answer).value());
                   return true;
               });
    }

    /// The same for coroutines; `context` as in answerOf().
    template <class Request>
    CallbackAwaiter<CallResult<Request>> request(QObject* context, const Request& request)
    {
        return answerOf<CallResult<Request>>(
            context, [this, request](std::function<void(CallResult<Request>)> done) {
                call(request, std::move(done));
            });
    }

Q_SIGNALS:
    void pushed(const impulse::protocol::AnyPush& push);
    /// An open connection ended. Waiting requests have failed before.
    void lost(impulse::client::ClientError error);

private:
    enum class Phase { Closed, Opening, Greeting, Ready };
    /// Gets the answer's frame; false if it is none of this request.
    using Handler = std::function<bool(const Result<View, CallFailure>&)>;
    struct Waiting {
        Handler handler;
        std::uint64_t deadlineMs = 0;
    };
    struct Queued {
        std::uint64_t id;
        Bytes frame;
        Handler handler;
    };

    void submit(std::uint64_t id, Bytes frame, Handler handler);
    void sendQueued();
    void greet(const Hash32& tls);
    void checkHello(const CallResult<protocol::Hello>& answer);
    void receive(const Bytes& frame);
    void checkDeadlines();
    /// Ends the connection: fails what waits, then answers open() or emits lost().
    void fail(const ClientError& error);
    void failWaiting(const ClientError& error);

    Transport& m_transport;
    const Clock& m_clock;
    Phase m_phase = Phase::Closed;
    std::optional<ServerId> m_pin;
    Callback<void> m_opened;
    protocol::HelloResult m_hello;
    protocol::Nonce m_clientNonce;
    Hash32 m_tls;
    std::int64_t m_clockOffsetMs = 0;
    std::uint64_t m_lastId = 0;
    std::map<std::uint64_t, Waiting> m_waiting;
    std::deque<Queued> m_queue;
    QTimer m_deadlines;
};

} // namespace impulse::client
