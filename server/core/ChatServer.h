#pragma once

#include "common/core/Clock.h"
#include "server/core/HandInDraft.h"
#include "server/core/RateLimiter.h"
#include "server/core/ServerSettings.h"
#include "server/core/ports/ClientConnection.h"
#include "server/core/ports/Writer.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace impulse::server {

class Session;
struct Services;

/// The server without sockets and without SQL: takes frames of connections, answers every request
/// exactly once, and pushes. Lives on its I/O thread, with everything it is given.
class ChatServer {
public:
    struct Ports {
        const Store& store;
        Writer& writer;
        const Clock& clock;
        crypto::Rng& rng;
        EventBus& bus;
        /// Shared by all threads.
        RateLimiter& limiter;
        /// One of several does what is due now and then.
        bool keepsHouse = true;
        /// Shared by all threads.
        HandInBytes handInBytes = std::make_shared<std::atomic<std::size_t>>(0);
    };

    /// `keys` and `ports` must outlive it.
    ChatServer(const ServerSettings& settings, const ServerKeys& keys, Ports ports);
    ~ChatServer();
    ChatServer(const ChatServer&) = delete;
    ChatServer& operator=(const ChatServer&) = delete;

    /// `connection` is used until closed() returns.
    void opened(ClientConnection& connection);
    void received(ClientConnection& connection, View frame);
    void closed(ClientConnection& connection);
    /// The server is stopping: tells the client and closes. What it asked before should have been
    /// answered by then: no more frames, then the writer's last jobs, then this.
    void sayGoodbye(ClientConnection& connection);
    /// The server takes a break: says goodbye to everybody who is or gets connected, who may come
    /// back after so long. Nothing: it serves again.
    void setDraining(std::optional<std::uint64_t> retryAfterMs);
    /// Pushes what has come over the bus, in order.
    void deliver(std::span<const std::shared_ptr<const Delivery>> deliveries);
    /// To be called every second: login timeouts, slow readers, expired events.
    void tick();

    /// For the operator (Operations.h). `visit` may close the session that it gets.
    void visitSessions(const std::function<void(const std::shared_ptr<Session>&)>& visit) const;
    Services& services();

private:
    void closeAccount(const AccountClosingDelivery& closing);

    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace impulse::server
