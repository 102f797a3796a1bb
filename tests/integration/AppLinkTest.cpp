#include "tests/integration/CliTown.h"

#include "tests/support/Processes.h"

#include <QElapsedTimer>
#include <QFile>

using namespace impulse::test;

// The desktop program, started with a link as the system does when somebody clicks on one.

namespace {

/// The real program, used through its widgets.
struct App {
    explicit App(const QStringList& arguments)
        : process(programPath("impulse-demo-client"),
                  {word("QT_QPA_PLATFORM=offscreen"), word("LC_ALL=C.UTF-8"), word("LANGUAGE=en"),
                   word("DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")})
    {
        process.start(arguments);
    }

    QJsonObject ask(const QJsonObject& command)
    {
        process.send(command);
        auto answer = process.await(
            [](const QJsonObject& line) { return line.contains(word("ok")); }, 90'000);
        INFO(process.errorOutput().toStdString());
        INFO(answer[word("error")].toString().toStdString());
        REQUIRE(answer[word("ok")].toBool());
        return answer;
    }
    void wait(const char* name)
    {
        ask({{word("op"), word("wait")}, {word("name"), word(name)}, {word("ms"), 60'000}});
    }
    void click(const char* name) { ask({{word("op"), word("click")}, {word("name"), word(name)}}); }
    void type(const char* name, const QString& text)
    {
        ask({{word("op"), word("type")}, {word("name"), word(name)}, {word("text"), text}});
    }
    /// `of`: text, spoken or described.
    std::string read(const char* name, const char* of = "text")
    {
        const auto widget = ask({{word("op"), word("text")}, {word("name"), word(name)}});
        return widget[word(of)].toString().toStdString();
    }
    /// Waits for the line below a field; the last one if this one does not come.
    std::string hint(const char* name, const std::string& awaited)
    {
        QElapsedTimer clock;
        clock.start();
        auto said = read(name, "described");
        while (said != awaited && clock.elapsed() < 20'000) {
            process.pump(20);
            said = read(name, "described");
        }
        return said;
    }

    JsonProcess process;
};

/// What follows `label` in a line of its own that the server said when it was ready.
QString printed(const ServerProcess& server, const char* label)
{
    for (const auto& line : QString::fromUtf8(server.output()).split(QLatin1Char('\n'))) {
        if (line.startsWith(word(label)))
            return line.mid(word(label).size());
    }
    return {};
}

constexpr auto* found = "Secure connection checked";

} // namespace

TEST_CASE("the app that is started with a server's link shows that server", "[link]")
{
    const QTemporaryDir dir;
    ServerProcess server(dir.filePath(word("server")));
    REQUIRE(server.start({word("--invite")}));
    const auto home = dir.filePath(word("home"));
    SECTION("an invite is filled in and lets the newcomer register")
    {
        const auto invite = printed(server, "invite: ");
        REQUIRE(invite.contains(word("/i/")));
        App app({word("--home"), home, invite});
        app.wait("displayName");
        CHECK(app.read("server") == invite.toStdString());
        CHECK(app.hint("server", found) == found);
        app.type("username", word("newcomer"));
        app.type("displayName", word("New Comer"));
        for (const auto* field : {"newPassword", "repeatPassword"})
            app.type(field, word("lantern orbit velvet 93"));
        app.click("continue");
        // The server takes people by invite only: the account was made with this one.
        app.wait("copyCode");
        CHECK(app.process.finish());
    }
    SECTION("an invite of a server that has another key is not followed")
    {
        const auto invite = printed(server, "invite: ").section(QLatin1Char('#'), 0, 0);
        const auto otherKey = QByteArray(32, 1).toBase64(QByteArray::Base64UrlEncoding |
                                                         QByteArray::OmitTrailingEquals);
        App app({word("--home"), home, invite + word("#") + QString::fromLatin1(otherKey)});
        app.wait("displayName");
        constexpr auto* changed =
            "This server’s key has changed. Ask whoever runs it before you go on.";
        CHECK(app.hint("server", changed) == changed);
        CHECK(app.process.finish());
    }
    SECTION("an address is where to sign in")
    {
        const auto link = printed(server, "link for clients: ");
        REQUIRE(link.contains(QLatin1Char('#')));
        App app({word("--home"), home, link});
        app.wait("createAccount");
        CHECK(app.read("server") == link.toStdString());
        CHECK(app.hint("server", found) == found);
        CHECK(app.process.finish());
    }
    SECTION("so is the server of a person's link")
    {
        const auto link = printed(server, "link for clients: ");
        const auto person = QString(link).replace(QLatin1Char('#'), word("/u/anna#"));
        App app({word("--home"), home, person});
        app.wait("createAccount");
        CHECK(app.read("server") == link.toStdString());
        CHECK(app.hint("server", found) == found);
        CHECK(app.process.finish());
    }
}

TEST_CASE("the app that is started with a broken link says so", "[link]")
{
    const QTemporaryDir dir;
    const QStringList links{
        word("impulse://"),
        word("impulse:///i/abcdefgh"),
        word("impulse://127.0.0.1/i/two words#key"),
        word("impulse://127.0.0.1/i/abcdefgh#too-short"),
        word("impulse://127.0.0.1/unknown/abcdefgh"),
        word("impulse://127.0.0.1:99999/i/abcdefgh"),
        word("impulse://%00%ff/i/%zz"),
        word("https://127.0.0.1/i/abcdefgh"),
        word("impulse://") + QString(20'000, QLatin1Char('x')),
    };
    for (const auto& link : links) {
        INFO(link.left(100).toStdString());
        App app({word("--home"), dir.filePath(word("home")), link});
        app.wait("signInWindow");
        constexpr auto* bad = "This is neither a server address nor an invite link";
        CHECK(app.hint("server", bad) == bad);
        CHECK(app.process.finish());
    }
}

TEST_CASE("the app of somebody who has an account follows links to people", "[link]")
{
    Town town;
    town.acquaint();
    QFile file(town.bob.passwordFile());
    REQUIRE(file.open(QIODevice::ReadOnly));
    const auto password = QString::fromUtf8(file.readAll().trimmed());
    const auto start = [&](const QString& link) {
        auto app = std::make_unique<App>(QStringList{word("--home"), town.bob.home(), link});
        app->wait("unlockWindow");
        app->type("password", password);
        app->click("unlock");
        app->wait("mainWindow");
        return app;
    };
    SECTION("a person's link opens the chat")
    {
        const auto address = printed(town.server, "link for clients: ");
        const auto app = start(QString(address).replace(QLatin1Char('#'), word("/u/anna#")));
        app->wait("composerField");
        CHECK(app->read("headerName", "spoken") == "Profile: anna");
        CHECK(app->process.finish());
    }
    SECTION("a broken one is said to be broken")
    {
        const auto app = start(word("impulse://127.0.0.1/u/anna#too-short"));
        app->wait("startChatDialog");
        constexpr auto* bad = "This link is not complete. Copy it again.";
        CHECK(app->hint("person", bad) == bad);
        CHECK(app->process.finish());
    }
}
