#include "client/core/ServerLink.h"

#include "common/core/Limits.h"

#include <QStringList>

#include <algorithm>

namespace impulse::client {

namespace {

constexpr qsizetype maxLinkLength = 1024;
constexpr qsizetype maxInviteLength = 64;

bool isInviteCode(const QString& code)
{
    return !code.isEmpty() && code.size() <= maxInviteLength &&
           std::ranges::all_of(code, [](QChar c) {
               return c.unicode() < 0x80 &&
                      (c.isLetterOrNumber() || c == QLatin1Char('-') || c == QLatin1Char('_'));
           });
}

constexpr auto base64Options = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

QString encodeServerId(const ServerId& id)
{
    const auto bytes = QByteArray::fromRawData(reinterpret_cast<const char*>(id.data()),
                                               static_cast<qsizetype>(ServerId::size()));
    return QString::fromLatin1(bytes.toBase64(base64Options));
}

std::optional<ServerId> decodeServerId(const QString& text)
{
    const auto decoded = QByteArray::fromBase64Encoding(
        text.toLatin1(), base64Options | QByteArray::AbortOnBase64DecodingErrors);
    // Written again, so that padding and spare bits have one form only.
    const QByteArray bytes = decoded ? *decoded : QByteArray();
    if (QString::fromLatin1(bytes.toBase64(base64Options)) != text)
        return std::nullopt;
    return ServerId::from(view({bytes.constData(), static_cast<std::size_t>(bytes.size())}));
}

Result<void, LinkError> readPath(const QString& path, ServerLink& link)
{
    if (path.isEmpty() || path == QLatin1String("/"))
        return {};
    const QStringList parts = path.split(QLatin1Char('/'));
    if (parts.size() != 3)
        return Failure{LinkError::UnknownKind};
    link.value = parts[2];
    if (parts[1] == QLatin1String("i")) {
        link.kind = ServerLink::Kind::Invite;
        if (isInviteCode(link.value))
            return {};
    } else if (parts[1] == QLatin1String("u")) {
        link.kind = ServerLink::Kind::Person;
        link.value = link.value.toLower();
        if (isUsername(link.value))
            return {};
    } else {
        return Failure{LinkError::UnknownKind};
    }
    return Failure{LinkError::Malformed};
}

} // namespace

bool isLoopbackHost(const QString& host)
{
    if (host == QLatin1String("localhost") || host == QLatin1String("::1"))
        return true;
    const QStringList parts = host.split(QLatin1Char('.'));
    return parts.size() == 4 && parts[0] == QLatin1String("127") &&
           std::ranges::all_of(parts, [](const QString& part) {
               bool number = false;
               return part.toUShort(&number) <= 255 && number;
           });
}

bool isUsername(const QString& name)
{
    const auto isWordCharacter = [](QChar c) {
        return (c >= QLatin1Char('a') && c <= QLatin1Char('z')) ||
               (c >= QLatin1Char('0') && c <= QLatin1Char('9'));
    };
    const auto isFurtherCharacter = [&](QChar c) {
        return isWordCharacter(c) || c == QLatin1Char('.') || c == QLatin1Char('_') ||
               c == QLatin1Char('-');
    };
    const auto size = static_cast<std::size_t>(name.size());
    return size >= limits::usernameMin && size <= limits::usernameMax && isWordCharacter(name[0]) &&
           std::ranges::all_of(name, isFurtherCharacter);
}

Result<ServerLink, LinkError> ServerLink::parse(const QString& text)
{
    QString trimmed = text.trimmed();
    if (trimmed.isEmpty())
        return Failure{LinkError::Empty};
    if (trimmed.size() > maxLinkLength)
        return Failure{LinkError::TooLong};
    if (!trimmed.contains(QLatin1String("://")))
        trimmed.prepend(QLatin1String("impulse://"));

    const QUrl url(trimmed, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || !url.userInfo().isEmpty() || url.hasQuery() ||
        url.port(defaultPort) == 0)
        return Failure{LinkError::Malformed};

    ServerLink link;
    link.host = url.host().toLower();
    link.port = static_cast<quint16>(url.port(defaultPort));
    if (url.scheme() == QLatin1String("impulse"))
        link.tls = !link.isLoopback();
    else if (url.scheme() == QLatin1String("wss"))
        link.tls = true;
    else if (url.scheme() == QLatin1String("ws"))
        link.tls = false;
    else
        return Failure{LinkError::UnknownScheme};

    IMPULSE_CHECK(readPath(url.path(), link));
    if (url.hasFragment()) {
        link.serverId = decodeServerId(url.fragment());
        if (!link.serverId)
            return Failure{LinkError::BadServerId};
    }
    return link;
}

QUrl ServerLink::url() const
{
    QUrl url;
    url.setScheme(tls ? QStringLiteral("wss") : QStringLiteral("ws"));
    url.setHost(host);
    url.setPort(port);
    url.setPath(QStringLiteral("/"));
    return url;
}

QString ServerLink::toString() const
{
    QUrl url;
    const bool usual = tls != isLoopback();
    url.setScheme(usual ? QStringLiteral("impulse")
                        : (tls ? QStringLiteral("wss") : QStringLiteral("ws")));
    url.setHost(host);
    if (port != defaultPort)
        url.setPort(port);
    if (kind == Kind::Invite)
        url.setPath(QLatin1String("/i/") + value);
    else if (kind == Kind::Person)
        url.setPath(QLatin1String("/u/") + value);
    if (serverId)
        url.setFragment(encodeServerId(*serverId));
    return url.toString(QUrl::FullyEncoded);
}

bool ServerLink::isLoopback() const
{
    return isLoopbackHost(host);
}

ServerLink ServerLink::server() const
{
    ServerLink result = *this;
    result.kind = Kind::Server;
    result.value.clear();
    return result;
}

} // namespace impulse::client
