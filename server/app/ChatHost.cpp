#include "server/app/ChatHost.h"

namespace impulse::server {

ChatHost::ChatHost(const ServerSettings& settings, const Shared& shared,
                   std::unique_ptr<SqlConnection> reader, bool keepsHouse)
    : m_reader(std::move(reader)), m_store(*m_reader), m_wakeup([this] { takeTurn(); }),
      m_writer(shared.writer, [this] { m_wakeup.request(); }),
      m_bus(shared.bus.connect([this] { m_wakeup.request(); })),
      m_server(settings, shared.keys,
               {m_store, m_writer, m_clock, m_rng, *m_bus, shared.limiter, keepsHouse,
                shared.handInBytes}),
      m_operations(m_server), m_tasks(waitingTasks, [this] { m_wakeup.request(); })
{
}

void ChatHost::tick()
{
    m_heartbeats.fetch_add(1, std::memory_order_relaxed);
    m_server.tick();
}

void ChatHost::takeTurn()
{
    // In this order: whatever is taken here was published after its job came back, and an answer
    // goes out before what follows from it.
    const auto deliveries = m_bus->take();
    m_writer.finishWaiting();
    m_server.deliver(deliveries);
    for (const auto& task : m_tasks.takeAll())
        task(m_operations);
}

} // namespace impulse::server
