#pragma once

#include "common/core/Ids.h"

#include <netinet/in.h>

#include <memory>
#include <span>
#include <string>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace impulse::bench {

/// Where the server listens.
struct Target {
    sockaddr_in address{};
    bool encrypts = false;
    /// Set if it encrypts. Shared by all connections, for session tickets are off: each connection
    /// does the whole handshake, as a client that was just started.
    std::shared_ptr<SSL_CTX> tls;

    /// Of ws://ADDRESS:PORT or wss://ADDRESS:PORT, IPv4. Nothing if it is something else.
    static std::optional<Target> ofUrl(const std::string& url);
    /// As the Host header names it.
    std::string host() const;
};

/// The n-th address of 127.1.0.0/16. Clients spread over these as they would over the world, so
/// that limits per address are met at their defaults.
in_addr_t sourceAddress(std::uint32_t index);

/// A non-blocking TCP or TLS stream.
class Wire {
public:
    enum class Progress { Done, WantRead, WantWrite, Failed };
    /// What read() and write() give besides a number of bytes.
    static constexpr std::ptrdiff_t again = 0;
    static constexpr std::ptrdiff_t gone = -1;

    Wire() = default;
    ~Wire() { close(); }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    /// Begins to connect. `receiveBuffer` of the kernel in bytes, 0: its own choice. False if there
    /// are no descriptors or ports left.
    bool open(const Target& target, in_addr_t source, int receiveBuffer);
    /// Goes on connecting, TLS included.
    Progress proceed();
    void close();

    std::ptrdiff_t read(std::span<std::uint8_t> into);
    std::ptrdiff_t write(std::span<const std::uint8_t> bytes);

    int descriptor() const { return m_descriptor; }
    bool encrypts() const { return m_ssl != nullptr; }
    /// True if bytes that the kernel has given already wait in the TLS layer.
    bool hasDecrypted() const;
    /// SHA-256 of the server's certificate; zeros without TLS.
    Hash32 certificateHash() const;

private:
    int m_descriptor = -1;
    bool m_connected = false;
    SSL* m_ssl = nullptr;
};

} // namespace impulse::bench
