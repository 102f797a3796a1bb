#pragma once

#include "common/core/Ids.h"
#include "server/app/ServerConfig.h"

namespace impulse::server {

/// "ws://ADDRESS:PORT" or "wss://…": an address at which programs on this computer reach a server
/// that listens on `address`.
QString localUrl(const QHostAddress& address, quint16 port, bool tls);

/// What links to a server begin with: "impulse://HOST:PORT", where clients take TLS for granted
/// except to their own computer; "wss://HOST:PORT" if there is TLS on this computer all the same.
/// `port` is the one that the server listens on.
QString linkBase(const ServerConfig& config, quint16 port);

/// BASE[/i/CODE]#base64url(server_id) (architecture.md 7).
QString serverLink(const QString& base, const ServerId& serverId, const QString& inviteCode = {});

} // namespace impulse::server
