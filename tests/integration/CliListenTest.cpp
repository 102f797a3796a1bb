#include "tests/integration/CliTown.h"

#include <algorithm>

using namespace impulse::test;

namespace {

using Fits = std::function<bool(const QJsonObject&)>;

Fits line(const char* type)
{
    return [type](const QJsonObject& line) { return line[word("type")] == word(type); };
}

Fits text(const char* text)
{
    return [text](const QJsonObject& line) {
        return line[word("type")] == word("message") && line[word("text")] == word(text);
    };
}

/// It has printed such a line or prints one soon.
bool printed(JsonProcess& listening, const Fits& fits)
{
    return std::ranges::any_of(listening.lines(), fits) || !listening.await(fits).isEmpty();
}

} // namespace

TEST_CASE("cli: listen prints what came before and what happens, and ends with SIGTERM")
{
    Town town;
    town.acquaint();
    const auto& anna = town.anna;
    const auto& bob = town.bob;
    send(anna, bob, word("while nobody listens"));

    const auto listening = bob.listen();
    CHECK(printed(*listening, text("while nobody listens")));
    CHECK(printed(*listening, line("online")));
    const QString live = send(anna, bob, word("while he listens"));
    CHECK(printed(*listening, text("while he listens")));
    CHECK(anna.run({word("edit"), live, word("better")}).exitCode == 0);
    CHECK(printed(*listening, [&](const QJsonObject& line) {
        return text("better")(line) && line[word("edited")].toBool() && line[word("id")] == live;
    }));
    CHECK(anna.run({word("delete"), live}).exitCode == 0);
    CHECK(printed(*listening, [&](const QJsonObject& line) {
        return line[word("kind")] == word("deleted") && line[word("id")] == live;
    }));
    CHECK(anna.run(words("status baking")).exitCode == 0);
    CHECK(printed(*listening, [&](const QJsonObject& line) {
        return line[word("type")] == word("contact") && line[word("username")] == word("anna") &&
               line[word("status")] == word("baking");
    }));

    // It tells that a message came, and never that it was read.
    const CliRun unread = anna.run(words("send bob seen? --wait read --timeout 4"));
    CHECK(unread.exitCode == 3);
    CHECK(unread.field("sent", "state") == word("delivered"));
    CHECK(unread.field("error", "kind") == word("network"));

    town.server.kill();
    CHECK_FALSE(listening->await(line("offline")).isEmpty());
    REQUIRE(town.server.start());
    CHECK_FALSE(listening->await(line("online"), 90'000).isEmpty());
    send(anna, bob, word("after the storm"));
    CHECK(printed(*listening, text("after the storm")));

    CHECK(listening->stop());
    checkDocumented(listening->lines());
    for (const auto& message : listening->lines()) {
        if (message[word("type")] == word("message"))
            CHECK(message.contains(word("state")) == message[word("outgoing")].toBool());
    }
}

TEST_CASE("cli: listen waits for a server that is away, and prints the marks of own messages")
{
    Town town;
    town.acquaint();
    town.server.kill();
    const auto listening = town.anna.listen();
    REQUIRE_FALSE(listening->await(line("offline")).isEmpty());
    REQUIRE(town.server.start());
    CHECK_FALSE(listening->await(line("online"), 90'000).isEmpty());
    CHECK(listening->stop());

    const QString id = send(town.anna, town.bob, word("mark it"));
    const auto again = town.anna.listen();
    REQUIRE(printed(*again, line("online")));
    CHECK(town.bob.run(words("history anna")).exitCode == 0);
    CHECK(printed(*again, [&](const QJsonObject& line) {
        return line[word("id")] == id && line[word("state")] == word("read");
    }));
    CHECK(again->stop());
    checkDocumented(again->lines());
}
