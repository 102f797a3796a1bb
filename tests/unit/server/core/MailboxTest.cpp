#include "tests/unit/server/core/Harness.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

constexpr std::uint64_t dayMs = 24 * 3'600'000;

} // namespace

TEST_CASE("a control envelope waits in the mailbox until it is acknowledged")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    const auto envelope = controlOf(anna, boris);
    anna.client.good(envelope);
    anna.client.good(controlOf(anna, boris));
    const auto pushes = boris.client.take<protocol::MailboxPush>();
    REQUIRE(pushes.size() == 2);
    CHECK(pushes[0].entry.number == 1);
    CHECK(pushes[0].entry.aad == envelope.aad);
    CHECK(pushes[0].entry.body == envelope.body);
    CHECK(pushes[0].entry.wrap == envelope.wraps[0].message);
    CHECK(pushes[1].entry.number == 2);
    CHECK(boris.client.good(protocol::Sync{}).mailboxLast == 2);
    auto page = boris.client.good(protocol::FetchMailbox{0, 1});
    REQUIRE(page.entries.size() == 1);
    CHECK(page.more);
    CHECK_FALSE(page.missing);
    page = boris.client.good(protocol::FetchMailbox{1, 10});
    CHECK(page.entries.at(0).number == 2);
    CHECK_FALSE(page.more);
    CHECK(boris.client.code(protocol::FetchMailbox{0, 0}) == ErrorCode::Malformed);
    boris.client.good(protocol::AckMailbox{1});
    CHECK(boris.client.good(protocol::FetchMailbox{0, 10}).entries.size() == 1);
    boris.client.good(protocol::AckMailbox{99});
    page = boris.client.good(protocol::FetchMailbox{0, 10});
    CHECK(page.entries.empty());
    CHECK_FALSE(page.missing);
    CHECK(boris.client.good(protocol::Sync{}).mailboxLast == 0);
    // Numbers go on.
    anna.client.good(controlOf(anna, boris));
    CHECK(boris.client.take<protocol::MailboxPush>().at(0).entry.number == 3);
    CHECK(anna.client.good(protocol::FetchMailbox{0, 10}).entries.empty());
}

TEST_CASE("old entries are dropped and the reader is told")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(controlOf(anna, boris));
    server.clock.now += 179 * dayMs;
    anna.client.good(controlOf(anna, boris));
    server.clock.now += 2 * dayMs;
    server.chat->tick();
    server.flush();
    const auto page = boris.client.good(protocol::FetchMailbox{0, 10});
    CHECK(page.missing);
    REQUIRE(page.entries.size() == 1);
    CHECK(page.entries[0].number == 2);
    CHECK_FALSE(boris.client.good(protocol::FetchMailbox{2, 10}).missing);
}

TEST_CASE("control envelopes go to devices of both people only, and are the sender's own")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    Member clara(server, "clara");
    auto envelope = controlOf(anna, boris);
    envelope.wraps[0].deviceId = clara.device().id();
    CHECK(anna.client.code(envelope) == ErrorCode::WrongDevices);
    envelope.wraps[0].deviceId = anna.device().id();
    CHECK(anna.client.code(envelope) == ErrorCode::WrongDevices);
    envelope = controlOf(anna, boris);
    envelope.wraps.push_back(envelope.wraps[0]);
    CHECK(anna.client.code(envelope) == ErrorCode::WrongDevices);
    envelope.wraps.clear();
    CHECK(anna.client.code(envelope) == ErrorCode::Malformed);
    CHECK(anna.client.code(controlOf(boris, anna)) == ErrorCode::Forbidden);
    envelope = controlOf(anna, boris);
    envelope.aad = eventOf(anna, boris, 1).aad;
    CHECK(anna.client.code(envelope) == ErrorCode::Malformed);
    Person nobody("nobody");
    envelope = controlOf(anna, boris);
    envelope.aad =
        aadOf({anna.person, anna.device(), nobody.userId}, randomMessageId(), EventKind::Control);
    CHECK(anna.client.code(envelope) == ErrorCode::NotFound);
    CHECK(boris.client.take<protocol::MailboxPush>().empty());
}

TEST_CASE("control envelopes are limited per pair of devices")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    Member clara(server, "clara");
    for (int i = 0; i < 600; ++i)
        anna.client.good(controlOf(anna, boris));
    const auto error = anna.client.refused(controlOf(anna, boris));
    CHECK(error.code == ErrorCode::RateLimited);
    CHECK(error.retryAfterMs == 3'600'000u);
    anna.client.good(controlOf(anna, clara));
    clara.client.good(controlOf(clara, boris));
}

TEST_CASE("a refused control envelope counts for no device")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    Member clara(server, "clara");
    auto envelope = controlOf(anna, boris);
    envelope.wraps.push_back({clara.device().id(), Bytes(235, 8)});
    for (int i = 0; i < 601; ++i)
        CHECK(anna.client.code(envelope) == ErrorCode::WrongDevices);
    anna.client.good(controlOf(anna, boris));
}

TEST_CASE("a mailbox keeps the newest twenty thousand entries")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    REQUIRE(server.writeConnection->begin());
    SqlStore store(*server.writeConnection);
    for (std::uint64_t i = 0; i < 20'000; ++i)
        store.mailboxes().append(boris.device().id(), {1, Bytes(115, 1), Bytes(8, 2), Bytes(8, 3)},
                                 {});
    REQUIRE(server.writeConnection->commit());
    CHECK_FALSE(boris.client.good(protocol::FetchMailbox{0, 1}).missing);
    anna.client.good(controlOf(anna, boris));
    const auto page = boris.client.good(protocol::FetchMailbox{0, 1});
    CHECK(page.missing);
    CHECK(page.entries.at(0).number == 2);
    CHECK(boris.client.good(protocol::Sync{}).mailboxLast == 20'001);
}

TEST_CASE("what one account sends to be kept is limited")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    const auto taken = eventOf(anna, boris, 1);
    anna.client.good(taken);
    // Refused ones count too, and are told why first.
    auto stale = eventOf({anna.person, anna.device(), boris.id(), 2, 9}, {boris.device().id()});
    stale.body = Bytes(limits::body, 7);
    for (std::uint64_t bytes = 0; bytes < (std::uint64_t{128} << 20); bytes += limits::body)
        CHECK(anna.client.code(stale) == ErrorCode::StaleRoster);
    CHECK(anna.client.code(stale) == ErrorCode::StaleRoster);
    const auto error = anna.client.refused(eventOf(anna, boris, 2));
    CHECK(error.code == ErrorCode::RateLimited);
    CHECK(error.retryAfterMs == 3'600'000u);
    CHECK(anna.client.code(controlOf(anna, boris)) == ErrorCode::RateLimited);
    // What was taken before is answered all the same.
    CHECK(anna.client.good(taken).seq == 1);
    boris.client.good(eventOf(boris, anna, 1));
    server.clock.now += 3'600'000;
    CHECK(anna.client.good(eventOf(anna, boris, 2)).seq == 3);
    anna.client.good(controlOf(anna, boris));
}

TEST_CASE("typing reaches devices that are online, of people who accepted the sender")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(typingOf(anna, boris));
    CHECK(boris.client.pushCount() == 0);
    boris.client.good(protocol::SetContact{anna.id(), ContactState::Accepted});
    const auto typing = typingOf(anna, boris);
    anna.client.good(typing);
    const auto pushes = boris.client.take<protocol::TransientPush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].aad == typing.aad);
    CHECK(pushes[0].wrap == typing.wraps[0].message);
    // One push for each device, however often it is named.
    auto repeated = typingOf(anna, boris);
    repeated.wraps.insert(repeated.wraps.end(), 20, repeated.wraps[0]);
    anna.client.good(repeated);
    CHECK(boris.client.take<protocol::TransientPush>().size() == 1);
    CHECK(anna.client.code(typingOf(boris, anna)) == ErrorCode::Forbidden);
    auto durable = typingOf(anna, boris);
    durable.aad = eventOf(anna, boris, 1).aad;
    CHECK(anna.client.code(durable) == ErrorCode::Malformed);
    // Nothing is kept for who is away.
    boris.client.disconnect();
    anna.client.good(typingOf(anna, boris));
    Client again(server);
    again.logIn(boris.person, boris.device());
    again.sync();
    CHECK(again.pushCount() == 0);
    for (int i = 0; i < 240; ++i) {
        const auto result = anna.client.call(typingOf(anna, boris));
        if (!result) {
            CHECK(result.error().code == ErrorCode::RateLimited);
            return;
        }
    }
    FAIL("typing is not limited");
}
