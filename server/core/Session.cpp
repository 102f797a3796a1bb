#include "server/core/Session.h"

namespace impulse::server {

void Session::send(View frame)
{
    if (!m_connection)
        return;
    if (m_connection->queuedBytes() > m_settings.queueLimitBytes) {
        return drop(CloseCode::Policy, "too much unread");
    }
    push(frame);
}

bool Session::isSlow() const
{
    return !m_connection ||
           m_connection->queuedBytes() + ServerSettings::pushReserveBytes > m_settings.pushLimitBytes;
}

bool Session::hasRead() const
{
    return m_connection && m_connection->queuedBytes() <= m_settings.pushLimitBytes / 4;
}

void Session::close(protocol::ErrorCode reason, std::uint64_t retryAfterMs, CloseCode code)
{
    if (!m_connection || state == SessionState::Closing)
        return;
    m_connection->send(protocol::encodePush(protocol::ClosingPush{reason, retryAfterMs}));
    drop(code, protocol::name(reason));
}

void Session::drop(CloseCode code, std::string_view reason)
{
    if (!m_connection || state == SessionState::Closing)
        return;
    state = SessionState::Closing;
    m_connection->close(code, reason);
}

} // namespace impulse::server
