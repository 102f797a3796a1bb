// More people and invites than one answer holds.
#include "common/core/Clock.h"
#include "server/storage/SqlInvites.h"
#include "tests/operation/Control.h"

#include <set>

using namespace impulse;
using namespace impulse::server;
using namespace impulse::tests;

namespace {

std::unique_ptr<SqlConnection> databaseOf(const Running& running)
{
    auto connection =
        SqlConnection::open(running.data + word("/impulse.db"), SqlConnection::Mode::ReadWrite);
    REQUIRE(connection);
    return *std::move(connection);
}

std::string nameOf(int i)
{
    return QStringLiteral("user%1").arg(i, 4, 10, QLatin1Char('0')).toStdString();
}

void addPeople(const Running& running, int first, int last)
{
    const auto database = databaseOf(running);
    database->execute("BEGIN");
    for (int i = first; i <= last; ++i) {
        UserId id;
        id.data()[0] = static_cast<std::uint8_t>(i >> 8);
        id.data()[1] = static_cast<std::uint8_t>(i);
        Statement insert(*database,
                         "INSERT INTO accounts (user_id, username, created_ms) VALUES (?, ?, 1)");
        REQUIRE(insert.bind(id).bind(std::string_view(nameOf(i))).run());
    }
    database->execute("COMMIT");
    REQUIRE_FALSE(database->failed());
}

/// An invite whose hash begins with these bytes.
InviteHash hashOf(std::initializer_list<int> bytes)
{
    InviteHash hash;
    std::size_t at = 0;
    for (const int byte : bytes)
        hash.data()[at++] = static_cast<std::uint8_t>(byte);
    return hash;
}

void addInvites(const Running& running, const std::vector<InviteHash>& hashes)
{
    const auto database = databaseOf(running);
    database->execute("BEGIN");
    std::uint64_t expiresMs = SystemClock().nowMs() + 3'600'000;
    for (const auto& hash : hashes)
        SqlInvites(*database).insert({hash, std::nullopt, 1, expiresMs += 1000});
    database->execute("COMMIT");
    REQUIRE_FALSE(database->failed());
}

} // namespace

TEST_CASE("people are listed page by page")
{
    Running running;
    REQUIRE(running.server.start());
    REQUIRE(running.server.stop());
    addPeople(running, 1, 500);
    REQUIRE(running.server.start());
    const auto whole = running.ctl("user list").json;
    CHECK(whole[word("rows")].toArray().size() == 500);
    CHECK_FALSE(whole.contains(word("next")));
    REQUIRE(running.server.stop());
    addPeople(running, 501, 1203);
    REQUIRE(running.server.start());

    std::set<QString> seen;
    QString after;
    std::vector<qsizetype> sizes;
    do {
        const auto page = running.ctl({word("user"), word("list"), word("--after"), after}).json;
        const auto rows = page[word("rows")].toArray();
        sizes.push_back(rows.size());
        for (const auto& row : rows)
            CHECK(seen.insert(row.toObject()[word("username")].toString()).second);
        after = page[word("next")].toString();
    } while (!after.isEmpty() && sizes.size() < 10);
    CHECK(sizes == std::vector<qsizetype>{500, 500, 203});
    CHECK(seen.size() == 1203);
    const auto told = running.ctl(words("user list"), false);
    CHECK(told.output.contains("more: --after user0500"));
}

TEST_CASE("invites are listed page by page, and each can be revoked")
{
    Running running;
    REQUIRE(running.server.start());
    REQUIRE(running.server.stop());
    std::vector<InviteHash> hashes;
    for (int i = 1; i <= 2345; ++i)
        hashes.push_back(hashOf({i >> 8, i & 255, 7, 7, 7, 7}));
    addInvites(running, hashes);
    REQUIRE(running.server.start());

    std::set<QString> seen;
    QString after;
    QString last;
    std::vector<qsizetype> sizes;
    do {
        const auto page = running.ctl({word("invite"), word("list"), word("--after"), after}).json;
        const auto rows = page[word("rows")].toArray();
        sizes.push_back(rows.size());
        for (const auto& row : rows) {
            last = row.toObject()[word("id")].toString();
            CHECK(seen.insert(last).second);
        }
        after = page[word("next")].toString();
    } while (!after.isEmpty() && sizes.size() < 10);
    CHECK(sizes == std::vector<qsizetype>{1000, 1000, 345});
    CHECK(running.ctl(words("invite list"), false).output.contains("more: --after 03e8"));
    CHECK(running.ctl("invite list --after x").code == 1);
    REQUIRE(running.ctl({word("invite"), word("revoke"), last}).code == 0);
    CHECK(running.ctl({word("invite"), word("revoke"), last}).code == 1);
}

TEST_CASE("an id that several invites begin with revokes none and names them")
{
    Running running;
    REQUIRE(running.server.start());
    REQUIRE(running.server.stop());
    // Two that differ after the digits that are told, and one that does earlier.
    addInvites(running,
               {hashOf({0xab, 0xcd, 0xef, 1, 2, 3, 4, 0x50}),
                hashOf({0xab, 0xcd, 0xef, 1, 2, 3, 4, 0x60}), hashOf({0xab, 0xcd, 0xef, 9})});
    REQUIRE(running.server.start());
    const auto revoke = [&](const char* id) {
        return running.ctl({word("invite"), word("revoke"), word(id)});
    };
    const auto count = [&] {
        return running.ctl("invite list").json[word("rows")].toArray().size();
    };
    const auto three = revoke("ABCDEF");
    CHECK(three.code == 1);
    CHECK(three.error().contains(word("several")));
    for (const auto* id : {"abcdef010203045", "abcdef010203046", "abcdef090000000"})
        CHECK(three.error().contains(word(id)));
    CHECK(revoke("abcdef010203").error().contains(word("abcdef010203046")));
    CHECK(count() == 3);
    CHECK(revoke("abcd").code == 1);
    CHECK(revoke("abcdeg").error().contains(word("no id")));
    CHECK(revoke("fedcba").error().contains(word("no invite has the id")));
    CHECK(count() == 3);
    CHECK(revoke("abcdef010203046").code == 0);
    CHECK(count() == 2);
    CHECK(revoke("abcdef010203").code == 0);
    CHECK(revoke("abcdef0900000000000000000000000000000000000000000000000000000000").code == 0);
    CHECK(count() == 0);
}
