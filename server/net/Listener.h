#pragma once

#include "server/net/CertificateFiles.h"
#include "server/net/ConnectionCounter.h"

#include <QHostAddress>
#include <QTcpServer>

#include <chrono>
#include <functional>
#include <vector>

namespace impulse::server {

/// An accepted TCP connection on its way to the I/O thread that will own it.
struct AcceptedSocket {
    qintptr descriptor = -1;
    std::shared_ptr<const TlsIdentity> identity;
    ConnectionCounter::Place place;
};

/// What who finds no room is told: when it makes sense to come again.
inline constexpr std::chrono::seconds retryAfterLimit{10};
/// As those who were connected are told when the server drains.
inline constexpr std::chrono::seconds retryAfterDrain{60};

/// Accepts connections and hands their descriptors out. Who finds no room, or a server that drains,
/// gets 503 with Retry-After; over TLS the connection is just closed. Lives on the main thread.
class Listener final : public QTcpServer {
    Q_OBJECT

public:
    /// Takes a socket, or refuses it (overloaded): then it is closed.
    using Target = std::function<bool(AcceptedSocket)>;

    /// With `behindProxy` every peer is the proxy, so addresses are counted later, by what it says.
    Listener(CertificateFiles certificates, ConnectionCounter& counter, bool behindProxy,
             std::vector<Target> targets, QObject* parent = nullptr);

    bool encrypts() const { return m_certificates.encrypts(); }
    /// Sends newcomers away at once, or no longer.
    void setRefusing(bool refusing) { m_refusing = refusing; }
    /// For connections from now on; must encrypt exactly if those before did.
    void setCertificates(CertificateFiles certificates)
    {
        m_certificates = std::move(certificates);
    }

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    void refuse(qintptr descriptor, std::chrono::seconds retryAfter) const;
    /// True, and accepting pauses, if this descriptor leaves too few for the rest of the program.
    bool isOneTooMany(qintptr descriptor);
    void resumeIfThereIsRoom();

    CertificateFiles m_certificates;
    ConnectionCounter& m_counter;
    const bool m_behindProxy;
    const std::vector<Target> m_targets;
    std::size_t m_next = 0;
    /// Descriptors below this number are for connections.
    const int m_descriptors;
    bool m_pausing = false;
    bool m_refusing = false;
};

/// Plain ws is for this machine only, unless a proxy does TLS: nothing if it may be listened on,
/// else a sentence for the operator.
QString plainRefusal(const QHostAddress& address, bool encrypts, bool behindProxy);

} // namespace impulse::server
