// What the log holds: ids and counts. And where it goes.
#include "tests/support/HealthClient.h"
#include "tests/support/MarkerSearch.h"
#include "tests/support/Processes.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace impulse;
using namespace impulse::tests;
using impulse::test::MarkerSearch;
using impulse::test::serverCommands;
using impulse::test::ServerProcess;
using impulse::test::serverProgram;
using protocol::ErrorCode;

namespace {

/// Forms in which bytes could stand in a log.
QList<QByteArray> formsOf(View bytes)
{
    const QByteArray raw(reinterpret_cast<const char*>(bytes.data()),
                         static_cast<qsizetype>(bytes.size()));
    const auto url = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;
    return {raw.toHex(), raw.toHex().toUpper(), raw.toBase64(QByteArray::OmitTrailingEquals),
            raw.toBase64(url)};
}

/// What must not be in the log, with its name for the report.
class Forbidden {
public:
    void text(const QString& text) { m_all << std::pair(text, MarkerSearch::forms(text)); }
    void plain(const char* text) { m_all << std::pair(word(text), QList<QByteArray>{text}); }
    void bytes(const char* name, View bytes) { m_all << std::pair(word(name), formsOf(bytes)); }

    QStringList foundIn(const QByteArray& log) const
    {
        QStringList found;
        for (const auto& [name, forms] : m_all) {
            if (std::ranges::any_of(forms, [&](const auto& form) { return log.contains(form); }))
                found << name;
        }
        return found;
    }

private:
    QList<std::pair<QString, QList<QByteArray>>> m_all;
};

QString codeOf(const QByteArray& link)
{
    return QString::fromUtf8(link).section(word("/i/"), 1).section(QLatin1Char('#'), 0, 0);
}

/// One server that is used, and everything that happens there which must not be in its log.
struct Watched {
    QTemporaryDir dir;
    QString data = dir.filePath(word("data"));
    QString config = dir.filePath(word("server.conf"));
    ServerProcess server{data};
    Forbidden forbidden;
    const TestPerson anna{"zebulon.quartermain"};
    const TestPerson bert{"philippa.longbottom"};
    const QString text = word("the owls are not what they seem");

    void start(const QByteArray& format)
    {
        QFile file(config);
        REQUIRE(file.open(QIODevice::WriteOnly));
        file.write("registration = invite\nlog-level = debug\nlog-format = " + format +
                   "\nhealth-address = 127.0.0.1\nhealth-port = 0\nlimit-requests = 5000/10s\n"
                   "max-connections-per-address = 4\n");
        file.close();
        REQUIRE(server.start({word("--config"), config, word("--invite")}));
        // It is all there for whoever starts it.
        REQUIRE(server.output().contains("\nlink for clients: impulse://127.0.0.1:"));
        REQUIRE(server.output().contains("\ninvite: impulse://127.0.0.1:"));
    }

    QByteArray ctl(const QStringList& command) const
    {
        QProcess process;
        process.start(serverCommands(), words("ctl --json --data") + QStringList{data} + command);
        waitUntil([&] { return process.state() == QProcess::NotRunning; }, 30'000);
        CHECK(process.exitCode() == 0);
        return process.readAllStandardOutput();
    }

    void registerBy(WireClient& client, const TestPerson& person, const QString& code)
    {
        REQUIRE_FALSE(code.isEmpty());
        forbidden.text(code);
        REQUIRE((client.open(QUrl(server.url())) && client.hello()));
        auto request = person.registration();
        request.invite = code.toStdString();
        REQUIRE(client.call(request));
    }

    void forbidPeople()
    {
        for (const auto* person : {&anna, &bert}) {
            forbidden.text(QString::fromStdString(person->username));
            forbidden.bytes("UIK", person->uik.publicKey.view());
            forbidden.bytes("ASK", person->ask.publicKey.view());
            forbidden.bytes("device key", person->sign.publicKey.view());
            forbidden.bytes("box key", person->box.publicKey.view());
            forbidden.bytes("password's proof", person->auth.view());
            forbidden.bytes("recovery code's proof", person->recoveryAuth.view());
        }
        forbidden.text(text);
        // Clients of this test are at 127.0.0.1; so is the server.
        forbidden.plain("127.");
        forbidden.plain("::1");
        forbidden.plain("impulse://");
        forbidden.plain("ws://");
    }

    void chat(WireClient& annas, WireClient& berts)
    {
        auto event = anna.event(bert, 1, TestPerson::randomMessageId());
        const auto bytes = text.toUtf8();
        std::copy(bytes.begin(), bytes.end(), event.body.begin());
        REQUIRE(berts.call(protocol::Sync{}));
        REQUIRE(annas.call(event));
        REQUIRE(waitUntil([&] { return !berts.pushes.empty(); }));
        const auto made = annas.call(protocol::CreateInvite{});
        REQUIRE(made);
        forbidden.text(QString::fromStdString(made->code));
    }

    void misbehave()
    {
        const QUrl url(server.url());
        WireClient wrong;
        REQUIRE((wrong.open(url) && wrong.hello()));
        CHECK(wrong.refusal(protocol::PasswordLogin{
                  anna.username, protocol::WireSecret(bert.auth)}) == ErrorCode::Unauthorized);
        WireClient stranger;
        REQUIRE((stranger.open(url) && stranger.hello()));
        auto request = TestPerson("no.such.invitation").registration();
        forbidden.text(word("no.such.invitation"));
        request.invite = "wrongwrongwrongwrong";
        forbidden.text(word("wrongwrongwrongwrong"));
        CHECK(stranger.refusal(request) == ErrorCode::InviteInvalid);
        // The places of this address are taken.
        WireClient surplus;
        CHECK_FALSE(surplus.open(url));
        stranger.socket.abort();
        WireClient garbled;
        REQUIRE(waitUntil([&] { return garbled.open(url); }));
        const auto garbage = text.toUtf8();
        garbled.sendBytes(Bytes(garbage.begin(), garbage.end()));
        CHECK(garbled.waitClosed());
    }
};

/// A place for the standard error of a program, and what systemd calls it.
struct Channel {
    int read = -1;
    int write = -1;

    explicit Channel(bool socket)
    {
        int ends[2] = {-1, -1};
        REQUIRE((socket ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)
                        : ::pipe2(ends, O_CLOEXEC)) == 0);
        read = ends[0];
        write = ends[1];
        REQUIRE(::fcntl(read, F_SETFL, O_NONBLOCK) == 0);
    }
    ~Channel()
    {
        ::close(read);
        ::close(write);
    }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// DEVICE:INODE (systemd.exec(5), JOURNAL_STREAM).
    QString name() const
    {
        struct stat status {};
        REQUIRE(::fstat(write, &status) == 0);
        return QStringLiteral("%1:%2").arg(status.st_dev).arg(status.st_ino);
    }
    QByteArray all() const
    {
        QByteArray result;
        char buffer[4096];
        for (ssize_t size = 0; (size = ::read(read, buffer, sizeof buffer)) > 0;)
            result.append(buffer, static_cast<qsizetype>(size));
        return result;
    }
};

/// The log of a server that is started and ended, with this standard error and JOURNAL_STREAM.
QList<QByteArray> logOn(const Channel& channel, const QString& stream)
{
    QTemporaryDir dir;
    QProcess process;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.remove(word("JOURNAL_STREAM"));
    if (!stream.isEmpty())
        environment.insert(word("JOURNAL_STREAM"), stream);
    process.setProcessEnvironment(environment);
    process.setChildProcessModifier([&] { ::dup2(channel.write, STDERR_FILENO); });
    process.start(serverProgram(),
                  words("--port 0 --data") + QStringList{dir.filePath(word("data"))});
    QByteArray output;
    REQUIRE(waitUntil([&] {
        output += process.readAllStandardOutput();
        return output.contains('\n');
    }));
    process.terminate();
    REQUIRE(waitUntil([&] { return process.state() == QProcess::NotRunning; }));
    auto lines = channel.all().split('\n');
    lines.removeAll(QByteArray());
    REQUIRE(lines.size() >= 2);
    return lines;
}

} // namespace

TEST_CASE("the log holds no names, codes, addresses, keys or texts")
{
    const QByteArray format = GENERATE(as<const char*>(), "text", "json");
    CAPTURE(format.toStdString());
    Watched watched;
    watched.start(format);
    const auto& output = watched.server.output();
    const auto first = output.mid(output.indexOf("\ninvite: ")).trimmed();
    watched.forbidden.text(QString::fromUtf8(output).section(QLatin1Char('#'), -1).trimmed());
    watched.forbidPeople();
    WireClient annas;
    WireClient berts;
    watched.registerBy(annas, watched.anna, codeOf(first));
    const auto made =
        QJsonDocument::fromJson(watched.ctl(words("invite create"))).object()[word("link")];
    watched.registerBy(berts, watched.bert, codeOf(made.toString().toUtf8()));
    watched.forbidden.bytes("server's key", annas.helloResult.serverId.view());
    watched.chat(annas, berts);
    watched.misbehave();
    WireClient again;
    REQUIRE(waitUntil([&] { return again.open(QUrl(watched.server.url())); }));
    REQUIRE((again.hello() && again.login(watched.anna)));
    const auto name = QString::fromStdString(watched.bert.username);
    const auto reset =
        QJsonDocument::fromJson(watched.ctl({word("user"), word("reset-password"), name}));
    watched.forbidden.text(reset.object()[word("code")].toString());
    watched.ctl({word("user"), word("disable"), name});
    REQUIRE(berts.waitClosed());
    watched.server.signal(SIGHUP);
    REQUIRE(waitUntil([&] { return watched.server.errors().contains("was read again"); }));
    REQUIRE(watched.server.stop());

    const auto& log = watched.server.errors();
    INFO(log.toStdString());
    CHECK(log.count('\n') >= 4);
    if (format == "json") {
        for (const auto& line : log.trimmed().split('\n'))
            CHECK(QJsonDocument::fromJson(line).object().contains(word("message")));
    }
    CHECK(watched.forbidden.foundIn(log).join(QLatin1Char('\n')).toStdString().empty());
    // The search does find: what was printed for the person who started it.
    CHECK(watched.forbidden.foundIn(output).size() >= 4);
}

TEST_CASE("the log is written for the journal if standard error is what JOURNAL_STREAM names")
{
    const bool isSocket = GENERATE(false, true);
    CAPTURE(isSocket);
    const Channel channel(isSocket);
    for (const auto& line : logOn(channel, channel.name()))
        CHECK(line.startsWith("<6>impulse."));
    // The journal reads another stream than ours, or none.
    const Channel other(isSocket);
    for (const auto& stream : {other.name(), channel.name() + word("1"), QString()}) {
        CAPTURE(stream.toStdString());
        for (const auto& line : logOn(channel, stream)) {
            CHECK(line.startsWith("20"));
            CHECK(line.contains("Z info impulse."));
        }
    }
}
