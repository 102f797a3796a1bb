#pragma once

#include "server/net/CertificateFiles.h"
#include "server/net/ConnectionCounter.h"

#include <QElapsedTimer>
#include <QHostAddress>
#include <QTcpServer>

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace impulse::server {

/// An accepted TCP connection on its way to the I/O thread that will own it.
struct AcceptedSocket {
    qintptr descriptor = -1;
    std::shared_ptr<const TlsIdentity> identity;
    ConnectionCounter::Place place;
    /// There is no room for it: after TLS it is told when to come again, and closed.
    std::optional<std::chrono::seconds> retryAfter = {};
};

/// How a WebSocket client is told to come later (RFC 6455, section 4.2.2; RFC 9110, 15.6.4).
QByteArray busyAnswer(std::chrono::seconds retryAfter);

/// What who finds no room is told: when it makes sense to come again.
inline constexpr std::chrono::seconds retryAfterLimit{10};
/// As those who were connected are told when the server drains.
inline constexpr std::chrono::seconds retryAfterDrain{60};

/// Accepts connections and hands their descriptors out. Who finds no room, or a server that drains,
/// gets 503 with Retry-After. Over TLS that takes a handshake, with a signature: so many get one in
/// a second, the others are just closed. Lives on the main thread.
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

    static constexpr int toldOverTlsPerSecond = 50;

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    void refuse(qintptr descriptor, std::chrono::seconds retryAfter);
    bool tellOverTls(qintptr descriptor, std::chrono::seconds retryAfter);
    const Target& nextTarget() { return m_targets[m_next++ % m_targets.size()]; }
    /// True, and accepting pauses, if this descriptor leaves too few for the rest of the program.
    bool isOneTooMany(qintptr descriptor);
    void resumeIfThereIsRoom();

    CertificateFiles m_certificates;
    ConnectionCounter& m_counter;
    const bool m_behindProxy;
    const std::vector<Target> m_targets;
    std::size_t m_next = 0;
    /// Refused over TLS with an answer since then.
    int m_told = 0;
    QElapsedTimer m_toldSince;
    /// Descriptors below this number are for connections.
    const int m_descriptors;
    bool m_pausing = false;
    bool m_refusing = false;
};

/// Plain ws is for this machine only, unless a proxy does TLS: nothing if it may be listened on,
/// else a sentence for the operator.
QString plainRefusal(const QHostAddress& address, bool encrypts, bool behindProxy);

} // namespace impulse::server
