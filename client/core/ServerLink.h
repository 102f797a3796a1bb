#pragma once

#include "common/core/Ids.h"
#include "common/core/Result.h"

#include <QString>
#include <QUrl>

#include <optional>

namespace impulse::client {

/// Port of ws and wss where an address names none (architecture.md 7).
inline constexpr quint16 defaultPort = 7443;

enum class LinkError {
    Empty,
    TooLong,
    /// No address that a server can have, or parts that a link does not have.
    Malformed,
    /// A scheme other than impulse, wss and ws.
    UnknownScheme,
    /// A kind of link that this version cannot follow.
    UnknownKind,
    /// The part after `#` is not the base64url of a server's key.
    BadServerId,
};

/// Where a server is and, where a link says so, what to do there: what a person types or pastes as
/// "server or invite link".
///
/// Accepted: `impulse://HOST[:PORT]`, the same with `/i/CODE` (registration invite) or
/// `/u/USERNAME` (person), each with or without `#` and the base64url of the server's key; `wss://`
/// and `ws://` in place of `impulse://`; and `HOST[:PORT]` alone. `impulse://` means TLS, except to
/// this machine. A plain value, of any thread.
struct ServerLink {
    enum class Kind { Server, Invite, Person };

    /// Lower case; an IPv6 address without brackets.
    QString host;
    quint16 port = defaultPort;
    bool tls = true;
    Kind kind = Kind::Server;
    /// Invite code or username; empty for Kind::Server.
    QString value;
    /// The pin. Without one, the first contact pins.
    std::optional<ServerId> serverId;

    static Result<ServerLink, LinkError> parse(const QString& text);

    /// What to open: `wss://HOST:PORT/`, or `ws://…`.
    QUrl url() const;
    /// The link as people pass it on; parse() of it gives the same value.
    QString toString() const;
    bool isLoopback() const;

    /// The same server, without what to do there.
    ServerLink server() const;

    bool operator==(const ServerLink&) const = default;
};

/// True for `localhost`, 127.0.0.0/8 and ::1.
bool isLoopbackHost(const QString& host);

/// True for [a-z0-9][a-z0-9._-]{1,31} (encryption.md 0.7).
bool isUsername(const QString& name);

} // namespace impulse::client
