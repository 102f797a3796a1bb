#include "server/net/Listener.h"

#include "common/core/Logging.h"

#include <QTimer>

#include <sys/socket.h>
#include <unistd.h>

namespace impulse::server {

namespace {

constexpr int acceptAgainMs = 500;

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

Listener::Listener(CertificateFiles certificates, ConnectionCounter& counter, bool behindProxy,
                   std::vector<Target> targets, QObject* parent)
    : QTcpServer(parent), m_certificates(std::move(certificates)), m_counter(counter),
      m_behindProxy(behindProxy), m_targets(std::move(targets))
{
    setListenBacklogSize(512);
    connect(this, &QTcpServer::acceptError, this, [this](QAbstractSocket::SocketError error) {
        qCWarning(lcNet) << "cannot accept a connection, error" << error;
        // Out of descriptors, mostly; Qt has stopped accepting and would never begin again.
        QTimer::singleShot(acceptAgainMs, this, [this] { resumeAccepting(); });
    });
}

void Listener::incomingConnection(qintptr descriptor)
{
    if (m_refusing) {
        ::close(static_cast<int>(descriptor));
        return;
    }
    const auto key = m_behindProxy ? QString() : limitKey(peerOf(descriptor));
    AcceptedSocket accepted{descriptor, m_certificates.current(), m_counter.take(key)};
    if (!accepted.place) {
        ::close(static_cast<int>(descriptor));
        return;
    }
    const auto& target = m_targets[m_next++ % m_targets.size()];
    if (!target(std::move(accepted)))
        ::close(static_cast<int>(descriptor));
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
