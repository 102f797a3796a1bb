#include "server/app/ServerConfig.h"

namespace impulse::server {

bool listensOnAll(const QHostAddress& address)
{
    return address == QHostAddress(QHostAddress::Any) ||
           address == QHostAddress(QHostAddress::AnyIPv4);
}

QStringList checkTogether(const ServerConfig& config)
{
    QStringList wrong;
    if (config.dataFolder.isEmpty())
        wrong << QStringLiteral("--data DIR is missing: the folder of the server's data");
    if (config.certificateFile.isEmpty() != config.keyFile.isEmpty())
        wrong << QStringLiteral("--certificate and --key belong together");
    if (config.encrypts() && config.behindProxy)
        wrong << QStringLiteral("--behind-proxy and --certificate exclude each other");
    if (config.behindProxy == config.proxyCertificateFile.isEmpty())
        wrong << QStringLiteral("--behind-proxy and --proxy-certificate belong together");
    if (config.pushLimitBytes > config.queueLimitBytes)
        wrong << QStringLiteral("--push-limit-bytes is above --queue-limit-bytes, so that slow "
                                "readers would be cut off before they are spared pushes");
    return wrong;
}

} // namespace impulse::server
