#include "server/app/ChatHost.h"

#include <QCoreApplication>
#include <QEvent>

namespace impulse::server {

ChatHost::ChatHost(ServerSettings settings, const ServerKeys& keys, GroupWriter& writer,
                   std::unique_ptr<SqlConnection> reader)
    : m_reader(std::move(reader)), m_store(*m_reader), m_writer(writer),
      m_server(std::move(settings), keys, {m_store, m_writer, m_clock, m_rng}),
      m_operations(m_server),
      m_tasks(waitingTasks, [this] { QCoreApplication::postEvent(this, new QEvent(QEvent::User)); })
{
}

void ChatHost::tick()
{
    m_heartbeats.fetch_add(1, std::memory_order_relaxed);
    m_server.tick();
}

void ChatHost::customEvent(QEvent*)
{
    for (const auto& task : m_tasks.takeAll())
        task(m_operations);
}

} // namespace impulse::server
