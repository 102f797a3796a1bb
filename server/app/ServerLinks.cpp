#include "server/app/ServerLinks.h"

namespace impulse::server {

QString linkAuthority(const QString& publicHost, const QHostAddress& address, quint16 port)
{
    QString host = publicHost;
    if (host.isEmpty()) {
        const bool any = address == QHostAddress(QHostAddress::Any) ||
                         address == QHostAddress(QHostAddress::AnyIPv4) ||
                         address == QHostAddress(QHostAddress::AnyIPv6);
        host = any ? QStringLiteral("localhost") : address.toString();
    }
    if (host.contains(QLatin1Char(':')))
        host = QLatin1Char('[') + host + QLatin1Char(']');
    return host + QLatin1Char(':') + QString::number(port);
}

QString serverLink(const QString& authority, const ServerId& serverId, const QString& inviteCode)
{
    const QByteArray key(reinterpret_cast<const char*>(serverId.data()), ServerId::size());
    const auto pin = QString::fromLatin1(
        key.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
    const auto path = inviteCode.isEmpty() ? QString() : QStringLiteral("/i/") + inviteCode;
    return QStringLiteral("impulse://") + authority + path + QLatin1Char('#') + pin;
}

} // namespace impulse::server
