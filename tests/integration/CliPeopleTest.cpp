#include "tests/integration/CliTown.h"

#include <QRegularExpression>

using namespace impulse::test;

namespace {

QJsonObject contact(const CliPerson& owner, const CliPerson& of)
{
    const CliRun run = owner.run(words("contacts"));
    REQUIRE(run.exitCode == 0);
    checkDocumented(run.lines);
    for (const auto& person : run.all("contact")) {
        if (person[word("username")] == of.username())
            return person;
    }
    return {};
}

} // namespace

TEST_CASE("cli: who is blocked can send nothing and sees no presence, until it is taken back")
{
    Town town;
    town.acquaint();
    const auto& anna = town.anna;
    const auto& bob = town.bob;
    const auto goOnline = [&] {
        auto listening = anna.listen();
        REQUIRE_FALSE(listening
                          ->await([](const QJsonObject& line) {
                              return line[word("type")] == word("online");
                          })
                          .isEmpty());
        return listening;
    };
    CHECK(contact(bob, anna)[word("lastSeenMs")].toDouble() > 0);
    {
        const auto listening = goOnline();
        CHECK(contact(bob, anna)[word("online")].toBool());
        CHECK(listening->stop());
    }

    const CliRun block = anna.run(words("block bob"));
    CHECK(block.exitCode == 0);
    CHECK(block.field("contact", "contact") == word("blocked"));
    const CliRun refused = bob.run(words("send anna unwanted"));
    CHECK(refused.exitCode == 4);
    CHECK(refused.field("sent", "state") == word("failed"));
    CHECK(refused.field("error", "kind") == word("refused"));
    checkDocumented(refused.lines);
    CHECK(contact(bob, anna)[word("lastSeenMs")].toDouble() == 0);
    {
        const auto listening = goOnline();
        CHECK_FALSE(contact(bob, anna)[word("online")].toBool());
        CHECK(listening->stop());
    }
    CHECK(contact(anna, bob)[word("contact")] == word("blocked"));
    CHECK_FALSE(anna.history(word("bob")).contains(word("unwanted")));

    const CliRun unblock = anna.run(words("unblock bob"));
    CHECK(unblock.exitCode == 0);
    CHECK(unblock.field("contact", "contact") == word("accepted"));
    const auto listening = goOnline();
    CHECK(contact(bob, anna)[word("online")].toBool());
    CHECK(listening->stop());
    send(bob, anna, word("sorry"));
    CHECK(anna.history(word("bob")).last() == word("sorry"));
}

TEST_CASE("cli: a stranger is a request until accepted, and learns nothing before")
{
    Town town;
    town.registerBoth();
    const auto& anna = town.anna;
    const auto& bob = town.bob;
    send(anna, bob, word("hello"));
    const QJsonObject request = contact(bob, anna);
    CHECK(request[word("request")].toBool());
    CHECK(request[word("contact")] == word("stranger"));
    // Read here, which the other side is not told; nor that it came.
    const CliRun shown = bob.run(words("history anna --limit 1"));
    checkDocumented(shown.lines);
    REQUIRE(shown.all("message").size() == 1);
    CHECK(shown.field("message", "text") == word("hello"));
    CHECK(shown.field("message", "request").toBool());
    const CliRun waited = anna.run(words("send bob anybody? --wait delivered --timeout 2"));
    CHECK(waited.exitCode == 3);
    CHECK(waited.field("sent", "state") == word("sent"));
    CHECK(contact(anna, bob)[word("lastSeenMs")].toDouble() == 0);

    const CliRun accepted = bob.run(words("accept anna"));
    CHECK(accepted.exitCode == 0);
    CHECK(accepted.field("contact", "contact") == word("accepted"));
    CHECK_FALSE(contact(bob, anna)[word("request")].toBool());
    CHECK(contact(anna, bob)[word("lastSeenMs")].toDouble() > 0);
    const auto listening = bob.listen();
    const CliRun delivered = anna.run(words("send bob there? --wait delivered"));
    CHECK(delivered.exitCode == 0);
    CHECK(delivered.field("sent", "state") == word("delivered"));
    CHECK(listening->stop());
    CHECK(anna.run(words("accept nobody")).exitCode == 4);
}

TEST_CASE("cli: name, about and status are kept apart from each other and reach the contact")
{
    Town town;
    town.acquaint();
    const auto& anna = town.anna;
    const CliRun named = anna.run(
        {word("profile"), word("--name"), word("Anna M"), word("--about"), word("Bakes bread")});
    CHECK(named.exitCode == 0);
    CHECK(named.field("profile", "name") == word("Anna M"));
    CHECK(anna.run({word("status"), word("up early")}).exitCode == 0);
    const CliRun renamed = anna.run({word("profile"), word("--name"), word("Anna")});
    CHECK(renamed.exitCode == 0);
    const CliRun own = anna.run(words("profile"));
    checkDocumented(own.lines);
    CHECK(own.field("profile", "username") == word("anna"));
    CHECK(own.field("profile", "name") == word("Anna"));
    CHECK(own.field("profile", "about") == word("Bakes bread"));
    CHECK(own.field("profile", "status") == word("up early"));
    CHECK(own.field("profile", "link").toString().contains(word("/u/anna#")));
    send(anna, town.bob, word("good morning"));
    const QJsonObject seen = contact(town.bob, anna);
    CHECK(seen[word("displayName")] == word("Anna"));
    CHECK(seen[word("about")] == word("Bakes bread"));
    CHECK(seen[word("status")] == word("up early"));

    CHECK(anna.run({word("status"), QString()}).exitCode == 0);
    CHECK(anna.run(words("profile")).field("profile", "status") == QString());
    CHECK(contact(town.bob, anna)[word("status")] == QString());
}

TEST_CASE("cli: both sides print the same twelve groups")
{
    Town town;
    town.acquaint();
    const CliRun ofAnna = town.anna.run(words("safety-number bob"));
    const CliRun ofBob = town.bob.run(words("safety-number anna"));
    CHECK(ofAnna.exitCode == 0);
    checkDocumented(ofAnna.lines);
    CHECK(ofAnna.field("safety-number", "username") == word("bob"));
    CHECK_FALSE(ofAnna.field("safety-number", "verified").toBool());
    const QString number = ofAnna.field("safety-number", "number").toString();
    CHECK(number == ofBob.field("safety-number", "number").toString());
    const QRegularExpression twelve(word("\\A[0-9]{5}(\\s[0-9]{5}){11}\\z"));
    INFO(number.toStdString());
    CHECK(twelve.match(number).hasMatch());
    CHECK(town.anna.run(words("safety-number nobody")).exitCode == 4);
}
