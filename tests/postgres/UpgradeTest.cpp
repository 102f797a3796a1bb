#include "server/storage/DatabaseFile.h"
#include "server/storage/Migrations.h"
#include "server/storage/SqlStore.h"
#include "tests/postgres/Cluster.h"
#include "tests/support/Catch.h"

using namespace impulse;
using namespace impulse::server;
using test::cluster;

namespace {

QString word(const char* text)
{
    return QString::fromLatin1(text);
}

/// Two people with a device each, three events of one of them in their direct chat and two control
/// envelopes, as the first schema has them.
constexpr const char* rowsOfSchema1 =
    "INSERT INTO meta (name, value) VALUES ('incarnation', decode(repeat('09', 16), 'hex'));"
    "INSERT INTO accounts (id, user_id, username, created_ms) VALUES "
    "(1, decode(repeat('01', 16), 'hex'), 'anna', 5), "
    "(2, decode(repeat('02', 16), 'hex'), 'boris', 6);"
    "INSERT INTO devices (id, device_id, account, is_current, mailbox_last) VALUES "
    "(1, decode(repeat('11', 16), 'hex'), 1, 1, 0), "
    "(2, decode(repeat('12', 16), 'hex'), 2, 1, 2);"
    "INSERT INTO conversations (id, conversation_id, first_member, second_member, last_seq) VALUES "
    "(1, decode(repeat('21', 32), 'hex'), 1, 2, 3);"
    "INSERT INTO senders (id, conversation, device, last_seq) VALUES (1, 1, 1, 3);"
    "INSERT INTO events (id, conversation, seq, sender, sender_seq, message_id, server_ms, aad, "
    "body, wraps) SELECT n, 1, n, 1, n, decode(repeat('3' || n, 16), 'hex'), 7, "
    "decode(repeat('41', 115), 'hex'), decode(repeat('42', 328), 'hex'), "
    "decode('', 'hex') FROM generate_series(1, 3) AS n;"
    "INSERT INTO mailbox (device, number, server_ms, aad, body, wrap) SELECT 2, n, 8, "
    "decode(repeat('41', 10), 'hex'), decode(repeat('42', 20), 'hex'), "
    "decode(repeat('43', 30), 'hex') FROM generate_series(1, 2) AS n;";

} // namespace

TEST_CASE("a database of each earlier schema is upgraded with what is in it")
{
    const auto newest = schemaVersion();
    REQUIRE(newest >= 7);
    for (std::uint64_t old = 1; old < newest; ++old) {
        CAPTURE(old);
        const test::EmptyDatabase database;
        {
            auto opened = SqlConnection::open(database.address(), SqlConnection::Mode::ReadWrite);
            REQUIRE(opened);
            REQUIRE(migrations::run(**opened, 0, 1));
            REQUIRE(cluster().sql(word(rowsOfSchema1), database.name()));
            REQUIRE(migrations::run(**opened, 1, old));
            CHECK(migrations::storedVersion(**opened) == old);
        }
        REQUIRE(prepareDatabase(database.address()));
        auto opened = SqlConnection::open(database.address(), SqlConnection::Mode::ReadWrite);
        REQUIRE(opened);
        CHECK(migrations::storedVersion(**opened) == newest);
        SqlStore store(**opened);
        CHECK(store.incarnation() == *IncarnationId::from(Bytes(16, 9)));
        const auto anna = *UserId::from(Bytes(16, 1));
        CHECK(store.accounts().username(anna) == std::optional<std::string>("anna"));
        CHECK_FALSE(store.accounts().isDisabled(anna));
        const auto conversation = *ConversationId::from(Bytes(32, 0x21));
        const auto boris = *DeviceId::from(Bytes(16, 0x12));
        constexpr std::size_t mega = 1U << 20;
        const auto page = store.conversations().events(conversation, 0, 10, mega, boris);
        REQUIRE(page.size() == 3);
        CHECK(page[2].seq == 3);
        CHECK(page[2].body == Bytes(328, 0x42));
        CHECK(store.mailboxes().page(boris, 0, 10, mega).entries.size() == 2);
        CHECK_FALSE(store.takeFailure());
        const auto one = [&](const char* sql) {
            return cluster().sql(word(sql), database.name()).value_or(QString()).trimmed();
        };
        CHECK(one("SELECT count(*) FROM sender_marks") == word("3"));
        CHECK(one("SELECT kind FROM conversations") == word("1"));
        CHECK(one("SELECT mailbox_bytes FROM devices WHERE id = 2") == word("120"));
        CHECK(one("SELECT count(*) FROM login_failures") == word("0"));
    }
}
