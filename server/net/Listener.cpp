#include "server/net/Listener.h"

#include "common/core/Logging.h"

#include <QTimer>

#include <array>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace impulse::server {

namespace {

constexpr int acceptAgainMs = 500;
/// Descriptors that are kept for files and for what else the program opens.
constexpr int keptDescriptors = 32;

int descriptorsForConnections()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 1'000'000)
        return 1'000'000;
    const auto all = static_cast<int>(limit.rlim_cur);
    return all - std::min(keptDescriptors, all / 4);
}

QHostAddress peerOf(qintptr descriptor)
{
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getpeername(static_cast<int>(descriptor), reinterpret_cast<sockaddr*>(&address),
                      &length) != 0)
        return {};
    return QHostAddress(reinterpret_cast<const sockaddr*>(&address));
}

} // namespace

QByteArray busyAnswer(std::chrono::seconds retryAfter)
{
    return "HTTP/1.1 503 Service Unavailable\r\nRetry-After: " +
           QByteArray::number(static_cast<qlonglong>(retryAfter.count())) +
           "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

Listener::Listener(CertificateFiles certificates, ConnectionCounter& counter, bool behindProxy,
                   std::vector<Target> targets, QObject* parent)
    : QTcpServer(parent), m_certificates(std::move(certificates)), m_counter(counter),
      m_behindProxy(behindProxy), m_targets(std::move(targets)),
      m_descriptors(descriptorsForConnections())
{
    setListenBacklogSize(512);
    connect(this, &QTcpServer::acceptError, this, [this](QAbstractSocket::SocketError error) {
        qCWarning(lcNet) << "cannot accept a connection, error" << error;
        // Qt has stopped accepting and would never begin again.
        QTimer::singleShot(acceptAgainMs, this, [this] { resumeAccepting(); });
    });
}

void Listener::incomingConnection(qintptr descriptor)
{
    if (m_refusing) {
        m_counter.countRefusal(ConnectionRefusal::Draining);
        return refuse(descriptor, retryAfterDrain);
    }
    const auto key = m_behindProxy ? QString() : limitKey(peerOf(descriptor));
    AcceptedSocket accepted{descriptor, m_certificates.current(), {}};
    if (isOneTooMany(descriptor)) {
        m_counter.countRefusal(ConnectionRefusal::Descriptors);
        return refuse(descriptor, retryAfterLimit);
    }
    accepted.place = m_counter.take(key);
    if (!accepted.place)
        return refuse(descriptor, retryAfterLimit);
    if (!nextTarget()(std::move(accepted))) {
        m_counter.countRefusal(ConnectionRefusal::Busy);
        refuse(descriptor, retryAfterLimit);
    }
}

bool Listener::tellOverTls(qintptr descriptor, std::chrono::seconds retryAfter)
{
    if (!m_toldSince.isValid() || m_toldSince.hasExpired(1000)) {
        m_toldSince.start();
        m_told = 0;
    }
    if (m_told == toldOverTlsPerSecond || descriptor >= m_descriptors)
        return false;
    ++m_told;
    return nextTarget()({descriptor, m_certificates.current(), {}, retryAfter});
}

void Listener::refuse(qintptr descriptor, std::chrono::seconds retryAfter)
{
    if (m_certificates.encrypts() && tellOverTls(descriptor, retryAfter))
        return;
    const int socket = static_cast<int>(descriptor);
    if (!m_certificates.encrypts()) {
        // A request that stays unread would make the close a reset, which may overtake the answer.
        std::array<char, 4096> request;
        [[maybe_unused]] const auto read =
            ::recv(socket, request.data(), request.size(), MSG_DONTWAIT);
        const auto answer = busyAnswer(retryAfter);
        [[maybe_unused]] const auto sent =
            ::send(socket, answer.constData(), static_cast<std::size_t>(answer.size()),
                   MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    ::shutdown(socket, SHUT_WR);
    ::close(socket);
}

bool Listener::isOneTooMany(qintptr descriptor)
{
    // The system gives the lowest free number: it tells how many are in use.
    if (descriptor < m_descriptors)
        return false;
    if (!std::exchange(m_pausing, true)) {
        qCWarning(lcNet) << "all descriptors for connections are in use, accepting pauses";
        pauseAccepting();
        resumeIfThereIsRoom();
    }
    return true;
}

void Listener::resumeIfThereIsRoom()
{
    QTimer::singleShot(acceptAgainMs, this, [this] {
        const int probe = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (probe >= 0)
            ::close(probe);
        if (probe < 0 || probe >= m_descriptors)
            return resumeIfThereIsRoom();
        m_pausing = false;
        resumeAccepting();
    });
}

QString plainRefusal(const QHostAddress& address, bool encrypts, bool behindProxy)
{
    if (encrypts || behindProxy || address.isLoopback())
        return {};
    return QStringLiteral(
               "refusing plain ws on %1: give --certificate and --key, or --behind-proxy "
               "with --proxy-certificate, or listen on 127.0.0.1")
        .arg(address.toString());
}

} // namespace impulse::server
