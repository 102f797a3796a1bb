#include "server/core/InviteCodes.h"
#include "tests/unit/server/core/Harness.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

ServerSettings withPolicy(protocol::RegistrationPolicy policy)
{
    ServerSettings settings;
    settings.registration = policy;
    return settings;
}

constexpr std::uint64_t dayMs = 24 * 3'600'000;

} // namespace

TEST_CASE("registration makes an account with everything it needs")
{
    TestServer server;
    Member anna(server, "anna");
    auto& client = anna.client;
    CHECK(client.good(protocol::GetProfile{anna.id()}).profile == profileOf(1, 0x50));
    const auto prekeys = client.good(protocol::GetPrekeyStatus{});
    CHECK(prekeys.signedPrekeyId == 1);
    CHECK(prekeys.oneTimePrekeyIds == std::vector<std::uint64_t>{1, 2, 3});
    const auto directory = client.good(protocol::GetDirectory{0});
    CHECK(directory.lastSeq == 1);
    REQUIRE(directory.entries.size() == 72);
    CHECK(directory.entries[7] == 1);
    const auto label = crypto::hash(crypto::label::dirLabel, server.keys.serverId, anna.id());
    CHECK(equal(View(directory.entries).subspan(8, 32), label));
    CHECK(equal(View(directory.entries).subspan(40, 32), anna.person.previous));
}

TEST_CASE("only who is logged in may send large frames")
{
    TestServer server;
    Member anna(server, "anna");
    CHECK(anna.client.connection.frameLimit == limits::frame);
    Client second(server);
    second.hello();
    CHECK(second.connection.frameLimit == limits::earlyFrame);
    second.good(protocol::PasswordLogin{"anna", anna.person.auth});
    CHECK(second.connection.frameLimit == limits::earlyFrame);
    second.good(second.loginOf(anna.person, anna.device()));
    CHECK(second.connection.frameLimit == limits::frame);
}

TEST_CASE("names are unique and well formed, ids are never used again")
{
    TestServer server;
    Member anna(server, "anna");
    Client client(server);
    client.hello();
    Person boris("boris");
    for (const auto* name : {"a", "Anna", ".anna", "an na", "anná"}) {
        auto request = boris.registration();
        request.username = name;
        CHECK(client.code(request) == ErrorCode::UsernameInvalid);
        CHECK(client.code(protocol::CheckUsername{name, {}}) == ErrorCode::UsernameInvalid);
    }
    auto request = boris.registration();
    request.username = "anna";
    CHECK(client.code(request) == ErrorCode::UsernameTaken);
    CHECK_FALSE(client.good(protocol::CheckUsername{"anna", {}}).available);
    CHECK(client.good(protocol::CheckUsername{"boris", {}}).available);
    anna.person.version = 0;
    anna.person.previous = {};
    request = anna.person.registration();
    request.username = "other";
    CHECK(client.code(request) == ErrorCode::Forbidden);
    // After all these refusals the connection can still register.
    client.registerAs(boris);
}

TEST_CASE("a registration with a wrong part stores nothing")
{
    TestServer server;
    Client client(server);
    client.hello();
    Person anna("anna");
    Person boris("boris");
    auto request = anna.registration();
    ErrorCode expected{};
    SECTION("another user's list")
    {
        request.deviceList = boris.registration().deviceList;
        expected = ErrorCode::InvalidDeviceList;
    }
    SECTION("a broken list")
    {
        request.deviceList.back() ^= 1;
        expected = ErrorCode::InvalidDeviceList;
    }
    SECTION("not the first list")
    {
        anna.version = 1;
        request.deviceList = anna.listOf({&anna.devices.front()}, false);
        expected = ErrorCode::InvalidDeviceList;
    }
    SECTION("two devices")
    {
        const auto second = anna.makeDevice();
        request.deviceList = anna.listOf({&anna.devices.front(), &second}, false);
        expected = ErrorCode::InvalidDeviceList;
    }
    SECTION("another device's prekey")
    {
        request.signedPrekey = Person::signedPrekey(boris.devices.front(), 1);
        expected = ErrorCode::InvalidPrekey;
    }
    SECTION("a one-time prekey twice")
    {
        request.oneTimePrekeys.push_back(request.oneTimePrekeys.back());
        expected = ErrorCode::InvalidPrekey;
    }
    SECTION("weak stretching")
    {
        request.password.mem = 1 << 20;
        expected = ErrorCode::WeakParameters;
    }
    SECTION("no slot")
    {
        request.rootSlot.clear();
        expected = ErrorCode::Malformed;
    }
    CHECK(client.code(request) == expected);
    CHECK(server.store->directory().lastSeq() == 0);
    CHECK_FALSE(server.store->accounts().isNameTaken("anna"));
}

TEST_CASE("while a registration is stored nothing else is allowed")
{
    TestServer server;
    Client client(server);
    client.hello();
    Person anna("anna");
    Person boris("boris");
    server.writer->held = true;
    const auto id = client.send(anna.registration());
    CHECK(client.code(boris.registration()) == ErrorCode::OutOfState);
    CHECK_FALSE(client.isAnswered(id));
    server.writer->held = false;
    server.flush();
    CHECK(client.answer<protocol::Register>(id));
    client.sync();
}

TEST_CASE("a closed server takes nobody")
{
    TestServer server(withPolicy(protocol::RegistrationPolicy::Closed));
    Client client(server);
    CHECK(client.hello().registration == protocol::RegistrationPolicy::Closed);
    Person anna("anna");
    CHECK(client.code(anna.registration()) == ErrorCode::RegistrationClosed);
    CHECK(client.code(protocol::CheckUsername{"anna", {}}) == ErrorCode::RegistrationClosed);
}

TEST_CASE("invites let as many people in as they say, for as long as they say")
{
    TestServer server(withPolicy(protocol::RegistrationPolicy::Invite));
    {
        // The operator's invite, by the way of the store.
        SqlStore store(*server.writeConnection);
        store.invites().insert({inviteHash("operator"), std::nullopt, 1, server.clock.now + dayMs});
    }
    const auto registerWith = [&](const std::string& name, std::optional<std::string> code) {
        Client client(server, "192.0.2." + std::to_string(name.size()));
        client.hello();
        Person person(name);
        auto request = person.registration();
        request.invite = std::move(code);
        const auto result = client.call(request);
        return result ? std::optional<ErrorCode>() : std::optional(result.error().code);
    };
    CHECK(registerWith("nobody", std::nullopt) == ErrorCode::InviteInvalid);
    CHECK(registerWith("nobody", "guess") == ErrorCode::InviteInvalid);
    CHECK(registerWith("first", "operator") == std::nullopt);
    CHECK(registerWith("second", "operator") == ErrorCode::InviteInvalid);

    {
        SqlStore store(*server.writeConnection);
        store.invites().insert({inviteHash("again"), std::nullopt, 1, server.clock.now + dayMs});
    }
    Person anna("anna");
    Client client(server);
    client.hello();
    CHECK(client.good(protocol::CheckUsername{"anna", "again"}).available);
    CHECK(client.code(protocol::CheckUsername{"anna", "operator"}) == ErrorCode::InviteInvalid);
    auto request = anna.registration();
    request.invite = "again";
    client.good(request);

    CHECK(client.code(protocol::CreateInvite{0, 0}) == ErrorCode::Malformed);
    CHECK(client.code(protocol::CreateInvite{1001, 0}) == ErrorCode::Malformed);
    const auto invite = client.good(protocol::CreateInvite{2, 0});
    CHECK(invite.code.size() == 22);
    CHECK(invite.expiresMs == server.clock.now + 7 * dayMs);
    CHECK(registerWith("boris", invite.code) == std::nullopt);
    CHECK(registerWith("clara", invite.code) == std::nullopt);
    CHECK(registerWith("dora", invite.code) == ErrorCode::InviteInvalid);
    const auto brief = client.good(protocol::CreateInvite{1, 1000});
    server.clock.now += 1000;
    CHECK(registerWith("emil", brief.code) == ErrorCode::InviteInvalid);
}

TEST_CASE("a name that is taken costs no invite, and guessing invites is limited")
{
    TestServer server(withPolicy(protocol::RegistrationPolicy::Invite));
    {
        SqlStore store(*server.writeConnection);
        store.invites().insert({inviteHash("two"), std::nullopt, 2, server.clock.now + dayMs});
    }
    Client client(server);
    client.hello();
    Person anna("anna");
    auto request = anna.registration();
    request.invite = "two";
    client.good(request);
    Client next(server);
    next.hello();
    Person boris("anna");
    request = boris.registration();
    request.invite = "two";
    CHECK(next.code(request) == ErrorCode::UsernameTaken);
    request.username = "boris";
    next.good(request);

    Client guesser(server, "192.0.2.66");
    guesser.hello();
    for (int i = 0; i < 20; ++i)
        CHECK(guesser.code(protocol::CheckUsername{"cara", std::to_string(i)}) ==
              ErrorCode::InviteInvalid);
    CHECK(guesser.code(protocol::CheckUsername{"cara", "more"}) == ErrorCode::RateLimited);
}

TEST_CASE("registrations are limited per address, invites per account")
{
    TestServer server;
    Member anna(server, "anna");
    for (int i = 0; i < 100; ++i)
        anna.client.good(protocol::CreateInvite{1, 0});
    CHECK(anna.client.code(protocol::CreateInvite{1, 0}) == ErrorCode::RateLimited);
    auto request = Person("boris").registration();
    request.username = "anna";
    // Two connections: one alone would use up what it may ask for.
    Client clients[] = {Client(server, "192.0.2.7"), Client(server, "192.0.2.7")};
    for (auto& client : clients) {
        client.hello();
        for (int i = 0; i < 150; ++i)
            CHECK(client.code(request) == ErrorCode::UsernameTaken);
    }
    auto& client = clients[1];
    const auto error = client.refused(request);
    CHECK(error.code == ErrorCode::RateLimited);
    CHECK(error.retryAfterMs == 3'600'000u);
}

TEST_CASE("where registration is closed there are no invites")
{
    auto settings = TestServer::openSettings();
    TestServer server(settings);
    Member anna(server, "anna");
    settings.registration = protocol::RegistrationPolicy::Closed;
    server.chat = std::make_unique<ChatServer>(
        settings, server.keys,
        ChatServer::Ports{*server.store, *server.writer, server.clock, server.rng, *server.bus,
                          server.limiter});
    Client client(server);
    client.logIn(anna.person, anna.device());
    CHECK(client.code(protocol::CreateInvite{1, 0}) == ErrorCode::Forbidden);
}

TEST_CASE("a deleted account leaves a closed entry in the log and its name is kept")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(eventOf(anna, boris, 1));
    boris.client.good(eventOf(boris, anna, 1));
    boris.client.good(controlOf(boris, anna));
    Client second(server);
    second.logIn(anna.person, anna.device());
    boris.client.forgetPushes();

    CHECK(anna.client.code(protocol::DeleteAccount{randomSecret()}) == ErrorCode::Unauthorized);
    anna.client.good(protocol::DeleteAccount{anna.person.auth});
    for (auto* client : {&anna.client, &second}) {
        REQUIRE(client->connection.closeCode);
    }
    CHECK(anna.client.take<protocol::ClosingPush>().at(0).reason == ErrorCode::Unauthorized);
    const auto entries = boris.client.take<protocol::DirectoryPush>();
    REQUIRE(entries.size() == 1);
    CHECK(equal(View(entries[0].entry).last(32), Hash32{}));
    const auto presence = boris.client.take<protocol::PresencePush>();
    REQUIRE(presence.size() == 1);
    CHECK_FALSE(presence[0].presence.online);
    CHECK(presence[0].presence.lastSeenMs == 0);

    CHECK(boris.client.code(protocol::ResolveUsername{"anna"}) == ErrorCode::NotFound);
    CHECK(boris.client.good(protocol::GetUsers{{anna.id(), boris.id()}}).users.size() == 1);
    CHECK(boris.client.code(protocol::GetProfile{anna.id()}) == ErrorCode::NotFound);
    CHECK(boris.client.code(protocol::GetBundle{anna.id(), anna.device().id()}) ==
          ErrorCode::NotFound);
    CHECK(boris.client.code(eventOf(boris, anna, 2)) == ErrorCode::NotFound);
    CHECK(boris.client.code(protocol::SetContact{anna.id(), ContactState::Accepted}) ==
          ErrorCode::NotFound);
    CHECK(boris.client.good(protocol::GetContacts{}).contacts.empty());
    // The conversation stays with the other.
    const auto log = crypto::directConversation(anna.id(), boris.id());
    CHECK(boris.client.good(protocol::FetchEvents{log, 0, 10}).events.size() == 2);
    // Her lists stay, as proof of what the log says.
    CHECK(boris.client.good(protocol::GetDeviceLists{anna.id(), 0}).lists.size() == 1);

    Client client(server);
    client.hello();
    CHECK(client.code(client.loginOf(anna.person, anna.device())) == ErrorCode::Unauthorized);
    CHECK(client.code(protocol::PasswordLogin{"anna", anna.person.auth}) ==
          ErrorCode::Unauthorized);
    CHECK_FALSE(client.good(protocol::CheckUsername{"anna", {}}).available);
    Person again("anna");
    CHECK(client.code(again.registration()) == ErrorCode::UsernameTaken);
}

TEST_CASE("a new recovery code replaces the old one")
{
    TestServer server;
    Member anna(server, "anna");
    const auto code = randomSecret();
    const protocol::ReplaceRecovery request{anna.person.auth, Bytes(104, 0x77), code};
    auto wrong = request;
    wrong.auth = randomSecret();
    CHECK(anna.client.code(wrong) == ErrorCode::Unauthorized);
    auto empty = request;
    empty.rootSlot.clear();
    CHECK(anna.client.code(empty) == ErrorCode::Malformed);
    anna.client.good(request);
    Client client(server);
    client.hello();
    CHECK(client.code(protocol::RecoveryLogin{"anna", anna.person.recoveryAuth}) ==
          ErrorCode::Unauthorized);
    server.clock.now += RateLimiter::firstWaitMs; // it was the second failure
    client.good(protocol::RecoveryLogin{"anna", code});
    CHECK(client.good(protocol::GetRootSlot{1}).slot == Bytes(104, 0x77));
}

TEST_CASE("the free-name check is limited in rate")
{
    TestServer server;
    Client client(server);
    client.hello();
    for (int i = 0; i < 60; ++i)
        client.good(protocol::CheckUsername{"name" + std::to_string(i), {}});
    CHECK(client.code(protocol::CheckUsername{"more", {}}) == ErrorCode::RateLimited);
    Client elsewhere(server, "192.0.2.9");
    elsewhere.hello();
    elsewhere.good(protocol::CheckUsername{"more", {}});
}
