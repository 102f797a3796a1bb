#include "tests/unit/client/coreWorld.h"

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

TEST_CASE("A person is found by name or by a link of this server, not of another one", "[core]")
{
    World world;
    const auto find = [&](const QString& text) {
        return world.anna.ask<PersonItem>(
            [&](auto callback) { world.anna.client().people().find(text, callback); });
    };
    const auto boris = world.boris.client().accounts().userId();
    const auto link = world.boris.client().people().ownLink();
    for (const auto& text : {QStringLiteral("boris"), QStringLiteral(" @Boris "), link,
                             link.section(QLatin1Char('#'), 0, 0)}) {
        INFO(text.toStdString());
        const auto found = find(text);
        REQUIRE(found.ok());
        CHECK(found->id == boris);
    }
    // The same name elsewhere is somebody else.
    auto other = *ServerLink::parse(link);
    other.serverId->data()[0] ^= 1;
    const QString elsewhere = QStringLiteral("impulse://chat.example.org/u/boris");
    for (const auto& text : {other.toString(), elsewhere}) {
        INFO(text.toStdString());
        const auto found = find(text);
        REQUIRE_FALSE(found.ok());
        CHECK(found.error().code == ClientErrorCode::InvalidLink);
    }
    CHECK_FALSE(find(QStringLiteral("impulse://localhost/i/boris")).ok());
    CHECK(world.anna.client().people().contacts().size() == 1);
}
