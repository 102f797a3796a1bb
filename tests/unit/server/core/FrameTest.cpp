#include "tests/unit/server/core/Harness.h"

#include "common/core/Cbor.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

/// The one error that came for id `id`.
ErrorCode errorOf(const Bytes& frame, std::uint64_t id)
{
    const auto decoded = protocol::decodeServerFrame(frame);
    REQUIRE(decoded);
    const auto* error = std::get_if<protocol::ErrorFrame>(&*decoded);
    REQUIRE(error);
    CHECK(error->id == id);
    return error->error.code;
}

} // namespace

TEST_CASE("a frame that cannot be read is refused and ends the connection")
{
    TestServer server;
    Client client(server);
    const auto frame = GENERATE(Bytes{}, Bytes{0xff}, Bytes{0xa0}, Bytes{0x01},
                                Bytes{0xa1, 0x00, 0x01}, Bytes(100, 0x00));
    client.sendBytes(frame);
    REQUIRE(client.connection.frames.size() == 1);
    CHECK(errorOf(client.connection.frames[0], 0) == ErrorCode::Malformed);
    CHECK(client.connection.closeCode == CloseCode::Protocol);
}

TEST_CASE("a request with wrong fields is refused by its id and the connection goes on")
{
    TestServer server;
    Client client(server);
    auto frame = protocol::encodeRequest(7, protocol::Hello{{}, 1, 1, "test"});
    SECTION("a byte too many")
    {
        frame.push_back(0);
    }
    SECTION("a byte too few")
    {
        frame.pop_back();
    }
    SECTION("a wrong type")
    {
        frame = {0xa5, 0, 1, 1, 7, 2, 0, 3, 1, 4, 1};
    }
    SECTION("a missing field")
    {
        frame = {0xa2, 0, 1, 1, 7};
    }
    client.sendBytes(frame);
    REQUIRE(client.connection.frames.size() == 1);
    CHECK(errorOf(client.connection.frames[0], 7) == ErrorCode::Malformed);
    CHECK_FALSE(client.connection.closeCode);
    client.connection.frames.clear();
    client.hello();
}

TEST_CASE("an unknown kind is answered, a frame above the limit ends the connection")
{
    TestServer server;
    Client client(server);
    client.sendBytes(Bytes{0xa2, 0, 0x18, 99, 1, 5});
    CHECK(errorOf(client.connection.frames.at(0), 5) == ErrorCode::UnknownKind);
    CHECK_FALSE(client.connection.closeCode);

    client.sendBytes(Bytes(limits::frame + 1, 0));
    CHECK(errorOf(client.connection.frames.at(1), 0) == ErrorCode::TooLarge);
    CHECK(client.connection.closeCode);
    // Nothing is read any more.
    client.sendBytes(protocol::encodeRequest(6, protocol::Hello{}));
    CHECK(client.connection.frames.size() == 2);
}

TEST_CASE("a request outside its state is refused")
{
    TestServer server;
    Client client(server);
    CHECK(client.code(protocol::Sync{}) == ErrorCode::OutOfState);
    CHECK(client.code(protocol::PasswordLogin{"anna", randomSecret()}) == ErrorCode::OutOfState);
    client.hello();
    CHECK(client.code(protocol::Hello{{}, 1, 1, "again"}) == ErrorCode::OutOfState);
    CHECK(client.code(protocol::Sync{}) == ErrorCode::OutOfState);
    CHECK(client.code(protocol::GetRootSlot{}) == ErrorCode::OutOfState);
    Person anna("anna");
    client.registerAs(anna);
    CHECK(client.code(protocol::Hello{{}, 1, 1, "again"}) == ErrorCode::OutOfState);
    CHECK(client.code(anna.registration()) == ErrorCode::OutOfState);
    CHECK(client.code(protocol::GetRootSlot{}) == ErrorCode::OutOfState);

    Client pending(server);
    pending.hello();
    pending.good(protocol::PasswordLogin{"anna", anna.auth});
    CHECK(pending.code(protocol::Sync{}) == ErrorCode::OutOfState);
    CHECK(pending.code(protocol::GetContacts{}) == ErrorCode::OutOfState);
    CHECK(pending.code(protocol::GetPrekeyStatus{}) == ErrorCode::OutOfState);
    CHECK(pending.code(protocol::GetProfile{anna.userId}) == ErrorCode::OutOfState);
    CHECK(pending.code(protocol::DeleteAccount{anna.auth}) == ErrorCode::OutOfState);
}

TEST_CASE("no common version")
{
    TestServer server;
    Client client(server);
    const auto error = client.refused(protocol::Hello{{}, 2, 9, "new"});
    CHECK(error.code == ErrorCode::UnsupportedVersion);
    CHECK(error.value == 1u);
    CHECK(client.code(protocol::Hello{{}, 3, 2, "odd"}) == ErrorCode::Malformed);
    CHECK(client.good(protocol::Hello{{}, 1, 9, "new"}).version == 1);
}

TEST_CASE("requests that wait are bounded, and each is answered once")
{
    TestServer server;
    Member anna(server, "anna");
    server.writer->held = true;
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < 65; ++i)
        ids.push_back(anna.client.send(protocol::SetPrivacy{true}));
    CHECK_FALSE(anna.client.isAnswered(ids[0]));
    const auto error = anna.client.answer<protocol::SetPrivacy>(ids[64]);
    REQUIRE_FALSE(error);
    CHECK(error.error().code == ErrorCode::RateLimited);
    CHECK(error.error().retryAfterMs > 0u);
    server.flush();
    for (int i = 0; i < 64; ++i)
        CHECK(anna.client.answer<protocol::SetPrivacy>(ids[static_cast<std::size_t>(i)]));
    server.writer->held = false;
}

TEST_CASE("requests are limited by what they cost, per account and before that per address")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    protocol::GetPresence request;
    request.userIds.resize(1000);
    Client second(server);
    second.logIn(anna.person, anna.device());
    const auto askUntilRefused = [&](Client& client) {
        for (int answered = 0; answered < 200; ++answered) {
            const auto result = client.call(request);
            if (result)
                continue;
            CHECK(result.error().code == ErrorCode::RateLimited);
            CHECK(result.error().retryAfterMs == 10'000u);
            return answered;
        }
        return 200;
    };
    // A connection has half of its account's share.
    const int first = askUntilRefused(anna.client);
    CHECK(first >= 20);
    CHECK(first <= 25);
    const int both = first + askUntilRefused(second);
    CHECK(both >= 40);
    CHECK(both <= 50);
    // A third of hers does not help; others are not touched.
    Client third(server);
    third.logIn(anna.person, anna.device());
    CHECK(third.code(protocol::GetContacts{}) == ErrorCode::RateLimited);
    boris.client.good(request);
    server.clock.now += 10'000;
    anna.client.good(request);
}

TEST_CASE("requests before the login are limited per address")
{
    TestServer server;
    Client strangers[] = {Client(server, "192.0.2.7"), Client(server, "192.0.2.7")};
    const auto frame =
        protocol::encodeRequest(1'000'000, protocol::GetPasswordParameters{"nobody"});
    for (auto& stranger : strangers) {
        stranger.hello();
        for (int i = 0; i < 25'000; ++i) {
            stranger.sendBytes(frame);
            stranger.connection.frames.clear();
        }
        CHECK(stranger.code(protocol::GetPasswordParameters{"nobody"}) == ErrorCode::RateLimited);
    }
    Client neighbour(server, "192.0.2.7");
    CHECK(neighbour.code(protocol::Hello{{}, 1, 1, "test"}) == ErrorCode::RateLimited);
    Client elsewhere(server, "192.0.2.8");
    elsewhere.hello();
}

TEST_CASE("frames that can only be refused are limited too")
{
    TestServer server;
    Client stranger(server, "192.0.2.7");
    SECTION("of an unknown kind")
    {
        const Bytes frame{0xa2, 0, 0x18, 99, 1, 5};
        for (int i = 0; i < 2500; ++i)
            stranger.sendBytes(frame);
        CHECK(errorOf(stranger.connection.frames.back(), 5) == ErrorCode::UnknownKind);
        stranger.sendBytes(frame);
        CHECK(errorOf(stranger.connection.frames.back(), 5) == ErrorCode::RateLimited);
    }
    SECTION("with wrong fields")
    {
        const Bytes frame{0xa2, 0, 1, 1, 7};
        for (int i = 0; i < 2500; ++i)
            stranger.sendBytes(frame);
        CHECK(errorOf(stranger.connection.frames.back(), 7) == ErrorCode::Malformed);
        stranger.sendBytes(frame);
        CHECK(errorOf(stranger.connection.frames.back(), 7) == ErrorCode::RateLimited);
    }
    SECTION("out of their state")
    {
        for (int i = 0; i < 500; ++i)
            CHECK(stranger.code(protocol::GetContacts{}) == ErrorCode::OutOfState);
        CHECK(stranger.code(protocol::GetContacts{}) == ErrorCode::RateLimited);
    }
}

TEST_CASE("who goes on asking although refused is closed, and told how long to wait")
{
    TestServer server;
    Member anna(server, "anna");
    protocol::GetPresence large;
    large.userIds.resize(1000);
    while (anna.client.call(large)) {
    }
    const auto frame = protocol::encodeRequest(1'000'000, protocol::GetContacts{});
    for (int i = 0; i < 999; ++i)
        anna.client.sendBytes(frame);
    CHECK_FALSE(anna.client.connection.closeCode);
    // Who waits has done nothing.
    server.clock.now += 10'000;
    anna.client.good(protocol::GetContacts{});
    while (anna.client.call(large)) {
    }
    for (int i = 0; i < 1000; ++i)
        anna.client.sendBytes(frame);
    CHECK(anna.client.connection.closeCode == CloseCode::Policy);
    const auto closing = anna.client.take<protocol::ClosingPush>();
    REQUIRE(closing.size() == 1);
    CHECK(closing[0].reason == ErrorCode::RateLimited);
    CHECK(closing[0].retryAfterMs == 10'000u);
}

TEST_CASE("a full disk and a broken database are answers")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    boris.client.forgetPushes();
    server.writer->failure = WriteFailure::StorageFull;
    CHECK(anna.client.code(eventOf(anna, boris, 1)) == ErrorCode::StorageFull);
    server.writer->failure = WriteFailure::Unavailable;
    CHECK(anna.client.code(eventOf(anna, boris, 1)) == ErrorCode::Unavailable);
    CHECK(boris.client.pushCount() == 0);
    server.writer->failure.reset();
    // Nothing was stored: the number is still the next.
    CHECK(anna.client.good(eventOf(anna, boris, 1)).seq == 1);

    // Reads fail: the table is gone under the server's feet.
    REQUIRE(server.writeConnection->execute("ALTER TABLE contacts RENAME TO hidden"));
    CHECK(anna.client.code(protocol::GetContacts{}) == ErrorCode::Unavailable);
    CHECK(anna.client.code(protocol::GetProfile{boris.id()}) == ErrorCode::Unavailable);
    REQUIRE(server.writeConnection->execute("ALTER TABLE hidden RENAME TO contacts"));
    CHECK(anna.client.good(protocol::GetContacts{}).contacts.size() == 1);
}

TEST_CASE("answers of a connection that has gone are dropped")
{
    TestServer server;
    auto anna = std::make_unique<Member>(server, "anna");
    Member boris(server, "boris");
    server.writer->held = true;
    anna->client.send(eventOf(*anna, boris, 1));
    anna->client.disconnect();
    server.writer->held = false;
    server.flush();
    // The event was stored and pushed all the same.
    CHECK(boris.client.take<protocol::EventPush>().size() == 1);
    // And what waits when the server goes is dropped.
    server.writer->held = true;
    boris.client.send(protocol::SetPrivacy{false});
    boris.client.disconnect();
    server.chat.reset();
    server.flush();
}

TEST_CASE("silent connections are closed, pending ones later")
{
    TestServer server;
    Person anna("anna");
    Client ready(server);
    ready.hello();
    ready.registerAs(anna);
    Client silent(server);
    Client greeted(server);
    greeted.hello();
    Client pending(server);
    pending.hello();
    pending.good(protocol::PasswordLogin{"anna", anna.auth});
    server.clock.now += 119'000;
    server.chat->tick();
    CHECK_FALSE(silent.connection.closeCode);
    SECTION("on time") {}
    SECTION("also if the clock was set back")
    {
        server.clock.setBack(3'600'000);
    }
    server.clock.now += 2'000;
    server.chat->tick();
    CHECK(silent.connection.closeCode);
    CHECK(greeted.connection.closeCode);
    CHECK_FALSE(pending.connection.closeCode);
    server.clock.now += 30 * 60'000;
    server.chat->tick();
    CHECK(pending.connection.closeCode);
    CHECK_FALSE(ready.connection.closeCode);
    server.flush();
}

TEST_CASE("a stopping server says so")
{
    TestServer server;
    Member anna(server, "anna");
    server.chat->sayGoodbye(anna.client.connection);
    const auto pushes = anna.client.take<protocol::ClosingPush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].reason == ErrorCode::Unavailable);
    CHECK(pushes[0].retryAfterMs > 0);
    CHECK(anna.client.connection.closeCode == CloseCode::GoingAway);
}
