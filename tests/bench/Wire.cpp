#include "tests/bench/Wire.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace impulse::bench {

std::optional<Target> Target::ofUrl(const std::string& url)
{
    Target target;
    target.encrypts = url.starts_with("wss://");
    if (!target.encrypts && !url.starts_with("ws://"))
        return std::nullopt;
    const auto rest = url.substr(url.find("//") + 2);
    const auto colon = rest.find(':');
    if (colon == std::string::npos)
        return std::nullopt;
    target.address.sin_family = AF_INET;
    std::uint16_t port = 0;
    const auto* end = rest.data() + rest.size();
    if (std::from_chars(rest.data() + colon + 1, end, port).ptr != end || port == 0)
        return std::nullopt;
    target.address.sin_port = htons(port);
    if (inet_pton(AF_INET, rest.substr(0, colon).c_str(), &target.address.sin_addr) != 1)
        return std::nullopt;
    if (target.encrypts) {
        target.tls = {SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
        // A client trusts the key of the hello, which signs the certificate's hash.
        SSL_CTX_set_verify(target.tls.get(), SSL_VERIFY_NONE, nullptr);
        SSL_CTX_set_session_cache_mode(target.tls.get(), SSL_SESS_CACHE_OFF);
        SSL_CTX_set_read_ahead(target.tls.get(), 1);
        SSL_CTX_set_mode(target.tls.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                               SSL_MODE_RELEASE_BUFFERS);
    }
    return target;
}

std::string Target::host() const
{
    char text[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
    return std::string(text) + ':' + std::to_string(ntohs(address.sin_port));
}

in_addr_t sourceAddress(std::uint32_t index)
{
    constexpr std::uint32_t hosts = 250;
    return htonl(0x7f010000 | (index / hosts % hosts) << 8 | (index % hosts + 1));
}

bool Wire::open(const Target& target, in_addr_t source, int receiveBuffer)
{
    m_descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (m_descriptor < 0)
        return false;
    const int on = 1;
    setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // The port is chosen when the other end is known: more connections than there are ports.
    setsockopt(m_descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (receiveBuffer > 0)
        setsockopt(m_descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = source;
    if (ntohl(target.address.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET &&
        bind(m_descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0)
        return false;
    if (connect(m_descriptor, reinterpret_cast<const sockaddr*>(&target.address),
                sizeof target.address) != 0 &&
        errno != EINPROGRESS)
        return false;
    if (target.encrypts) {
        m_ssl = SSL_new(target.tls.get());
        SSL_set_fd(m_ssl, m_descriptor);
        SSL_set_connect_state(m_ssl);
    }
    return true;
}

Wire::Progress Wire::proceed()
{
    if (!m_connected) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(m_descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0)
            return Progress::Failed;
        m_connected = true;
    }
    if (!m_ssl)
        return Progress::Done;
    const int result = SSL_do_handshake(m_ssl);
    if (result == 1)
        return Progress::Done;
    switch (SSL_get_error(m_ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return Progress::WantRead;
    case SSL_ERROR_WANT_WRITE:
        return Progress::WantWrite;
    default:
        return Progress::Failed;
    }
}

void Wire::close()
{
    SSL_free(m_ssl);
    m_ssl = nullptr;
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    m_descriptor = -1;
    m_connected = false;
}

std::ptrdiff_t Wire::read(std::span<std::uint8_t> into)
{
    if (m_ssl) {
        const int size = SSL_read(m_ssl, into.data(), static_cast<int>(into.size()));
        if (size > 0)
            return size;
        return SSL_get_error(m_ssl, size) == SSL_ERROR_WANT_READ ? again : gone;
    }
    const auto size = recv(m_descriptor, into.data(), into.size(), 0);
    if (size > 0)
        return size;
    return size < 0 && (errno == EAGAIN || errno == EINTR) ? again : gone;
}

std::ptrdiff_t Wire::write(std::span<const std::uint8_t> bytes)
{
    if (m_ssl) {
        const int size = SSL_write(m_ssl, bytes.data(), static_cast<int>(bytes.size()));
        if (size > 0)
            return size;
        return SSL_get_error(m_ssl, size) == SSL_ERROR_WANT_WRITE ? again : gone;
    }
    const auto size = send(m_descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size >= 0)
        return size;
    return errno == EAGAIN || errno == EINTR ? again : gone;
}

bool Wire::hasDecrypted() const
{
    return m_ssl && SSL_has_pending(m_ssl);
}

Hash32 Wire::certificateHash() const
{
    Hash32 hash;
    if (!m_ssl)
        return hash;
    auto* certificate = SSL_get1_peer_certificate(m_ssl);
    unsigned int size = 0;
    if (certificate)
        X509_digest(certificate, EVP_sha256(), hash.data(), &size);
    X509_free(certificate);
    return hash;
}

} // namespace impulse::bench
