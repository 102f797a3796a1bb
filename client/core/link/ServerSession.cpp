#include "client/core/link/ServerSession.h"

#include "client/core/account/AccountKeys.h"
#include "common/core/Logging.h"

#include <QRandomGenerator>

namespace impulse::client {

namespace {

constexpr std::uint64_t firstPauseMs = 500;
constexpr std::uint64_t longestPauseMs = 60'000;

/// After these another try changes nothing until the user or an update does something.
bool isFinal(ClientErrorCode code)
{
    return code == ClientErrorCode::ServerKeyChanged ||
           code == ClientErrorCode::UnsupportedVersion || code == ClientErrorCode::DeviceRemoved ||
           code == ClientErrorCode::AccountGone || code == ClientErrorCode::AccountNotRestored ||
           code == ClientErrorCode::AccountDisabled || code == ClientErrorCode::DirectoryForked ||
           code == ClientErrorCode::RestoreUnconfirmed;
}

} // namespace

ServerSession::ServerSession(ServerConnection& connection, LocalState& state, QObject* parent)
    : Connection(parent), m_connection(connection), m_local(state)
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, [this] { connectOnce().detach(); });
    connect(&connection, &ServerConnection::lost, this, [this](const ClientError& error) {
        if (m_state != ConnectionState::Idle && m_state != ConnectionState::Stopped)
            scheduleRetry(error);
    });
    connect(&connection, &ServerConnection::pushed, this, [this](const protocol::AnyPush& push) {
        if (const auto* closing = std::get_if<protocol::ClosingPush>(&push))
            m_pauseMs = std::min(closing->retryAfterMs, longestPauseMs);
    });
}

void ServerSession::start()
{
    m_failures = 0;
    connectOnce().detach();
}

void ServerSession::adoptOpen()
{
    m_retry.stop();
    setState(ConnectionState::Updating);
    Q_EMIT loggedIn();
}

void ServerSession::stop()
{
    m_retry.stop();
    m_nextRetryMs = 0;
    const bool wasLoggedIn = isLoggedIn();
    setState(ConnectionState::Idle);
    m_connection.close();
    if (wasLoggedIn)
        Q_EMIT loggedOut();
}

void ServerSession::setUpToDate()
{
    m_failures = 0;
    m_pauseMs = 0;
    m_lastError = {};
    setState(ConnectionState::Online);
}

void ServerSession::fail(const ClientError& error)
{
    m_connection.close();
    scheduleRetry(error);
}

void ServerSession::retryNow()
{
    if (m_state != ConnectionState::Offline && m_state != ConnectionState::Stopped)
        return;
    m_retry.stop();
    connectOnce().detach();
}

std::uint64_t ServerSession::serverNowMs() const
{
    const auto now = static_cast<std::int64_t>(m_local.nowMs());
    return static_cast<std::uint64_t>(m_connection.isOpen() ? now + m_connection.clockOffsetMs()
                                                            : now);
}

Task<void> ServerSession::connectOnce()
{
    const auto server = ServerLink::parse(QString::fromStdString(m_local.profile->server));
    if (!server.ok()) {
        scheduleRetry({ClientErrorCode::InvalidLink});
        co_return;
    }
    m_nextRetryMs = 0;
    setState(ConnectionState::Connecting);
    using Opened = Result<void, ClientError>;
    const ServerLink& link = *server;
    auto waiting = answerOf<Opened>(this, [this, link](std::function<void(Opened)> done) {
        m_connection.open(link, link.serverId, std::move(done));
    });
    const auto opened = co_await waiting;
    if (m_state != ConnectionState::Connecting)
        co_return;
    if (!opened.ok()) {
        scheduleRetry(opened.error());
        co_return;
    }
    if (m_beforeLogin)
        co_await m_beforeLogin();
    if (m_state != ConnectionState::Connecting)
        co_return;
    const auto request = deviceLogin(m_local, m_connection);
    const auto answer = co_await m_connection.request(this, request);
    if (m_state != ConnectionState::Connecting)
        co_return;
    if (!answer.ok()) {
        // A lost connection has told already.
        if (answer.error().is(protocol::ErrorCode::DeviceRemoved))
            Q_EMIT removalClaimed();
        else if (answer.error().is(protocol::ErrorCode::Unauthorized) &&
                 m_local.profile->registered)
            fail({m_local.account.incarnation == m_connection.hello().incarnation
                      ? ClientErrorCode::AccountGone
                      : ClientErrorCode::AccountNotRestored});
        else if (answer.error().refusal)
            fail(answer.error().error);
        co_return;
    }
    setState(ConnectionState::Updating);
    Q_EMIT loggedIn();
}

void ServerSession::setState(ConnectionState state)
{
    if (m_state == state)
        return;
    m_state = state;
    Q_EMIT changed();
}

void ServerSession::scheduleRetry(const ClientError& error)
{
    const bool wasLoggedIn = isLoggedIn();
    m_lastError = error;
    if (isFinal(error.code)) {
        m_nextRetryMs = 0;
        setState(ConnectionState::Stopped);
    } else {
        const int doublings = std::min(m_failures++, 10);
        auto pause = std::min(longestPauseMs, firstPauseMs << doublings);
        // Half fixed, half random: many clients must not come back in the same moment.
        pause =
            pause / 2 + QRandomGenerator::global()->bounded(static_cast<quint32>(pause / 2 + 1));
        pause = std::max({pause, m_pauseMs, std::min(error.retryAfterMs, longestPauseMs)});
        m_pauseMs = 0;
        m_nextRetryMs = m_local.nowMs() + pause;
        m_retry.start(static_cast<int>(pause));
        if (m_state == ConnectionState::Offline)
            Q_EMIT changed();
        else
            setState(ConnectionState::Offline);
    }
    if (wasLoggedIn)
        Q_EMIT loggedOut();
}

} // namespace impulse::client
