#include "tests/unit/server/net/EchoServer.h"

#include <QCryptographicHash>
#include <QSslCertificate>
#include <QSslConfiguration>

using namespace impulse;
using namespace impulse::tests::sockets;

TEST_CASE("a silent or slow TLS handshake is cut off in time")
{
    const QString fixtures = QStringLiteral(IMPULSE_SOURCE_DIR "/tests/support/tls/");
    auto files = CertificateFiles::withKey(fixtures + QStringLiteral("server-cert.pem"),
                                           fixtures + QStringLiteral("server-key.pem"));
    REQUIRE(files);
    IoSettings settings;
    settings.handshakeTimeoutMs = 300;
    EchoServer server(std::move(*files), settings);
    RawClient silent(server);
    RawClient slow(server);
    // The head of a TLS record that announces 512 bytes, and of the ClientHello in it.
    slow.socket.write(QByteArray::fromHex("160301020001000001"));
    REQUIRE(waitUntil([&] { return server.counter.total() == 2; }));
    CHECK(silent.waitClosed());
    CHECK(slow.waitClosed());
    CHECK(waitUntil([&] { return server.counter.total() == 0; }));
    CHECK(server.counts.opened == 0);
}

TEST_CASE("TLS with a self-signed certificate, renewed while running (skipped without openssl)")
{
    QTemporaryDir dir;
    if (!makeCertificate(dir, QStringLiteral("first")))
        IMPULSE_SKIP("no openssl");
    const auto certificate = dir.filePath(QStringLiteral("certificate.pem"));
    const auto key = dir.filePath(QStringLiteral("key.pem"));
    auto files = CertificateFiles::withKey(certificate, key);
    REQUIRE(files);
    EchoServer server(*std::move(files));
    CHECK(server.listener.encrypts());

    const auto hashSeenBy = [&](Client& client) {
        QObject::connect(&client.socket, &QWebSocket::sslErrors, &client.socket,
                         [&client] { client.socket.ignoreSslErrors(); });
        REQUIRE(client.open(server.url()));
        REQUIRE(waitUntil([&] { return !client.messages.isEmpty(); }));
        const auto leaf = client.socket.sslConfiguration().peerCertificate();
        CHECK(client.messages.first() == leaf.digest(QCryptographicHash::Sha256));
        return client.messages.first();
    };
    Client first;
    const auto firstHash = hashSeenBy(first);

    REQUIRE(makeCertificate(dir, QStringLiteral("second")));
    QThread::msleep(1100);
    Client second;
    CHECK(hashSeenBy(second) != firstHash);

    // A renewal gone wrong leaves the last good pair in use.
    QFile broken(certificate);
    REQUIRE(broken.open(QIODevice::WriteOnly | QIODevice::Truncate));
    broken.write("-----BEGIN CERTIFICATE-----\n");
    broken.close();
    QThread::msleep(1100);
    Client third;
    CHECK(hashSeenBy(third) == second.messages.first());
    echoAllSizes(third);

    first.socket.sendBinaryMessage("old connections stay");
    CHECK(waitUntil([&] { return first.messages.size() == 2; }));
    server.thread.stop();
    CHECK(first.waitClosed());
}

TEST_CASE("behind a proxy its certificate counts, also after a renewal (skipped without openssl)")
{
    QTemporaryDir dir;
    if (!makeCertificate(dir, QStringLiteral("first")))
        IMPULSE_SKIP("no openssl");
    const auto path = dir.filePath(QStringLiteral("certificate.pem"));
    auto files = CertificateFiles::ofProxy(path);
    REQUIRE(files);
    IoSettings settings;
    settings.behindProxy = true;
    EchoServer server(*std::move(files), settings);
    CHECK_FALSE(server.listener.encrypts());
    // Of the file; the connection itself is plain.
    const auto hashOfFile = [&] {
        return QSslCertificate::fromPath(path).value(0).digest(QCryptographicHash::Sha256);
    };
    const auto hashTold = [&] {
        Client client;
        REQUIRE(client.open(server.url()));
        REQUIRE(waitUntil([&] { return !client.messages.isEmpty(); }));
        return client.messages.first();
    };
    const auto first = hashOfFile();
    CHECK(hashTold() == first);
    REQUIRE(makeCertificate(dir, QStringLiteral("second")));
    CHECK(hashOfFile() != first);
    CHECK(waitUntil([&] { return hashTold() == hashOfFile(); }));
}

TEST_CASE("a plain client on a TLS port is cut off (skipped without openssl)")
{
    QTemporaryDir dir;
    if (!makeCertificate(dir, QStringLiteral("first")))
        IMPULSE_SKIP("no openssl");
    auto files = CertificateFiles::withKey(dir.filePath(QStringLiteral("certificate.pem")),
                                           dir.filePath(QStringLiteral("key.pem")));
    REQUIRE(files);
    EchoServer server(*std::move(files));
    RawClient client(server);
    client.socket.write(handshake(server));
    CHECK(client.waitClosed());
    CHECK(server.counts.opened == 0);
    CHECK(waitUntil([&] { return server.counter.total() == 0; }));
}

TEST_CASE("unusable certificate files are told in words (skipped without openssl)")
{
    QTemporaryDir dir;
    if (!makeCertificate(dir, QStringLiteral("first")))
        IMPULSE_SKIP("no openssl");
    const auto certificate = dir.filePath(QStringLiteral("certificate.pem"));
    const auto missing =
        CertificateFiles::withKey(dir.filePath(QStringLiteral("none.pem")), certificate);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().contains(QLatin1String("none.pem")));
    CHECK_FALSE(CertificateFiles::withKey(certificate, certificate));
    CHECK_FALSE(CertificateFiles::ofProxy(dir.filePath(QStringLiteral("key.pem"))));
    auto proxy = CertificateFiles::ofProxy(certificate);
    REQUIRE(proxy);
    CHECK_FALSE(proxy->encrypts());
    CHECK_FALSE(proxy->current()->certificateHash.isZero());
}
