#include "client/cli/Arguments.h"
#include "tests/support/Catch.h"

using namespace impulse;
using namespace impulse::cli;

namespace {

Arguments good(const QStringList& words)
{
    const auto line = parseCommandLine(words);
    INFO(words.join(QLatin1Char(' ')).toStdString());
    REQUIRE(line.ok());
    REQUIRE_FALSE(line->information);
    return line->arguments;
}

QString refused(const QStringList& words)
{
    const auto line = parseCommandLine(words);
    INFO(words.join(QLatin1Char(' ')).toStdString());
    REQUIRE_FALSE(line.ok());
    return line.error().message;
}

QStringList words(const char* text)
{
    return QString::fromUtf8(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

} // namespace

TEST_CASE("cli: commands, options and operands are read wherever they stand")
{
    const auto send = good(words("--home /tmp/a --json send Anna --wait=read hello --timeout 1.5"));
    CHECK(send.command == Command::Send);
    CHECK(send.home == QStringLiteral("/tmp/a"));
    CHECK(send.json);
    CHECK(send.user == QStringLiteral("anna"));
    CHECK(send.text == QStringLiteral("hello"));
    CHECK(send.waitFor == WaitFor::Read);
    CHECK(send.timeout == std::chrono::milliseconds(1500));

    const auto registration =
        good(words("register anna --server wss://chat.example.org/i/C0DE --recovery-file r"));
    REQUIRE(registration.server);
    CHECK(registration.server->kind == client::ServerLink::Kind::Invite);
    CHECK(registration.recoveryFile == QStringLiteral("r"));
    CHECK(good(words("profile --name A --about=B=C")).about == QStringLiteral("B=C"));
    CHECK(good(words("profile")).name == std::nullopt);
    CHECK(good({QStringLiteral("status"), QString()}).text.isEmpty());
    CHECK(good(words("history bob --limit 5")).limit == 5);
    CHECK(good(words("delete 00112233445566778899AABBCCDDEEFF")).id
          == QStringLiteral("00112233445566778899aabbccddeeff"));
}

TEST_CASE("cli: a text after -- may look like an option")
{
    CHECK(good(words("send bob -- --json")).text == QStringLiteral("--json"));
    CHECK(good({QStringLiteral("edit"), QStringLiteral("00112233445566778899aabbccddeeff"),
                QStringLiteral("two words")})
              .text
          == QStringLiteral("two words"));
}

TEST_CASE("cli: what is wrong with a command line is said")
{
    CHECK(refused({}).contains(QStringLiteral("no command")));
    CHECK(refused(words("fly")).contains(QStringLiteral("unknown command fly")));
    CHECK(refused(words("contacts --fast 1")).contains(QStringLiteral("unknown option --fast")));
    CHECK(refused(words("send bob"))
          == QStringLiteral("usage: impulse-cli send USER TEXT"));
    CHECK(refused(words("contacts bob")) == QStringLiteral("usage: impulse-cli contacts"));
    CHECK(refused(words("send b hello")).contains(QStringLiteral("a username is")));
    CHECK(refused({QStringLiteral("send"), QStringLiteral("bob"), QStringLiteral("  ")})
              .contains(QStringLiteral("needs a text")));
    CHECK(refused(words("delete 0011")).contains(QStringLiteral("32 hexadecimal digits")));
    CHECK(refused(words("contacts --server https://example.org"))
              .startsWith(QStringLiteral("--server")));
    CHECK(refused(words("contacts --server ws://chat.example.org")).contains(
        QStringLiteral("plain ws is for this computer only")));
    CHECK(good(words("contacts --server ws://localhost:1")).server);
    CHECK(refused(words("delete 00112233445566778899aabbccddeeff --wait read"))
              .contains(QStringLiteral("does not take --wait")));
    CHECK(refused(words("contacts --wait read")).contains(QStringLiteral("does not take --wait")));
    CHECK(refused(words("send bob hi --wait never")).startsWith(QStringLiteral("--wait")));
    for (const auto* timeout : {"0", "-1", "x", "nan", "1e9"})
        CHECK(refused({QStringLiteral("contacts"), QStringLiteral("--timeout"),
                       QString::fromUtf8(timeout)})
                  .startsWith(QStringLiteral("--timeout")));
    CHECK(refused(words("contacts --home")).contains(QStringLiteral("needs a value")));
    CHECK(refused(words("contacts --home a --profile b")).contains(QStringLiteral("exclude")));
    CHECK(refused(words("history bob --limit 0")).startsWith(QStringLiteral("--limit")));
    // No secret has an option of its own.
    CHECK(refused(words("login anna --password secret"))
              .contains(QStringLiteral("unknown option --password")));
}

TEST_CASE("cli: help names every command")
{
    const auto line = parseCommandLine(words("--help"));
    REQUIRE(line.ok());
    CHECK(line->information == Information::Help);
    CHECK(parseCommandLine(words("--version"))->information == Information::Version);
    for (const auto* name :
         {"register", "login", "recover", "reset-password", "password", "invite", "contacts", "accept", "block",
          "unblock", "send", "edit", "delete", "history", "listen", "status", "profile",
          "safety-number", "delete-account"})
        CHECK(helpText().contains(QStringLiteral("  %1").arg(QLatin1String(name))));
}
