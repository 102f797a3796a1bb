#pragma once

#include "common/crypto/Rng.h"
#include "server/core/ChatServer.h"
#include "server/net/IoThread.h"
#include "server/storage/SqlWriter.h"

namespace impulse::server {

/// The chat server of one I/O thread with its own connection to the database. Lives on that thread.
class ChatHost final : public ConnectionHost {
public:
    /// `reader` was opened on this thread; `keys` and `writer` outlive the host.
    ChatHost(ServerSettings settings, const ServerKeys& keys, GroupWriter& writer,
             std::unique_ptr<SqlConnection> reader);

    void opened(ClientConnection& connection) override { m_server.opened(connection); }
    void received(ClientConnection& connection, View frame) override
    {
        m_server.received(connection, frame);
    }
    void closed(ClientConnection& connection) override { m_server.closed(connection); }
    void sayGoodbye(ClientConnection& connection) override { m_server.sayGoodbye(connection); }
    void tick() override { m_server.tick(); }

private:
    const std::unique_ptr<SqlConnection> m_reader;
    const SqlStore m_store;
    SqlWriter m_writer;
    SystemClock m_clock;
    crypto::SystemRng m_rng;
    ChatServer m_server;
};

} // namespace impulse::server
