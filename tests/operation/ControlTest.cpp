#include "tests/operation/Control.h"

#include <QDir>
#include <QFile>
#include <QLocalSocket>
#include <QTcpSocket>
#include <QTemporaryDir>

#include <algorithm>
#include <array>
#include <sys/stat.h>

using namespace impulse;
using namespace impulse::tests;
using protocol::ErrorCode;

TEST_CASE("the control socket is for the owner only, bounded, and its errors say what to do")
{
    Running running;
    REQUIRE(running.server.start());
    const auto path = running.data + word("/control.sock");
    struct stat status {};
    REQUIRE(::lstat(QFile::encodeName(path).constData(), &status) == 0);
    CHECK(S_ISSOCK(status.st_mode));
    CHECK((status.st_mode & 0777) == 0600);

    const auto ask = [&](const QByteArray& line) {
        QLocalSocket socket;
        socket.connectToServer(path);
        REQUIRE(socket.waitForConnected(2000));
        socket.write(line);
        waitUntil([&] { return socket.state() == QLocalSocket::UnconnectedState; }, 10'000);
        return socket.readAll();
    };
    CHECK(ask("nonsense\n").startsWith("{\"error\""));
    CHECK(ask("{\"command\":[]}\n").startsWith("{\"error\""));
    CHECK(ask(QByteArray(40'000, 'x')).isEmpty());
    CHECK(ask("{\"command\":[\"stats\"]}\n").startsWith("{\"result\""));

    const auto unknown = running.ctl("user rename anna");
    CHECK(unknown.code == 1);
    CHECK(unknown.json[word("error")].toString().contains(word("ctl --help")));
    const auto nobody = running.ctl("user disable nobody");
    CHECK(nobody.code == 1);
    CHECK(nobody.json[word("error")].toString().contains(word("ctl user list")));
    CHECK(running.ctl("--unknown stats").code == 2);
    CHECK(running.ctl("").code == 2);
    CHECK(running.ctl("--help").code == 0);
    REQUIRE(running.server.stop());
    const auto gone = running.ctl("stats");
    CHECK(gone.code == 3);
    CHECK(gone.errors.contains("no server answers"));
    // A socket that a killed server left is in nobody's way.
    REQUIRE(running.server.start());
    running.server.kill();
    REQUIRE(running.server.start());
    CHECK(running.ctl("stats").code == 0);
}

TEST_CASE("the data folder and the control socket may be named from the present folder")
{
    const QTemporaryDir dir;
    const auto before = QDir::currentPath();
    REQUIRE(QDir::setCurrent(dir.path()));
    ServerProcess server(word("data"));
    CHECK(server.start());
    CHECK(run(words("ctl --data data stats")).code == 0);
    CHECK(run(words("ctl --socket data/control.sock stats")).code == 0);
    CHECK(server.stop());
    CHECK(server.start(words("--control-socket other.sock")));
    CHECK(run(words("ctl --socket other.sock stats")).code == 0);
    CHECK(server.stop());
    CHECK(QDir::setCurrent(before));
}

TEST_CASE("people: list, disable, enable, reset and delete, while others chat")
{
    Running running;
    REQUIRE(running.server.start());
    TestPerson anna("anna");
    TestPerson bert("bert");
    WireClient annas;
    WireClient berts;
    REQUIRE((enter(annas, running.url(), anna) && enter(berts, running.url(), bert)));

    const auto list = running.ctl("user list");
    REQUIRE(list.json[word("rows")].toArray().size() == 2);
    CHECK(list.json[word("rows")].toArray()[0][word("username")] == word("anna"));
    CHECK(list.json[word("rows")].toArray()[0][word("state")] == word("active"));
    const auto people = running.ctl(words("user list"), false);
    CHECK(people.output.startsWith("username  state"));
    CHECK(people.output.contains("bert"));
    CHECK(running.ctl("sessions").json[word("total")].toInt() == 2);

    REQUIRE(running.ctl("user disable anna").code == 0);
    REQUIRE(annas.waitClosed());
    WireClient again;
    REQUIRE((again.open(running.url()) && again.hello()));
    CHECK(again.refusal(anna.login(again.helloResult, *protocol::Nonce::from(Bytes(32, 9)))) ==
          ErrorCode::AccountDisabled);
    // Over a restart too.
    REQUIRE(running.server.stop());
    REQUIRE(running.server.start());
    REQUIRE((again.open(running.url()) && again.hello()));
    CHECK_FALSE(again.login(anna));
    REQUIRE(running.ctl("user enable anna").code == 0);
    CHECK(again.login(anna));

    const auto reset = running.ctl("user reset-password anna");
    REQUIRE(reset.code == 0);
    CHECK(reset.json[word("note")].toString().contains(word("no history")));
    WireClient resetting;
    REQUIRE((resetting.open(running.url()) && resetting.hello()));
    const protocol::ResetLogin login{"anna", reset.json[word("code")].toString().toStdString()};
    CHECK(resetting.call(login));

    CHECK(running.ctl("user delete anna").code == 1);
    CHECK_FALSE(again.closed);
    REQUIRE(running.ctl("user delete anna --yes").code == 0);
    REQUIRE(again.waitClosed());
    CHECK(running.ctl("user list").json[word("rows")].toArray().size() == 1);
}

TEST_CASE("commands reach the connections of every I/O thread")
{
    Running running;
    REQUIRE(running.server.start(words("--registration open --io-threads 3")));
    TestPerson anna("anna");
    TestPerson bert("bert");
    // The listener hands them to the threads in turn.
    std::array<WireClient, 4> annas;
    std::array<WireClient, 3> berts;
    for (std::size_t i = 0; i < annas.size(); ++i) {
        REQUIRE((annas[i].open(running.url()) && annas[i].hello()));
        REQUIRE((i == 0 ? annas[i].registerAs(anna) : annas[i].login(anna)));
    }
    for (std::size_t i = 0; i < berts.size(); ++i) {
        REQUIRE((berts[i].open(running.url()) && berts[i].hello()));
        REQUIRE((i == 0 ? berts[i].registerAs(bert) : berts[i].login(bert)));
        REQUIRE(berts[i].call(protocol::Sync{}));
    }
    // Half logged in, on each thread.
    std::array<WireClient, 3> pending;
    for (auto& client : pending) {
        REQUIRE((client.open(running.url()) && client.hello()));
        REQUIRE(client.call(protocol::PasswordLogin{"anna", protocol::WireSecret(anna.auth)}));
    }
    REQUIRE(annas[0].call(anna.event(bert, 1, TestPerson::randomMessageId())));
    CHECK(waitUntil([&] {
        return std::ranges::all_of(berts, [](const WireClient& client) {
            return std::ranges::any_of(client.pushes, [](const protocol::AnyPush& push) {
                return std::holds_alternative<protocol::EventPush>(push);
            });
        });
    }));
    const auto sessions = running.ctl("sessions").json;
    CHECK(sessions[word("total")].toInt() == 10);
    CHECK(sessions[word("rows")].toArray().size() == 10);
    const auto stats = running.ctl("stats").json;
    CHECK(stats[word("connections")].toInt() == 10);
    CHECK(stats[word("sessions")].toInt() == 7);
    CHECK(stats[word("messagesIn")].toInt() == 1);
    CHECK(stats[word("messagesOut")].toInt() == 3);

    REQUIRE(running.ctl("user disable anna").code == 0);
    for (auto& client : annas) {
        REQUIRE(client.waitClosed());
        REQUIRE_FALSE(client.pushes.empty());
        const auto* closing = std::get_if<protocol::ClosingPush>(&client.pushes.back());
        REQUIRE(closing);
        CHECK(closing->reason == ErrorCode::AccountDisabled);
    }
    for (auto& client : pending)
        CHECK(client.waitClosed());
    CHECK(running.ctl("stats").json[word("sessions")].toInt() == 3);
    for (const auto& client : berts)
        CHECK_FALSE(client.closed);
    REQUIRE(running.ctl("user delete bert --yes").code == 0);
    for (auto& client : berts)
        CHECK(client.waitClosed());

    std::array<WireClient, 3> guests;
    for (auto& client : guests)
        REQUIRE((client.open(running.url()) && client.hello()));
    REQUIRE(running.ctl("drain").code == 0);
    for (auto& client : guests)
        CHECK(client.waitClosed());
    CHECK(running.server.stop());
}

TEST_CASE("invites are made, listed and revoked")
{
    Running running;
    REQUIRE(running.server.start(words("--registration invite")));
    const auto made = running.ctl("invite create --uses 2 --valid-days 3");
    REQUIRE(made.code == 0);
    const auto link = made.json[word("link")].toString();
    CHECK(link.startsWith(word("impulse://127.0.0.1:")));
    const auto id = made.json[word("id")].toString();
    const auto rows = running.ctl("invite list").json[word("rows")].toArray();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0][word("id")] == id);
    CHECK(rows[0][word("usesLeft")].toInt() == 2);

    WireClient client;
    REQUIRE((client.open(running.url()) && client.hello()));
    auto request = TestPerson("anna").registration();
    request.invite = link.section(word("/i/"), 1).section(QLatin1Char('#'), 0, 0).toStdString();
    CHECK(client.call(request));
    REQUIRE(running.ctl({word("invite"), word("revoke"), id}).code == 0);
    WireClient late;
    REQUIRE((late.open(running.url()) && late.hello()));
    auto second = TestPerson("bert").registration();
    second.invite = request.invite;
    CHECK(late.refusal(second) == ErrorCode::InviteInvalid);
    CHECK(running.ctl({word("invite"), word("revoke"), id}).code == 1);
    CHECK(running.ctl("invite create --uses 0").code == 1);
}

TEST_CASE("numbers count what happens; drain sends away and lets in again; reload reads")
{
    Running running;
    const auto config = running.file("server.conf");
    const auto write = [&](const QByteArray& text) {
        QFile file(config);
        REQUIRE(file.open(QIODevice::WriteOnly));
        file.write(text);
    };
    write("registration = open\n");
    REQUIRE(running.server.start({word("--config"), config}));
    TestPerson anna("anna");
    TestPerson bert("bert");
    WireClient annas;
    WireClient berts;
    REQUIRE((enter(annas, running.url(), anna) && enter(berts, running.url(), bert)));
    REQUIRE(berts.call(protocol::Sync{}));
    for (std::uint64_t i = 1; i <= 3; ++i)
        REQUIRE(annas.call(anna.event(bert, i, TestPerson::randomMessageId())));
    const auto stats = running.ctl("stats").json;
    CHECK(stats[word("connections")].toInt() == 2);
    CHECK(stats[word("sessions")].toInt() == 2);
    CHECK(stats[word("messagesIn")].toInt() == 3);
    CHECK(stats[word("messagesOut")].toInt() == 3);
    CHECK(stats[word("events")].toInt() == 3);
    CHECK(stats[word("accounts")].toInt() == 2);
    CHECK(stats[word("writerQueue")].toInt() == 0);
    CHECK(stats[word("groups")].toInt() > 0);
    CHECK(stats[word("databaseBytes")].toInt() > 0);

    write("registration = open\nlimit-logins = never\n");
    const auto refused = running.ctl("reload");
    CHECK(refused.code == 1);
    CHECK(refused.json[word("error")].toString().contains(word("server.conf:2: limit-logins")));
    write("registration = open\n");
    CHECK(running.ctl("reload").code == 0);

    write("registration = closed\n");
    REQUIRE(running.ctl("reload").code == 0);
    WireClient late;
    REQUIRE((late.open(running.url()) && late.hello()));
    CHECK(late.refusal(TestPerson("cleo").registration()) == ErrorCode::RegistrationClosed);
    CHECK_FALSE(annas.closed);

    REQUIRE(running.ctl("drain").code == 0);
    REQUIRE((annas.waitClosed() && berts.waitClosed() && late.waitClosed()));
    REQUIRE(annas.pushes.size() >= 1);
    CHECK(std::holds_alternative<protocol::ClosingPush>(annas.pushes.back()));
    WireClient newcomer;
    CHECK_FALSE(newcomer.open(running.url()));
    // A newcomer is told the same time as those who were there.
    const auto* closing = std::get_if<protocol::ClosingPush>(&annas.pushes.back());
    REQUIRE(closing);
    QTcpSocket plain;
    plain.connectToHost(running.url().host(), static_cast<quint16>(running.url().port()));
    REQUIRE(waitUntil([&] { return plain.bytesAvailable() > 0; }));
    CHECK(plain.readAll().contains("\r\nRetry-After: " +
                                   QByteArray::number(qulonglong(closing->retryAfterMs / 1000)) +
                                   "\r\n"));
    CHECK(running.ctl("stats").json[word("connections")].toInt() == 0);
    REQUIRE(running.ctl("drain --off").code == 0);
    CHECK((annas.open(running.url()) && annas.hello() && annas.login(anna)));
}
