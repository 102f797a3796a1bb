#include "tests/support/ServerProcess.h"
#include "tests/support/Catch.h"
#include "tests/support/WireClient.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>
#include <QSslCertificate>
#include <QTcpServer>
#include <QTemporaryDir>

#include <csignal>

#include <sys/mount.h>

using namespace impulse;
using namespace impulse::tests;
using impulse::test::ServerProcess;
using protocol::ErrorCode;

namespace {

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QStringList words(const char* text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

struct Folder {
    QTemporaryDir dir;
    QString data = dir.filePath(QStringLiteral("data"));
    ServerProcess server{data};

    QString file(const char* name) const { return data + QLatin1Char('/') + QLatin1String(name); }
    /// A folder that has been in use.
    void prepare()
    {
        REQUIRE(server.start());
        server.signal(SIGTERM);
        REQUIRE(server.waitExit() == 0);
    }
};

struct Mounted {
    Mounted(const QTemporaryDir& folder, const char* options) : dir(folder)
    {
        good = ::mount("tmpfs", path().constData(), "tmpfs", 0, options) == 0;
    }
    ~Mounted()
    {
        if (good)
            ::umount2(path().constData(), MNT_DETACH);
    }
    QByteArray path() const { return QFile::encodeName(dir.path()); }
    const QTemporaryDir& dir;
    bool good = false;
};

} // namespace

TEST_CASE("the server says exactly that it is ready, and stops cleanly on SIGTERM and SIGINT",
          "[server]")
{
    Folder folder;
    for (const int signal : {SIGTERM, SIGINT}) {
        REQUIRE(folder.server.start());
        WireClient client;
        REQUIRE(client.open(QUrl(folder.server.url())));
        REQUIRE(client.hello());
        QElapsedTimer timer;
        timer.start();
        folder.server.signal(signal);
        CHECK(folder.server.waitExit() == 0);
        CHECK(timer.elapsed() < 5000);
        REQUIRE(client.waitClosed());
        REQUIRE(client.pushes.size() == 1);
        CHECK(std::holds_alternative<protocol::ClosingPush>(client.pushes.front()));
        const QRegularExpression ready(
            QStringLiteral("\\Aimpulse-server ready on ws://127\\.0\\.0\\.1:([1-9][0-9]*)\\n"
                           "link for clients: impulse://127\\.0\\.0\\.1:\\1#[\\w-]{43}\\n\\z"));
        CHECK(ready.match(QString::fromLatin1(folder.server.output())).hasMatch());
        CHECK_FALSE(folder.server.errors().contains("impulse://"));
    }
}

TEST_CASE("the server keeps its identity over restarts and in files for the owner only", "[server]")
{
    Folder folder;
    REQUIRE(folder.server.start());
    WireClient first;
    REQUIRE(first.open(QUrl(folder.server.url())));
    REQUIRE(first.hello());
    folder.server.signal(SIGKILL);
    folder.server.waitExit();
    REQUIRE(folder.server.start());
    WireClient second;
    REQUIRE(second.open(QUrl(folder.server.url())));
    REQUIRE(second.hello());
    CHECK(second.helloResult.serverId == first.helloResult.serverId);
    CHECK(second.helloResult.incarnation == first.helloResult.incarnation);
    CHECK_FALSE(second.helloResult.incarnation.isZero());
    for (const auto* name : {"server.key", "pepper.key", "secret.key", "impulse.db"}) {
        CHECK((QFile::permissions(folder.file(name)) &
               (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther)) == 0);
    }
}

TEST_CASE("wrong arguments are told and exit with 2", "[server]")
{
    Folder folder;
    for (const auto* arguments :
         {"--port 70000", "--port x", "--registration maybe", "--address nowhere", "--unknown",
          "--certificate c.pem", "--host a/b", "--host a:x", "--host=", "--behind-proxy",
          "--proxy-certificate c.pem", "surplus", "--make-invite --uses 0",
          "--make-invite --valid-days -1"}) {
        CAPTURE(arguments);
        ServerProcess server(folder.data);
        CHECK(server.run(words(arguments)) == 2);
        CHECK(server.output().isEmpty());
        CHECK_FALSE(server.errors().isEmpty());
    }
    CHECK_FALSE(QFile::exists(folder.data));
}

TEST_CASE("plain ws beyond loopback is refused", "[server]")
{
    Folder folder;
    CHECK(folder.server.run(words("--address 0.0.0.0")) == 5);
    CHECK(folder.server.output().isEmpty());
    CHECK(folder.server.errors().contains("--certificate"));
}

TEST_CASE("a port in use exits with 5", "[server]")
{
    Folder folder;
    QTcpServer other;
    REQUIRE(other.listen(QHostAddress::LocalHost, 0));
    CHECK(folder.server.run({QStringLiteral("--port"), QString::number(other.serverPort())}) == 5);
    CHECK(folder.server.output().isEmpty());
}

TEST_CASE("two servers cannot share a folder", "[server]")
{
    Folder folder;
    REQUIRE(folder.server.start());
    ServerProcess second(folder.data);
    CHECK(second.run({}) == 3);
    CHECK(second.output().isEmpty());
    CHECK(second.errors().contains("another server"));
    WireClient client;
    REQUIRE(client.open(QUrl(folder.server.url())));
    CHECK(client.hello());
}

TEST_CASE("keys that others can read, or that are gone, are refused", "[server]")
{
    Folder folder;
    folder.prepare();
    const auto key = folder.file("server.key");
    SECTION("readable by the group")
    {
        REQUIRE(
            QFile::setPermissions(key, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup));
    }
    SECTION("missing")
    {
        REQUIRE(QFile::remove(key));
    }
    SECTION("cut")
    {
        REQUIRE(QFile::resize(key, 31));
    }
    SECTION("pepper missing")
    {
        REQUIRE(QFile::remove(folder.file("pepper.key")));
    }
    const auto before = contentOf(key);
    CHECK(folder.server.run({}) == 3);
    CHECK(folder.server.output().isEmpty());
    CHECK(folder.server.errors().contains(".key"));
    CHECK(contentOf(key) == before);
}

TEST_CASE("a damaged or newer database exits with 4 and is left alone", "[server]")
{
    Folder folder;
    folder.prepare();
    auto content = contentOf(folder.file("impulse.db"));
    REQUIRE(content.size() > 8192);
    const char* said = "damaged";
    SECTION("damaged")
    {
        content.replace(4096, 4096, QByteArray(4096, '\x5a'));
    }
    SECTION("newer")
    {
        // user_version: 4 bytes at offset 60 (https://sqlite.org/fileformat2.html).
        content.replace(60, 4, QByteArray::fromHex("00002710"));
        said = "schema version 10000";
    }
    {
        QFile file(folder.file("impulse.db"));
        REQUIRE(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        REQUIRE(file.write(content) == content.size());
    }
    CHECK(folder.server.run({}) == 4);
    CHECK(folder.server.output().isEmpty());
    CHECK(folder.server.errors().contains(said));
    CHECK(contentOf(folder.file("impulse.db")) == content);
}

TEST_CASE("a read-only data folder is refused in words (skipped without mount rights)", "[server]")
{
    Folder folder;
    Mounted mounted(folder.dir, "size=8m");
    if (!mounted.good)
        IMPULSE_SKIP("no right to mount");
    folder.prepare();
    REQUIRE(::mount("tmpfs", mounted.path().constData(), "tmpfs", MS_REMOUNT | MS_RDONLY,
                    "size=8m") == 0);
    CHECK(folder.server.run({}) == 3);
    CHECK(folder.server.output().isEmpty());
    CHECK(folder.server.errors().contains("data folder"));
}

TEST_CASE("a full disk refuses with StorageFull and serves on (skipped without mount rights)",
          "[server]")
{
    Folder folder;
    Mounted mounted(folder.dir, "size=2m");
    if (!mounted.good)
        IMPULSE_SKIP("no right to mount");
    REQUIRE(folder.server.start());
    TestPerson anna("anna");
    TestPerson bert("bert");
    WireClient annas;
    WireClient berts;
    REQUIRE((annas.open(QUrl(folder.server.url())) && annas.hello() && annas.registerAs(anna)));
    REQUIRE((berts.open(QUrl(folder.server.url())) && berts.hello() && berts.registerAs(bert)));
    std::uint64_t accepted = 0;
    std::optional<ErrorCode> code;
    while (!code && accepted < 1000) {
        auto event = anna.event(bert, accepted + 1, TestPerson::randomMessageId());
        event.body = Bytes(65536 + 72, 5);
        const auto id = annas.send(event);
        REQUIRE(waitUntil([&] { return annas.frames.contains(id) || annas.errors.contains(id); }));
        if (annas.frames.contains(id))
            ++accepted;
        else if (annas.errors[id].code == ErrorCode::RateLimited)
            waitUntil([] { return false; }, 200);
        else
            code = annas.errors[id].code;
    }
    CHECK(code == ErrorCode::StorageFull);
    CHECK(accepted > 0);
    // What was accepted can be read, and is there after a kill.
    const auto countEvents = [&](WireClient& client) {
        std::uint64_t seen = 0;
        for (;;) {
            const auto page =
                client.call(protocol::FetchEvents{anna.conversationWith(bert), seen, 5});
            if (!page || page->events.empty())
                return seen;
            seen = page->events.back().seq;
        }
    };
    CHECK(countEvents(berts) == accepted);
    folder.server.signal(SIGKILL);
    folder.server.waitExit();
    REQUIRE(::mount("tmpfs", mounted.path().constData(), "tmpfs", MS_REMOUNT, "size=16m") == 0);
    REQUIRE(folder.server.start());
    WireClient again;
    REQUIRE((again.open(QUrl(folder.server.url())) && again.hello() && again.login(anna)));
    CHECK(countEvents(again) == accepted);
    CHECK(again.call(anna.event(bert, accepted + 1, TestPerson::randomMessageId())));
}

TEST_CASE("an invite made while the server runs or is stopped lets one person in", "[server]")
{
    Folder folder;
    const auto policy = words("--registration invite");
    REQUIRE(folder.server.start(policy));
    const auto makeInvite = [&] {
        ServerProcess maker(folder.data);
        REQUIRE(maker.run({QStringLiteral("--make-invite")}) == 0);
        const QRegularExpression form(QStringLiteral(
            "\\Aimpulse://127\\.0\\.0\\.1:([0-9]+)/i/([A-Za-z0-9_-]+)#[A-Za-z0-9_-]{43}\\n\\z"));
        const auto match = form.match(QString::fromLatin1(maker.output()));
        REQUIRE(match.hasMatch());
        CHECK(match.captured(1).toInt() == QUrl(folder.server.url()).port());
        return match.captured(2).toStdString();
    };
    const auto running = makeInvite();
    WireClient client;
    REQUIRE((client.open(QUrl(folder.server.url())) && client.hello()));
    TestPerson anna("anna");
    auto request = anna.registration();
    CHECK(client.refusal(request) == ErrorCode::InviteInvalid);
    request.invite = "wrong";
    CHECK(client.refusal(request) == ErrorCode::InviteInvalid);
    request.invite = running;
    CHECK(client.call(request));

    folder.server.signal(SIGTERM);
    REQUIRE(folder.server.waitExit() == 0);
    const auto stopped = makeInvite();
    REQUIRE(folder.server.start(policy));
    WireClient other;
    REQUIRE((other.open(QUrl(folder.server.url())) && other.hello()));
    auto second = TestPerson("bert").registration();
    second.invite = running;
    CHECK(other.refusal(second) == ErrorCode::InviteInvalid);
    second.invite = stopped;
    CHECK(other.call(second));
}

TEST_CASE(
    "TLS by certificate files: wss, and a login bound to the certificate (skipped without openssl)")
{
    Folder folder;
    const auto certificate = folder.dir.filePath(QStringLiteral("certificate.pem"));
    const auto key = folder.dir.filePath(QStringLiteral("key.pem"));
    QProcess openssl;
    openssl.start(
        QStringLiteral("openssl"),
        words("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test") +
            QStringList{QStringLiteral("-keyout"), key, QStringLiteral("-out"), certificate});
    if (!openssl.waitForFinished() || openssl.exitCode() != 0)
        IMPULSE_SKIP("no openssl");
    const auto pem = contentOf(certificate);
    const auto digest = QSslCertificate(pem).digest(QCryptographicHash::Sha256);
    const auto hash =
        *Hash32::from({reinterpret_cast<const std::uint8_t*>(digest.constData()), 32});
    QStringList arguments = words("--registration open");
    SECTION("own TLS")
    {
        arguments << QStringLiteral("--certificate") << certificate << QStringLiteral("--key")
                  << key;
    }
    SECTION("behind a proxy")
    {
        arguments << QStringLiteral("--behind-proxy") << QStringLiteral("--proxy-certificate")
                  << certificate;
    }
    REQUIRE(folder.server.start(arguments));
    CHECK(QUrl(folder.server.url()).scheme() == (arguments.contains(QStringLiteral("--key"))
                                                     ? QStringLiteral("wss")
                                                     : QStringLiteral("ws")));
    TestPerson anna("anna");
    WireClient client;
    REQUIRE((client.open(QUrl(folder.server.url())) && client.hello() && client.registerAs(anna)));
    WireClient wrong;
    REQUIRE((wrong.open(QUrl(folder.server.url())) && wrong.hello()));
    CHECK_FALSE(wrong.login(anna));
    WireClient again;
    REQUIRE((again.open(QUrl(folder.server.url())) && again.hello()));
    const auto& hello = again.helloResult;
    CHECK(crypto::verify(*SignPublicKey::from(hello.serverId), crypto::label::serverHello,
                         hello.signature, hello.serverId, hash, Bytes(32, 9), hello.serverNonce));
    CHECK(again.login(anna, hash));
}

TEST_CASE("an unreadable certificate exits with 6", "[server]")
{
    Folder folder;
    CHECK(folder.server.run(words("--certificate /nonexistent.pem --key /nonexistent.pem")) == 6);
    CHECK(folder.server.output().isEmpty());
}
