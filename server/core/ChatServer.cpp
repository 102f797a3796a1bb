#include "server/core/ChatServer.h"

#include "server/core/Housekeeping.h"
#include "server/core/MessageDispatcher.h"
#include "server/core/Recovery.h"
#include "server/core/handlers/Handlers.h"

namespace impulse::server {
namespace {

/// How long a person may take to find and type the recovery code.
constexpr std::uint64_t pendingMs = 30 * 60'000;

} // namespace

struct ChatServer::Parts {
    Parts(const ServerSettings& serverSettings, const ServerKeys& keys, Ports ports)
        : settings(serverSettings), router(ports.store, ports.bus, ports.clock),
          credentials(keys, ports.limiter),
          logHeads(keys.serverId), services{settings,      keys,        ports.store,
                                            ports.writer,  ports.clock, ports.rng,
                                            ports.limiter, router,      ports.bus,
                                            credentials,   logHeads,    ports.handInBytes},
          dispatcher(services), housekeeping(services), recovery(services),
          keepsHouse(ports.keepsHouse)
    {
    }

    const ServerSettings settings;
    DeliveryRouter router;
    Credentials credentials;
    LogHeads logHeads;
    Services services;
    MessageDispatcher dispatcher;
    Housekeeping housekeeping;
    Recovery recovery;
    const bool keepsHouse;
    std::unordered_map<ClientConnection*, std::shared_ptr<Session>> sessions;
    bool stopping = false;
    std::optional<std::uint64_t> drainingMs;
};

ChatServer::ChatServer(const ServerSettings& settings, const ServerKeys& keys, Ports ports)
    : m_parts(std::make_unique<Parts>(settings, keys, ports))
{
}

ChatServer::~ChatServer() = default;

void ChatServer::opened(ClientConnection& connection)
{
    m_parts->settings.traffic->connections.add();
    std::uint64_t number = 0;
    m_parts->services.rng.fill({reinterpret_cast<std::uint8_t*>(&number), sizeof number});
    const auto session =
        std::make_shared<Session>(connection, m_parts->settings, m_parts->services.clock, number);
    m_parts->sessions[&connection] = session;
    // Accepted before the listener was told.
    if (m_parts->drainingMs)
        session->close(protocol::ErrorCode::Unavailable, *m_parts->drainingMs,
                       CloseCode::GoingAway);
}

void ChatServer::received(ClientConnection& connection, View frame)
{
    const auto found = m_parts->sessions.find(&connection);
    m_parts->settings.traffic->framesIn.add();
    if (found != m_parts->sessions.end())
        m_parts->dispatcher.dispatch(found->second, frame);
}

void ChatServer::closed(ClientConnection& connection)
{
    const auto found = m_parts->sessions.find(&connection);
    if (found == m_parts->sessions.end())
        return;
    const auto session = found->second;
    m_parts->sessions.erase(found);
    m_parts->settings.traffic->connections.remove();
    session->held.reset();
    session->connectionGone();
    session->state = SessionState::Closing;
    becomeGone(m_parts->services, session, m_parts->stopping);
}

void ChatServer::sayGoodbye(ClientConnection& connection)
{
    m_parts->stopping = true;
    const auto found = m_parts->sessions.find(&connection);
    if (found != m_parts->sessions.end())
        found->second->close(protocol::ErrorCode::Unavailable, m_parts->settings.comeBackAfterMs,
                             CloseCode::GoingAway);
}

void ChatServer::setDraining(std::optional<std::uint64_t> retryAfterMs)
{
    m_parts->drainingMs = retryAfterMs;
    if (!retryAfterMs)
        return;
    visitSessions([&](const std::shared_ptr<Session>& session) {
        session->close(protocol::ErrorCode::Unavailable, *retryAfterMs, CloseCode::GoingAway);
    });
}

void ChatServer::visitSessions(
    const std::function<void(const std::shared_ptr<Session>&)>& visit) const
{
    for (const auto& [connection, session] : m_parts->sessions)
        visit(session);
}

Services& ChatServer::services()
{
    return m_parts->services;
}

void ChatServer::deliver(std::span<const std::shared_ptr<const Delivery>> deliveries)
{
    for (const auto& delivery : deliveries) {
        m_parts->router.push(*delivery);
        if (const auto* closing = std::get_if<AccountClosingDelivery>(delivery.get()))
            closeAccount(*closing);
    }
}

void ChatServer::closeAccount(const AccountClosingDelivery& closing)
{
    for (const auto& [connection, session] : m_parts->sessions) {
        if (session->identity.user == closing.user)
            session->close(closing.reason, 0, CloseCode::Policy);
    }
}

void ChatServer::tick()
{
    const auto now = m_parts->services.clock.elapsedMs();
    const auto loginMs = m_parts->settings.limits.loginTimeoutMs;
    for (const auto& [connection, session] : m_parts->sessions) {
        const bool pending = session->state == SessionState::Pending;
        const bool waiting = session->state == SessionState::New ||
                             session->state == SessionState::Greeted ||
                             session->state == SessionState::Removed;
        const auto waitedMs = now - session->waitsSinceMs;
        if ((waiting && waitedMs > loginMs) || (pending && waitedMs > pendingMs))
            session->drop(CloseCode::Policy, "no login");
    }
    m_parts->router.tellSlowReaders();
    if (m_parts->keepsHouse) {
        m_parts->housekeeping.tick();
        m_parts->recovery.tick();
    }
}

} // namespace impulse::server
