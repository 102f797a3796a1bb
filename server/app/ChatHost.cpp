#include "server/app/ChatHost.h"

namespace impulse::server {

ChatHost::ChatHost(ServerSettings settings, const ServerKeys& keys, GroupWriter& writer,
                   std::unique_ptr<SqlConnection> reader)
    : m_reader(std::move(reader)), m_store(*m_reader), m_writer(writer),
      m_server(std::move(settings), keys, {m_store, m_writer, m_clock, m_rng})
{
}

} // namespace impulse::server
