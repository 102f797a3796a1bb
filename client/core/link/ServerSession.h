#pragma once

#include "client/core/Connection.h"
#include "client/core/link/ServerConnection.h"
#include "client/core/state/LocalState.h"

namespace impulse::client {

/// Keeps one device logged in (encryption.md 2.3): connects, logs in by the device's signature,
/// tries again with growing pauses. Main thread.
class ServerSession final : public Connection {
    Q_OBJECT
public:
    ServerSession(ServerConnection& connection, LocalState& state, QObject* parent = nullptr);

    /// What is done between the hello and the login, on every connection.
    void setBeforeLogin(std::function<Task<void>()> work) { m_beforeLogin = std::move(work); }
    /// Connects and stays connected until stop().
    void start();
    /// The connection that is open now has just become this device's (registration).
    void adoptOpen();
    void stop();
    /// Everything that the server had is here: the state is Online now.
    void setUpToDate();
    /// Something on this connection cannot go on: ends it and tries again later.
    void fail(const ClientError& error);

    /// Logged in; requests can be made.
    bool isLoggedIn() const
    {
        return m_state == ConnectionState::Updating || m_state == ConnectionState::Online;
    }
    ServerConnection& link() { return m_connection; }
    /// The server's time now, milliseconds since 1970, as far as known.
    std::uint64_t serverNowMs() const;

    ConnectionState state() const override { return m_state; }
    std::uint64_t nextRetryMs() const override { return m_nextRetryMs; }
    ClientError lastError() const override { return m_lastError; }
    void retryNow() override;

Q_SIGNALS:
    /// The device login was accepted: bring everything up to date.
    void loggedIn();
    /// What waits for this connection is in vain.
    void loggedOut();
    /// The login was refused because this device is not listed any more. The connection is still
    /// open for the lists; whoever has read them calls stop() or fail().
    void removalClaimed();

private:
    Task<void> connectOnce();
    void setState(ConnectionState state);
    void scheduleRetry(const ClientError& error);

    ServerConnection& m_connection;
    LocalState& m_local;
    std::function<Task<void>()> m_beforeLogin;
    ConnectionState m_state = ConnectionState::Idle;
    ClientError m_lastError;
    std::uint64_t m_nextRetryMs = 0;
    int m_failures = 0;
    /// The server asked for at least this pause.
    std::uint64_t m_pauseMs = 0;
    QTimer m_retry;
};

} // namespace impulse::client
