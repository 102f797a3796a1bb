#pragma once

#include "common/core/Ids.h"

#include <string>

namespace impulse::server {

/// WebSocket close codes (RFC 6455, section 7.4.1) that the core uses.
enum class CloseCode : std::uint16_t {
    Normal = 1000,
    GoingAway = 1001,
    Protocol = 1002,
    Policy = 1008
};

/// One client, as the core sees it. Lives and is called on its I/O thread.
class ClientConnection {
public:
    virtual ~ClientConnection() = default;

    /// Queues one frame. Nothing happens on a connection that is closing. Never calls back.
    virtual void send(View frame) = 0;
    /// The client has logged in: it counts as known, and frames of this size are taken from now on;
    /// at first earlyFrame. A larger one ends the connection before it is in memory.
    virtual void admit(std::size_t frameBytes) = 0;
    /// Closes after what was sent before. ChatServer::closed() follows later, never from inside.
    virtual void close(CloseCode code, std::string_view reason) = 0;
    /// Bytes handed to send() that the peer's system has not taken yet.
    virtual std::size_t queuedBytes() const = 0;
    /// How the address counts for limits: an IPv4 address, or the /64 of an IPv6 address.
    virtual const std::string& addressKey() const = 0;
    /// `tls` of encryption.md 2.3: SHA-256 of the certificate that this client sees, or zeros.
    virtual const Hash32& certificateHash() const = 0;
};

} // namespace impulse::server
