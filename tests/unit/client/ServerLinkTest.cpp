#include "client/core/ServerLink.h"
#include "tests/support/Catch.h"

using namespace impulse;
using namespace impulse::client;

namespace {

ServerLink good(const char* text)
{
    const auto link = ServerLink::parse(QString::fromUtf8(text));
    INFO(text);
    REQUIRE(link.ok());
    CHECK(ServerLink::parse(link->toString()).value() == *link);
    return *link;
}

LinkError refused(const QString& text)
{
    const auto link = ServerLink::parse(text);
    INFO(text.toStdString());
    REQUIRE(!link.ok());
    return link.error();
}

} // namespace

TEST_CASE("A link to a server uses TLS except on this machine")
{
    const auto remote = good("impulse://Chat.Example.org");
    CHECK(remote.host == QLatin1String("chat.example.org"));
    CHECK(remote.port == 7443);
    CHECK(remote.url() == QUrl(QStringLiteral("wss://chat.example.org:7443/")));
    CHECK(good("chat.example.org:9000").url() ==
          QUrl(QStringLiteral("wss://chat.example.org:9000/")));
    CHECK(good("localhost:9000").url() == QUrl(QStringLiteral("ws://localhost:9000/")));
    CHECK(good("impulse://127.0.0.1").url() == QUrl(QStringLiteral("ws://127.0.0.1:7443/")));
    CHECK(good("impulse://[::1]:81").url() == QUrl(QStringLiteral("ws://[::1]:81/")));
    CHECK(good("impulse://127.0.0.1.example.org").tls);
    CHECK(good("wss://127.0.0.1:9").tls);
    CHECK_FALSE(good("ws://chat.example.org").tls);
}

TEST_CASE("A link carries an invite or a person and the server's key")
{
    const auto invite = good("impulse://chat.example.org/i/aB-9_x");
    CHECK(invite.kind == ServerLink::Kind::Invite);
    CHECK(invite.value == QLatin1String("aB-9_x"));
    CHECK_FALSE(invite.serverId);

    const auto person = good("impulse://chat.example.org:71/u/Anna"
                             "#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    CHECK(person.kind == ServerLink::Kind::Person);
    CHECK(person.value == QLatin1String("anna"));
    REQUIRE(person.serverId);
    CHECK(toHex(*person.serverId) ==
          "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    CHECK(person.server().kind == ServerLink::Kind::Server);
    CHECK(person.server().serverId == person.serverId);
    CHECK(person.toString() == QLatin1String("impulse://chat.example.org:71/u/anna"
                                             "#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"));
}

TEST_CASE("What is no link is refused with its reason")
{
    CHECK(refused(QStringLiteral("  ")) == LinkError::Empty);
    CHECK(refused(QString(2000, QLatin1Char('a'))) == LinkError::TooLong);
    CHECK(refused(QStringLiteral("https://chat.example.org")) == LinkError::UnknownScheme);
    CHECK(refused(QStringLiteral("impulse://a:b@chat.example.org")) == LinkError::Malformed);
    CHECK(refused(QStringLiteral("impulse://chat.example.org/?x=1")) == LinkError::Malformed);
    CHECK(refused(QStringLiteral("impulse://chat.example.org:99999")) == LinkError::Malformed);
    CHECK(refused(QStringLiteral("impulse://chat.example.org:0")) == LinkError::Malformed);
    CHECK(refused(QStringLiteral("impulse://")) == LinkError::Malformed);
    CHECK(refused(QStringLiteral("impulse://chat.example.org/i/")) == LinkError::Malformed);
    CHECK(refused(QStringLiteral("impulse://chat.example.org/i/a%20b")) == LinkError::Malformed);
    CHECK(refused(QStringLiteral("impulse://chat.example.org/u/-anna")) == LinkError::Malformed);
    CHECK(refused(QStringLiteral("impulse://chat.example.org/g/00")) == LinkError::UnknownKind);
    CHECK(refused(QStringLiteral("impulse://chat.example.org/i/a/b")) == LinkError::UnknownKind);
    CHECK(refused(QStringLiteral("impulse://chat.example.org#")) == LinkError::BadServerId);
    CHECK(refused(QStringLiteral("impulse://chat.example.org#AAEC")) == LinkError::BadServerId);
    // Spare bits that are not zero, and padding.
    CHECK(refused(QStringLiteral(
              "impulse://chat.example.org#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9")) ==
          LinkError::BadServerId);
    CHECK(refused(QStringLiteral(
              "impulse://chat.example.org#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")) ==
          LinkError::BadServerId);
}
