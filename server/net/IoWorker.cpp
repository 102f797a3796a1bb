#include "server/net/IoWorker.h"

#include "common/core/Logging.h"
#include "common/protocol/Codec.h"

#include <QNetworkRequest>
#include <QWebSocket>

#include <unistd.h>

namespace impulse::server {

namespace {

constexpr int tickEveryMs = 1000;
/// A server has 5 s to stop in.
constexpr int closeWithinMs = 3000;

/// The last address is the one that our own proxy saw; those before it are the client's word.
QString forwardedAddress(const QWebSocket& socket)
{
    const auto header = socket.request().rawHeader("X-Forwarded-For");
    const QHostAddress address(
        QString::fromLatin1(header.mid(header.lastIndexOf(',') + 1).trimmed()));
    return address.isNull() ? QString() : limitKey(address);
}

constexpr std::uint64_t retryAfterMs()
{
    return std::chrono::milliseconds(retryAfterLimit).count();
}

} // namespace

IoWorker::IoWorker(IoSettings settings, ConnectionCounter& counter,
                   IoThread::HostFactory hostFactory)
    : m_settings(settings), m_counter(counter), m_hostFactory(std::move(hostFactory)),
      m_wakeup([this] { takeTurn(); }), m_inbox(waitingSockets, [this] { m_wakeup.request(); }),
      m_aliveTimer(this), m_tickTimer(this)
{
}

IoWorker::~IoWorker()
{
    m_inbox.close();
    for (const auto& accepted : m_inbox.takeAll())
        ::close(static_cast<int>(accepted.descriptor));
    for (const auto& [pointer, connection] : m_connections)
        m_host->closed(*connection);
    m_connections.clear();
    // Sockets before what they count in, the host before the thread's other objects.
    m_upgrader.reset();
    m_host.reset();
}

void IoWorker::stop()
{
    m_stopAsked = true;
    m_wakeup.request();
}

void IoWorker::begin()
{
    m_host = m_hostFactory();
    if (!m_host)
        return;
    m_upgrader = std::make_unique<SocketUpgrader>(
        [this](UpgradedSocket upgraded) { open(std::move(upgraded)); },
        m_settings.handshakeTimeoutMs);
    connect(&m_aliveTimer, &QTimer::timeout, this, [this] {
        // checkAlive() may close, which changes the map.
        std::vector<WebSocketConnection*> connections;
        connections.reserve(m_connections.size());
        for (const auto& entry : m_connections)
            connections.push_back(entry.first);
        for (auto* connection : connections)
            connection->checkAlive(m_settings.silence);
    });
    m_aliveTimer.start(m_settings.silence.lookEveryMs);
    connect(&m_tickTimer, &QTimer::timeout, this, [this] {
        if (!m_paused)
            m_host->tick();
    });
    m_tickTimer.start(tickEveryMs);
}

void IoWorker::takeTurn()
{
    if (m_stopAsked && !m_stopping)
        sayGoodbye();
    adoptWaiting();
}

void IoWorker::adoptWaiting()
{
    for (auto& accepted : m_inbox.takeAll()) {
        if (m_upgrader && !m_stopping)
            m_upgrader->adopt(std::move(accepted));
        else
            ::close(static_cast<int>(accepted.descriptor));
    }
}

void IoWorker::open(UpgradedSocket upgraded)
{
    auto address = limitKey(upgraded.socket->peerAddress());
    if (m_settings.behindProxy) {
        address = forwardedAddress(*upgraded.socket);
        upgraded.place = {};
        upgraded.place = m_counter.take(address);
    }
    if (m_stopping || !upgraded.place) {
        // The host never hears of it.
        auto* refused = new WebSocketConnection(std::move(upgraded), address.toStdString(), this);
        connect(refused, &WebSocketConnection::closed, refused, &QObject::deleteLater);
        if (m_stopping)
            return refused->close(CloseCode::GoingAway, "stopping");
        constexpr auto limited = protocol::ErrorCode::RateLimited;
        refused->send(protocol::encodePush(protocol::ClosingPush{limited, retryAfterMs()}));
        refused->close(CloseCode::Policy, "too many connections, come back after " +
                                              std::to_string(retryAfterLimit.count()) + " s");
        return;
    }
    auto owned = std::make_unique<WebSocketConnection>(std::move(upgraded), address.toStdString());
    auto* connection = owned.get();
    m_connections.emplace(connection, std::move(owned));
    connect(connection, &WebSocketConnection::closed, this, [this, connection] {
        m_host->closed(*connection);
        // Its socket is still on the call stack.
        m_connections[connection].release()->deleteLater();
        m_connections.erase(connection);
        stopIfDone();
    });
    connect(connection, &WebSocketConnection::frameReceived, this, [this, connection](View frame) {
        if (!m_paused)
            m_host->received(*connection, frame);
    });
    m_host->opened(*connection);
}

void IoWorker::sayGoodbye()
{
    m_stopping = true;
    if (m_upgrader)
        m_upgrader->clear();
    std::vector<WebSocketConnection*> connections;
    connections.reserve(m_connections.size());
    for (const auto& entry : m_connections)
        connections.push_back(entry.first);
    for (auto* connection : connections) {
        m_host->sayGoodbye(*connection);
        connection->close(CloseCode::GoingAway, "stopping");
    }
    QTimer::singleShot(closeWithinMs, this, [this] {
        qCWarning(lcNet) << m_connections.size() << "connections do not close in time";
        Q_EMIT stopped();
    });
    stopIfDone();
}

void IoWorker::stopIfDone()
{
    if (m_stopping && m_connections.empty())
        Q_EMIT stopped();
}

} // namespace impulse::server
