#pragma once

#include "common/core/Ids.h"

#include <QHostAddress>
#include <QString>

namespace impulse::server {

/// "HOST:PORT" as a link names it: an IPv6 address in brackets, "localhost" addresses for "any".
QString linkAuthority(const QString& publicHost, const QHostAddress& address, quint16 port);

/// impulse://HOST:PORT[/i/CODE]#base64url(server_id) (architecture.md 7).
QString serverLink(const QString& authority, const ServerId& serverId,
                   const QString& inviteCode = {});

} // namespace impulse::server
