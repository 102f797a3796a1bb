#include "tests/support/Catch.h"
#include "tests/support/Processes.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/WireClient.h"

#include "server/app/ConfigReader.h"
#include "server/app/ConfigTable.h"
#include "server/app/Log.h"
#include "server/core/ServerSettings.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <csignal>

using namespace impulse;
using namespace impulse::server;
using namespace impulse::tests;
using impulse::test::serverCommands;
using impulse::test::ServerProcess;
using protocol::ErrorCode;

namespace {

QString word(const char* text)
{
    return QString::fromUtf8(text);
}

QStringList words(const char* text)
{
    return word(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

void writeFile(const QString& path, const QByteArray& content)
{
    QFile file(path);
    REQUIRE(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    REQUIRE(file.write(content) == content.size());
}

struct Given {
    QTemporaryDir dir;
    QString path = dir.filePath(word("server.conf"));
    QProcessEnvironment environment;

    Result<ServerConfig, QStringList> read(const QByteArray& file, const char* options = "")
    {
        writeFile(path, file);
        return readConfig(QStringList{word("--config"), path} + words(options), environment);
    }
    /// All mistakes in one text.
    QString mistakes(const QByteArray& file, const char* options = "--data /d")
    {
        const auto config = read(file, options);
        return config ? QString() : config.error().join(QLatin1Char('\n'));
    }
};

/// Registers people until the server refuses; how many it took.
int registerUntilRefused(const QUrl& url, const std::string& prefix, int most)
{
    WireClient client;
    for (int i = 0; i < most; ++i) {
        if (!client.open(url) || !client.hello() ||
            !client.registerAs(TestPerson(prefix + std::to_string(i))))
            return i;
        client.socket.abort();
    }
    return most;
}

/// Reloads to another level, and sees by a line of another level that it was.
void checkLogLevel(Given& given, ServerProcess& server, const QByteArray& common)
{
    const QByteArray readAgain("the configuration was read again");
    const auto reload = [&](const QByteArray& file) {
        writeFile(given.path, file);
        const auto before = server.errors().size();
        server.signal(SIGHUP);
        return before;
    };
    const auto saidAfter = [&](qsizetype before, const QByteArray& text) {
        return waitUntil([&] { return server.errors().mid(before).contains(text); });
    };
    // At `warning` the reload itself, which is information, is not told; what takes a restart is.
    const auto quiet = common + "log-level = warning\nmailbox-entries = 501\n";
    auto before = reload(quiet);
    REQUIRE(saidAfter(before, "mailbox-entries was changed"));
    // Of two signals the second is handled after the first has said all that it says.
    const auto second = reload(quiet);
    REQUIRE(saidAfter(second, "mailbox-entries was changed"));
    CHECK_FALSE(server.errors().mid(before).contains(readAgain));
    // At `error` not even that is: only a refused registration shows that the file was read.
    before = reload("registration = closed\nlog-level = error\nmailbox-entries = 502\n");
    int tries = 0;
    REQUIRE(waitUntil([&] {
        WireClient late;
        return late.open(QUrl(server.url())) && late.hello() &&
               !late.registerAs(TestPerson("late" + std::to_string(tries++)));
    }));
    CHECK(server.errors().size() == before);
    before = reload(common + "log-level = info\nmailbox-entries = 503\n");
    REQUIRE(saidAfter(before, readAgain));
    CHECK(server.errors().mid(before).contains("mailbox-entries was changed"));
}

/// Newcomers are counted by the limits of the newest file, and who is there stays.
void checkConnectionLimits(Given& given, ServerProcess& server, const QByteArray& common)
{
    const auto reload = [&](const QByteArray& limits) {
        writeFile(given.path, common + limits);
        const auto before = server.errors().size();
        server.signal(SIGHUP);
        REQUIRE(waitUntil([&] {
            return server.errors().mid(before).contains("the configuration was read again");
        }));
    };
    const auto isLetIn = [&] {
        WireClient newcomer;
        return newcomer.open(QUrl(server.url())) && newcomer.hello();
    };
    for (const auto* limit : {"max-connections-per-address", "max-connections"}) {
        CAPTURE(limit);
        reload(limit + QByteArray(" = 1\n"));
        CHECK_FALSE(isLetIn());
        reload(limit + QByteArray(" = 100\n"));
        CHECK(isLetIn());
    }
}

} // namespace

TEST_CASE("an option goes before the environment, that before the file, that before the default")
{
    Given given;
    const QByteArray file("data = /from-file\nport = 1001\n");
    CHECK(given.read("data = /from-file\n")->port == 7443);
    CHECK(given.read(file)->port == 1001);
    CHECK(given.read(file)->dataFolder == word("/from-file"));
    given.environment.insert(word("IMPULSE_SERVER_PORT"), word("1002"));
    CHECK(given.read(file)->port == 1002);
    CHECK(given.read(file, "--port 1003")->port == 1003);
    CHECK(given.read(file, "--port=1004")->port == 1004);
    // The file itself may be named by the environment.
    given.environment.insert(word("IMPULSE_SERVER_CONFIG"), given.path);
    CHECK(readConfig({}, given.environment)->dataFolder == word("/from-file"));
}

TEST_CASE("mistakes are told all at once, with their place and the nearest name")
{
    Given given;
    const auto wrong = given.mistakes("# comment\n\nprot = 5\nmax-connections = 0\nfoo\n"
                                      "port = 1\nport = 2\nlog-level = loud\n");
    CHECK(wrong.contains(given.path + word(":3: unknown key prot; did you mean port?")));
    CHECK(
        wrong.contains(given.path + word(":4: max-connections takes a number from 1 to 1000000")));
    CHECK(wrong.contains(given.path + word(":5: not a line")));
    CHECK(wrong.contains(given.path + word(":7: port stands there twice")));
    CHECK(wrong.contains(word("log-level takes debug, info, warning or error")));
    CHECK(wrong.count(QLatin1Char('\n')) == 4);
    CHECK(given.mistakes("", "--data /d --max-conections 5")
              .contains(word("--max-conections; did you mean --max-connections?")));
    given.environment.insert(word("IMPULSE_SERVER_PROT"), word("5"));
    CHECK(given.mistakes("").contains(
        word("IMPULSE_SERVER_PROT; did you mean IMPULSE_SERVER_PORT?")));
    given.environment.clear();
    CHECK(given.mistakes("quite-another-word = 1").endsWith(word("quite-another-word")));
    CHECK(given.mistakes("storage = mysql://host/db").contains(word("sqlite:")));
    CHECK(given.mistakes("health-address = 0.0.0.0").contains(word("127.0.0.1")));
    CHECK(given.mistakes("certificate = c.pem").contains(word("belong together")));
    CHECK(given.mistakes("push-limit-bytes = 8M\nqueue-limit-bytes = 4M")
              .contains(word("push-limit-bytes")));
    CHECK(given.mistakes("data = /d").isEmpty());
}

TEST_CASE("values have units, switches need none")
{
    Given given;
    const auto config = given.read("data = /d\nlimit-requests = 7 / 3s\n"
                                   "limit-stored-bytes = 1G/2d\npush-limit-bytes = 384K\n"
                                   "handshake-timeout = 1500ms\nrestore-wait = 90s\n",
                                   "--group-commit off --dispatcher qt --io-threads 3");
    REQUIRE(config);
    CHECK(config->limits[Limit::Requests] == LimitRule{7, 3000});
    CHECK(config->limits[Limit::StoredBytes] == LimitRule{std::uint64_t{1} << 30, 172'800'000});
    CHECK(config->limits[Limit::Bundles] == Limits()[Limit::Bundles]);
    CHECK(config->pushLimitBytes == 393'216);
    CHECK(config->handshakeTimeoutMs == 1500);
    CHECK(config->restoreWaitMs == 90'000);
    CHECK(given.mistakes("restore-wait = 60").contains(word("restore-wait")));
    CHECK(given.mistakes("restore-wait = 2h").contains(word("restore-wait")));
    CHECK_FALSE(config->groupCommit);
    CHECK(config->dispatcher == DispatcherKind::Qt);
    CHECK(config->ioThreads == 3);
    CHECK(given.read("data = /d\nproxy-certificate = p\n", "--behind-proxy")->behindProxy);
    for (const auto* rule : {"5", "/1s", "5/", "0/1s", "5/0s", "5/1y", "-1/1s", "5/400d",
                             "99999999999999999999/1s", "5/99999999999999999d"}) {
        CAPTURE(rule);
        CHECK_FALSE(given.mistakes(QByteArray("limit-requests = ") + rule).isEmpty());
    }
}

TEST_CASE("the control socket is in the data folder unless told otherwise; health is off")
{
    Given given;
    const auto usual = given.read("data = /d\n");
    REQUIRE(usual);
    CHECK(usual->controlSocket == word("/d/control.sock"));
    CHECK(usual->healthAddress.isNull());
    CHECK(usual->healthPort == 7480);
    CHECK(given.read("data = /d\ncontrol-socket = /run/i.sock\n")->controlSocket ==
          word("/run/i.sock"));
    CHECK(given.read("data = /d\n", "--control-socket off")->controlSocket.isEmpty());
    const auto healthy = given.read("data = /d\nhealth-address = ::1\nhealth-port = 0\n");
    REQUIRE(healthy);
    CHECK(healthy->healthAddress == QHostAddress(QHostAddress::LocalHostIPv6));
    CHECK(healthy->healthPort == 0);
    CHECK(given.mistakes("health-port = 65536").contains(word("65535")));
    CHECK(given.mistakes("health-address = example.org").contains(word("127.0.0.1")));
    CHECK(findConfigKey(word("registration"))->reloadable);
    CHECK_FALSE(findConfigKey(word("control-socket"))->reloadable);
}

TEST_CASE("the defaults of the table are the specification's numbers, and the manual is a file")
{
    Given given;
    const auto config = given.read("data = /d");
    REQUIRE(config);
    CHECK(config->limits.rules == Limits().rules);
    const ServerSettings usual;
    CHECK(config->mailboxEntries == usual.mailbox.entries);
    CHECK(config->mailboxBytes == usual.mailbox.bytes);
    CHECK(config->pushLimitBytes == usual.pushLimitBytes);
    CHECK(config->queueLimitBytes == usual.queueLimitBytes);
    CHECK(config->restoreWaitMs == usual.handInTogetherMs);
    CHECK(config->restoreWaitMs * 10 == usual.handInAloneMs);
    // Uncommented, the manual gives the same configuration, and has every key.
    auto manual = configManual();
    for (const auto& name : configKeyNames()) {
        CAPTURE(name.toStdString());
        const auto line = QStringLiteral("\n#%1 =").arg(name);
        CHECK(manual.count(line) == 1);
        manual.replace(line, QStringLiteral("\n%1 =").arg(name));
    }
    const auto same = given.read(manual.toUtf8(), "--data /d");
    REQUIRE(same);
    CHECK(same->values == config->values);
    for (const auto& line : configManual().split(QLatin1Char('\n')))
        CHECK(line.size() <= 100);
}

TEST_CASE("log lines are one line each, in three forms")
{
    const auto time = word("2026-01-02T03:04:05.678Z");
    const auto message = word("two\nlines\x1b \"quoted\"");
    CHECK(logLine(LogFormat::Text, QtInfoMsg, "impulse.net", message, time) ==
          "2026-01-02T03:04:05.678Z info impulse.net: two lines  \"quoted\"");
    CHECK(logLine(LogFormat::Journal, QtWarningMsg, "impulse.net", message, time) ==
          "<4>impulse.net: two lines  \"quoted\"");
    const auto json = logLine(LogFormat::Json, QtCriticalMsg, "impulse.net", message, time);
    CHECK_FALSE(json.contains('\n'));
    const auto object = QJsonDocument::fromJson(json).object();
    CHECK(object[word("level")] == word("error"));
    CHECK(object[word("message")] == message);
    CHECK(object[word("time")] == time);
}

TEST_CASE("--check-config and --print-config of the program")
{
    Given given;
    writeFile(given.path, "data = /d\nprot = 5\n");
    const auto run = [](const QStringList& arguments) {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(serverCommands(), arguments);
        REQUIRE(process.waitForFinished());
        return std::pair(process.exitCode(), process.readAll());
    };
    const auto bad = run({word("--check-config"), given.path});
    CHECK(bad.first == 2);
    CHECK(bad.second.contains("server.conf:2: unknown key prot"));
    writeFile(given.path, "data = /d\nport = 5\n");
    CHECK(run({word("--check-config"), given.path}).first == 0);
    CHECK(run({word("--check-config"), word("--config"), given.path}).first == 0);
    CHECK(run({word("--check-config"), word("/nonexistent.conf")}).first == 2);
    const auto manual = run({word("--print-config")});
    CHECK(manual.first == 0);
    CHECK(manual.second.trimmed() == configManual().trimmed().toUtf8());
}

TEST_CASE("SIGHUP brings new limits and log level into force and drops no session")
{
    Given given;
    const QByteArray common("registration = open\n");
    writeFile(given.path, common + "limit-registrations = 2/1h\n");
    ServerProcess server(given.dir.filePath(word("data")));
    REQUIRE(server.start({word("--config"), given.path}));
    const QUrl url(server.url());
    const auto reload = [&](const QByteArray& file, const char* said) {
        writeFile(given.path, file);
        const auto before = server.errors().size();
        server.signal(SIGHUP);
        return waitUntil([&] { return server.errors().mid(before).contains(said); });
    };
    TestPerson anna("anna");
    WireClient annas;
    REQUIRE((annas.open(url) && annas.hello() && annas.registerAs(anna)));
    CHECK(registerUntilRefused(url, "early", 5) == 1);

    // A broken file changes nothing and says where it is broken.
    REQUIRE(
        reload(common + "limit-registrations = 900/1h\nlimit-logins = many\n", "not reloaded: "));
    CHECK(server.errors().contains("server.conf:3: limit-logins takes COUNT/TIME"));
    CHECK(registerUntilRefused(url, "broken", 5) == 0);

    REQUIRE(reload(common + "limit-registrations = 5/1h\nport = 9\n", "was read again"));
    CHECK(registerUntilRefused(url, "later", 5) == 3);
    // Given as an option, so that the file does not matter.
    CHECK_FALSE(server.errors().contains("port was changed"));
    REQUIRE(reload(common + "limit-registrations = 900/1h\nmailbox-entries = 500\n",
                   "mailbox-entries was changed; that takes a restart"));

    REQUIRE(reload(common + "limit-registrations = 900/1h\nlog-format = json\n", "{\"category\""));
    checkLogLevel(given, server, common);
    checkConnectionLimits(given, server, common + "limit-registrations = 900/1h\n");

    // The first session has lived through all of that.
    CHECK_FALSE(annas.closed);
    CHECK(annas.call(protocol::GetContacts{}));
    CHECK(server.stop());
}

TEST_CASE("SIGHUP takes another certificate and keeps the old one if it is bad (needs openssl)")
{
    Given given;
    const auto make = [&](const char* name) {
        QProcess openssl;
        openssl.start(word("openssl"),
                      words("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test") +
                          QStringList{word("-keyout"),
                                      given.dir.filePath(word(name) + word(".key")), word("-out"),
                                      given.dir.filePath(word(name) + word(".pem"))});
        return openssl.waitForFinished() && openssl.exitCode() == 0;
    };
    if (!make("one") || !make("two"))
        IMPULSE_SKIP("no openssl");
    const auto write = [&](const char* certificate, const char* key) {
        writeFile(given.path, "registration = open\ncertificate = " +
                                  given.dir.filePath(word(certificate)).toUtf8() +
                                  "\nkey = " + given.dir.filePath(word(key)).toUtf8() + "\n");
    };
    const auto seen = [](const QUrl& url) {
        WireClient client;
        QByteArray digest;
        QObject::connect(&client.socket, &QWebSocket::sslErrors, &client.socket,
                         [&](const QList<QSslError>& errors) {
                             digest = errors.front().certificate().digest();
                         });
        REQUIRE(client.open(url));
        return digest;
    };
    write("one.pem", "one.key");
    ServerProcess server(given.dir.filePath(word("data")));
    REQUIRE(server.start({word("--config"), given.path}));
    const QUrl url(server.url());
    const TestPerson anna("anna");
    WireClient first;
    REQUIRE((first.open(url) && first.hello() && first.registerAs(anna)));
    const auto one = seen(url);
    REQUIRE_FALSE(one.isEmpty());

    write("two.pem", "nowhere.key");
    server.signal(SIGHUP);
    REQUIRE(
        waitUntil([&] { return server.errors().contains("not reloaded: cannot read the key"); }));
    CHECK(seen(url) == one);

    write("two.pem", "two.key");
    server.signal(SIGHUP);
    REQUIRE(waitUntil([&] { return server.errors().contains("was read again"); }));
    const auto two = seen(url);
    CHECK_FALSE(two.isEmpty());
    CHECK(two != one);
    // A session from before goes on.
    CHECK_FALSE(first.closed);
    CHECK(first.call(protocol::GetContacts{}));

    writeFile(given.path, "registration = open\n");
    server.signal(SIGHUP);
    REQUIRE(waitUntil([&] { return server.errors().contains("TLS on or off takes a restart"); }));
    CHECK(seen(url) == two);
    CHECK(first.call(protocol::GetContacts{}));
}
