#include "server/app/ServerLinks.h"

namespace impulse::server {

namespace {

QString authority(const QString& host, quint16 port)
{
    const bool bare = host.contains(QLatin1Char(':'));
    return (bare ? QLatin1Char('[') + host + QLatin1Char(']') : host) + QLatin1Char(':') +
           QString::number(port);
}

bool isLoopback(const QString& host)
{
    return host.compare(QLatin1String("localhost"), Qt::CaseInsensitive) == 0 ||
           QHostAddress(host).isLoopback();
}

} // namespace

QString localUrl(const QHostAddress& address, quint16 port, bool tls)
{
    // "Any" is an address to listen on, not one to connect to.
    QHostAddress reached = address;
    if (listensOnAll(address))
        reached = QHostAddress(QHostAddress::LocalHost);
    return (tls ? QStringLiteral("wss://") : QStringLiteral("ws://")) +
           authority(reached.toString(), port);
}

QString linkBase(const ServerConfig& config, quint16 port)
{
    QString host = config.publicHost;
    if (host.isEmpty()) {
        host =
            listensOnAll(config.address) ? QStringLiteral("localhost") : config.address.toString();
    }
    const bool tls = config.encrypts() || config.behindProxy;
    return (tls && isLoopback(host) ? QStringLiteral("wss://") : QStringLiteral("impulse://")) +
           authority(host, config.publicPort != 0 ? config.publicPort : port);
}

QString serverLink(const QString& base, const ServerId& serverId, const QString& inviteCode)
{
    const QByteArray key(reinterpret_cast<const char*>(serverId.data()), ServerId::size());
    const auto pin = QString::fromLatin1(
        key.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
    const auto path = inviteCode.isEmpty() ? QString() : QStringLiteral("/i/") + inviteCode;
    return base + path + QLatin1Char('#') + pin;
}

} // namespace impulse::server
