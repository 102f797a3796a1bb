#pragma once

#include <QByteArray>

#include <chrono>
#include <optional>

namespace impulse::server {

/// Tells systemd how the service is, without its library: datagrams to NOTIFY_SOCKET
/// (sd_notify(3)). Does nothing where nobody listens. Main thread.
class ServiceManager final {
public:
    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment.
    ServiceManager();

    void ready(const QByteArray& status);
    /// Before the configuration is read again; ready() follows.
    void reloading();
    void stopping();
    void alive() { send("WATCHDOG=1"); }
    /// How often alive() must be called: half of what systemd waits. Nothing: it does not watch.
    std::optional<std::chrono::milliseconds> watchdogEvery() const { return m_watchdogEvery; }

private:
    void send(const QByteArray& state) const;

    QByteArray m_socket;
    std::optional<std::chrono::milliseconds> m_watchdogEvery;
};

} // namespace impulse::server
