#include "server/storage/StorageAddress.h"

#include <QUrl>
#include <QUrlQuery>

namespace impulse::server {

namespace {

const QLatin1String sqliteScheme("sqlite:");

/// The error never repeats the text: there may be a password in it.
Failure<QString> refused(const char* why)
{
    return Failure{QStringLiteral("the storage URL ") + QLatin1String(why)};
}

bool isSslMode(const QString& text)
{
    for (const auto* mode : {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}) {
        if (text == QLatin1String(mode))
            return true;
    }
    return false;
}

Result<StorageAddress, QString> parsePostgreSql(const QUrl& url)
{
    StorageAddress result{QString()};
    result.kind = StorageAddress::Kind::PostgreSql;
    result.user = url.userName(QUrl::FullyDecoded);
    result.host = url.host(QUrl::FullyDecoded);
    result.port = url.port(0);
    result.database = url.path(QUrl::FullyDecoded).mid(1);
    if (result.database.isEmpty() || result.database.contains(QLatin1Char('/')))
        return refused("names no database: postgresql://USER@HOST/DATABASE");
    if (url.hasFragment())
        return refused("has a # in it; write %23");
    const auto items = QUrlQuery(url).queryItems(QUrl::FullyDecoded);
    for (const auto& [key, value] : items) {
        // Qt hands connection options to libpq in a list with semicolons.
        if (value.contains(QLatin1Char(';')))
            return refused("has a semicolon in a value, which is not possible");
        if (key == QLatin1String("password"))
            return refused("has a password in it, which everybody on this machine could read; put "
                           "it into a file and name that with --storage-password-file, or into "
                           "~/.pgpass");
        if (key == QLatin1String("host"))
            result.host = value;
        else if (key == QLatin1String("sslrootcert"))
            result.sslRootCertificate = value;
        else if (key == QLatin1String("sslmode") && isSslMode(value))
            result.sslMode = value;
        else
            return refused("has an unknown option; host, sslmode and sslrootcert are known");
    }
    return result;
}

} // namespace

Result<StorageAddress, QString> StorageAddress::parse(const QString& text,
                                                      const QString& defaultPath)
{
    if (text.startsWith(sqliteScheme)) {
        const auto path = text.mid(sqliteScheme.size());
        return StorageAddress(path.isEmpty() ? defaultPath : path);
    }
    // As libpq: no host at all is the local one.
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() ||
        (url.scheme() != QLatin1String("postgresql") && url.scheme() != QLatin1String("postgres")))
        return refused("is neither sqlite:PATH nor postgresql://USER@HOST/DATABASE");
    if (!url.password().isEmpty())
        return refused("has a password in it, which everybody on this machine could read; put it "
                       "into a file and name that with --storage-password-file, or into ~/.pgpass");
    return parsePostgreSql(url);
}

QString StorageAddress::name() const
{
    if (!isPostgreSql())
        return path;
    QString result = QStringLiteral("postgresql://");
    if (!user.isEmpty())
        result += user + QLatin1Char('@');
    if (!host.startsWith(QLatin1Char('/')))
        result += host;
    if (port != 0)
        result += QLatin1Char(':') + QString::number(port);
    result += QLatin1Char('/') + database;
    if (host.startsWith(QLatin1Char('/')))
        result += QStringLiteral("?host=") + host;
    return result;
}

} // namespace impulse::server
