#include "server/app/ServiceManager.h"

#include "common/core/Logging.h"

#include <cstddef>
#include <cstring>
#include <ctime>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace impulse::server {

ServiceManager::ServiceManager() : m_socket(qgetenv("NOTIFY_SOCKET"))
{
    const auto usec = qgetenv("WATCHDOG_USEC").toULongLong();
    const auto pid = qgetenv("WATCHDOG_PID");
    if (usec >= 2000 && (pid.isEmpty() || pid.toLongLong() == ::getpid()))
        m_watchdogEvery = std::chrono::milliseconds(usec / 2000);
    for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
        qunsetenv(name);
}

void ServiceManager::ready(const QByteArray& status)
{
    send("READY=1\nSTATUS=" + status);
}

void ServiceManager::reloading()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    send("RELOADING=1\nMONOTONIC_USEC=" +
         QByteArray::number(static_cast<qlonglong>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000));
}

void ServiceManager::stopping()
{
    send("STOPPING=1\nSTATUS=stopping");
}

void ServiceManager::send(const QByteArray& state) const
{
    sockaddr_un address{};
    const auto length = static_cast<std::size_t>(m_socket.size());
    if (length == 0 || length >= sizeof address.sun_path)
        return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, m_socket.constData(), length);
    // An abstract socket begins with a zero byte, which the variable writes as @.
    if (address.sun_path[0] == '@')
        address.sun_path[0] = '\0';
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    if (::sendto(descriptor, state.constData(), static_cast<std::size_t>(state.size()),
                 MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size) < 0)
        qCWarning(lcServer) << "the service manager does not take notifications";
    ::close(descriptor);
}

} // namespace impulse::server
