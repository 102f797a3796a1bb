#pragma once

#include "common/core/Inbox.h"
#include "common/core/Wakeup.h"
#include "common/crypto/Rng.h"
#include "server/core/ChatServer.h"
#include "server/core/LocalBus.h"
#include "server/core/Operations.h"
#include "server/net/IoThread.h"
#include "server/storage/SqlWriter.h"

namespace impulse::server {

/// The chat server of one I/O thread with its own connection to the database. Lives on that thread.
class ChatHost final : public ConnectionHost {
public:
    /// What all I/O threads share; outlives the hosts.
    struct Shared {
        const ServerKeys& keys;
        GroupWriter& writer;
        LocalBus& bus;
        RateLimiter& limiter;
        HandInBytes handInBytes;
    };
    using Task = std::function<void(Operations&)>;

    /// `reader` was opened on this thread. One of the hosts keeps house.
    ChatHost(const ServerSettings& settings, const Shared& shared,
             std::unique_ptr<SqlConnection> reader, bool keepsHouse);

    /// Any thread: the operator's task, done soon on this host's. False if too many wait.
    bool post(Task task) { return m_tasks.push(std::move(task)); }
    /// Any thread: grows once a second, for as long as the thread gets on.
    std::uint64_t heartbeats() const { return m_heartbeats.load(std::memory_order_relaxed); }

    void opened(ClientConnection& connection) override { m_server.opened(connection); }
    void received(ClientConnection& connection, View frame) override
    {
        m_server.received(connection, frame);
    }
    void closed(ClientConnection& connection) override { m_server.closed(connection); }
    void sayGoodbye(ClientConnection& connection) override { m_server.sayGoodbye(connection); }
    void tick() override;

private:
    static constexpr std::size_t waitingTasks = 1024;

    void takeTurn();

    const std::unique_ptr<SqlConnection> m_reader;
    const SqlStore m_store;
    SystemClock m_clock;
    crypto::SystemRng m_rng;
    Wakeup m_wakeup;
    SqlWriter m_writer;
    const std::unique_ptr<EventBus> m_bus;
    ChatServer m_server;
    Operations m_operations;
    Inbox<Task> m_tasks;
    std::atomic<std::uint64_t> m_heartbeats = 0;
};

} // namespace impulse::server
