#include "tests/support/Catch.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/WireClient.h"

#include <QRegularExpression>
#include <QTcpServer>
#include <QTemporaryDir>

using namespace impulse;
using namespace impulse::tests;
using impulse::test::ServerProcess;

namespace {

QStringList words(const QString& text)
{
    return text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

/// The options of a server that does TLS itself.
QString withTls()
{
    return QStringLiteral(" --registration open --certificate " IMPULSE_SOURCE_DIR
                          "/tests/support/tls/server-cert.pem --key " IMPULSE_SOURCE_DIR
                          "/tests/support/tls/server-key.pem");
}

QString behindProxy()
{
    return QStringLiteral(" --behind-proxy --proxy-certificate " IMPULSE_SOURCE_DIR
                          "/tests/support/tls/server-cert.pem");
}

/// What the link of a new invite begins with.
QString inviteBase(const QString& data)
{
    ServerProcess maker(data);
    REQUIRE(maker.run({QStringLiteral("--make-invite")}) == 0);
    const QRegularExpression form(
        QStringLiteral("\\A(\\w+://[^/]+)/i/[A-Za-z0-9_-]+#[A-Za-z0-9_-]{43}\\n\\z"));
    const auto match = form.match(QString::fromLatin1(maker.output()));
    REQUIRE(match.hasMatch());
    return match.captured(1);
}

} // namespace

TEST_CASE("links say where others reach the server, and wss where impulse:// would mean plain ws",
          "[server]")
{
    struct Row {
        QString options;
        QString ready;
        QString link;
    };
    const std::vector<Row> rows{
        {QString(), QStringLiteral("ws://127.0.0.1:PORT"),
         QStringLiteral("impulse://127.0.0.1:PORT")},
        {withTls(), QStringLiteral("wss://127.0.0.1:PORT"), QStringLiteral("wss://127.0.0.1:PORT")},
        {withTls() + QStringLiteral(" --address 0.0.0.0"), QStringLiteral("wss://127.0.0.1:PORT"),
         QStringLiteral("wss://localhost:PORT")},
        {withTls() + QStringLiteral(" --address 0.0.0.0 --host Chat.example.org"),
         QStringLiteral("wss://127.0.0.1:PORT"), QStringLiteral("impulse://chat.example.org:PORT")},
        {behindProxy() + QStringLiteral(" --host chat.example.org:443"),
         QStringLiteral("ws://127.0.0.1:PORT"), QStringLiteral("impulse://chat.example.org:443")},
        {behindProxy() + QStringLiteral(" --host localhost:8443"),
         QStringLiteral("ws://127.0.0.1:PORT"), QStringLiteral("wss://localhost:8443")},
        {withTls() + QStringLiteral(" --host fd00::7"), QStringLiteral("wss://127.0.0.1:PORT"),
         QStringLiteral("impulse://[fd00::7]:PORT")},
    };
    for (const auto& row : rows) {
        INFO(row.options.toStdString());
        QTemporaryDir dir;
        const auto data = dir.filePath(QStringLiteral("data"));
        ServerProcess server(data);
        REQUIRE(server.start(words(row.options)));
        const auto port = QString::number(QUrl(server.url()).port());
        const auto here = [&](QString text) {
            return text.replace(QStringLiteral("PORT"), port).toStdString();
        };
        CHECK(server.url().toStdString() == here(row.ready));
        CHECK(inviteBase(data).toStdString() == here(row.link));
        // A script connects to what the ready line names.
        WireClient client;
        REQUIRE(client.open(QUrl(server.url())));
        CHECK(client.hello());
        CHECK(server.stop());
        CHECK(inviteBase(data).toStdString() == here(row.link));
        CHECK(server.errors().contains("localhost, where others do not find it") ==
              row.link.contains(QStringLiteral("//localhost:PORT")));
    }
}

TEST_CASE("on :: it is reached by IPv4 and IPv6 (the latter skipped without IPv6)", "[server]")
{
    QTemporaryDir dir;
    ServerProcess server(dir.filePath(QStringLiteral("data")));
    REQUIRE(server.start(words(withTls() + QStringLiteral(" --address ::"))));
    CHECK(server.url().startsWith(QStringLiteral("wss://127.0.0.1:")));
    WireClient client;
    REQUIRE(client.open(QUrl(server.url())));
    CHECK(client.hello());
    QTcpServer probe;
    if (!probe.listen(QHostAddress::LocalHostIPv6)) {
        IMPULSE_SKIP("no IPv6");
    }
    QUrl url(server.url());
    url.setHost(QStringLiteral("::1"));
    WireClient other;
    REQUIRE(other.open(url));
    CHECK(other.hello());
}
