#include "tests/unit/server/core/Harness.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

constexpr std::uint64_t quarterMs = 15 * 60'000;

protocol::PasswordLogin wrong(const std::string& name)
{
    return {name, randomSecret()};
}

} // namespace

TEST_CASE("the hello is signed for this certificate and these nonces")
{
    TestServer server;
    Client client(server);
    const auto nonce = crypto::random<protocol::Nonce>(server.rng);
    const auto result = client.good(protocol::Hello{nonce, 1, 1, "test"});
    CHECK(result.serverId == server.keys.serverId);
    crypto::Hello hello{
        result.serverId, *crypto::CertificateHash::from(client.connection.certificate),
        *crypto::HelloNonce::from(nonce), *crypto::HelloNonce::from(result.serverNonce)};
    CHECK(crypto::verifyServerHello(hello, result.signature));
    hello.tls = {};
    CHECK_FALSE(crypto::verifyServerHello(hello, result.signature));
    Client other(server);
    CHECK(other.hello().serverNonce != result.serverNonce);
}

TEST_CASE("a device logs in by signature, of this connection only")
{
    TestServer server;
    Person anna("anna");
    Client first(server);
    first.hello();
    first.registerAs(anna);
    const auto& device = anna.devices.front();

    Client second(server);
    second.hello();
    const auto login = second.loginOf(anna, device);
    auto broken = login;
    broken.signature.data()[5] ^= 1;
    CHECK(second.code(broken) == ErrorCode::Unauthorized);
    CHECK(second.good(login).username == "anna");
    CHECK(second.code(login) == ErrorCode::OutOfState);

    Client replay(server);
    replay.hello();
    CHECK(replay.code(login) == ErrorCode::Unauthorized);

    Client stranger(server);
    stranger.hello();
    auto nobody = login;
    nobody.userId = *UserId::from(Bytes(16, 3));
    CHECK(stranger.code(nobody) == ErrorCode::Unauthorized);
    auto unlisted = login;
    unlisted.deviceId = *DeviceId::from(Bytes(16, 3));
    CHECK(stranger.code(unlisted) == ErrorCode::DeviceRemoved);
}

TEST_CASE("a login meant for another certificate is refused")
{
    TestServer server;
    Person anna("anna");
    Client first(server);
    first.hello();
    first.registerAs(anna);
    Client client(server);
    client.hello();
    client.connection.certificate = *Hash32::from(Bytes(32, 0xee));
    const auto login = client.loginOf(anna, anna.devices.front());
    client.connection.certificate = *Hash32::from(Bytes(32, 0xc3));
    CHECK(client.code(login) == ErrorCode::Unauthorized);
}

TEST_CASE("at sign-in an unknown name looks like a known one")
{
    TestServer server;
    Member anna(server, "anna");
    Client client(server, "192.0.2.7");
    client.hello();
    const auto known = client.good(protocol::GetPasswordParameters{"anna"});
    const auto fake = client.good(protocol::GetPasswordParameters{"nobody"});
    CHECK(known.ops == fake.ops);
    CHECK(known.mem == fake.mem);
    CHECK(known.serverSalt != fake.serverSalt);
    CHECK(client.good(protocol::GetPasswordParameters{"nobody"}).serverSalt == fake.serverSalt);
    CHECK(client.good(protocol::GetPasswordParameters{"somebody"}).serverSalt != fake.serverSalt);

    // Same bytes but for the request's id, up to and past the limit.
    const auto answersFor = [&](const std::string& name, const std::string& address) {
        std::vector<Bytes> answers;
        Client guesser(server, address);
        guesser.hello();
        guesser.connection.frames.clear();
        for (std::uint64_t i = 0; i < 7; ++i)
            guesser.sendBytes(protocol::encodeRequest(1000 + i, wrong(name)));
        return guesser.connection.frames;
    };
    const auto forKnown = answersFor("anna", "192.0.2.8");
    const auto forUnknown = answersFor("mnbv", "192.0.2.9");
    CHECK(forKnown.size() == 7);
    CHECK(forKnown == forUnknown);
    // Another server has another salt for it, or the fake would be known.
    TestServer other;
    Client there(other);
    there.hello();
    CHECK(there.good(protocol::GetPasswordParameters{"nobody"}).serverSalt != fake.serverSalt);
    // A deleted account's name is one that nobody has.
    CHECK(known.serverSalt == anna.person.registration().password.serverSalt);
    anna.client.good(protocol::DeleteAccount{anna.person.auth});
    const auto gone = client.good(protocol::GetPasswordParameters{"anna"});
    CHECK(gone.serverSalt != known.serverSalt);
    CHECK(gone.serverSalt == client.good(protocol::GetPasswordParameters{"anna"}).serverSalt);
    // A name that nobody can have is no exception.
    CHECK(client.code(wrong("No Such Name")) == ErrorCode::Unauthorized);
}

TEST_CASE("what the database says of a password is worth nothing without the pepper")
{
    TestServer server;
    Member anna(server, "anna");
    const auto account = server.store->accounts().find(anna.id());
    REQUIRE(account);
    CHECK_FALSE(equal(account->passwordVerifier.value, anna.person.auth.expose()));
    CHECK(account->passwordVerifier.salt != account->recoveryVerifier.salt);
    server.keys.pepper = crypto::random<crypto::Pepper>(server.rng);
    Client client(server);
    client.hello();
    CHECK(client.code(protocol::PasswordLogin{"anna", anna.person.auth}) ==
          ErrorCode::Unauthorized);
    CHECK(client.code(protocol::RecoveryLogin{"anna", anna.person.recoveryAuth}) ==
          ErrorCode::Unauthorized);
}

TEST_CASE("failed logins are limited per account and address")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    Client client(server, "192.0.2.7");
    client.hello();
    CHECK(client.code(wrong("anna")) == ErrorCode::Unauthorized);
    for (const std::uint64_t waitMs : {0, 1000, 2000, 4000}) {
        if (waitMs > 0) {
            // Not even the right password is looked at, and asking does not make it longer.
            server.clock.now += waitMs - 1;
            for (int i = 0; i < 3; ++i) {
                const auto early =
                    client.refused(protocol::PasswordLogin{"anna", anna.person.auth});
                CHECK(early.code == ErrorCode::RateLimited);
                CHECK(early.retryAfterMs == 1);
            }
            server.clock.now += 1;
        }
        CHECK(client.code(wrong("anna")) == ErrorCode::Unauthorized);
    }
    auto error = client.refused(protocol::PasswordLogin{"anna", anna.person.auth});
    CHECK(error.code == ErrorCode::RateLimited);
    CHECK(error.retryAfterMs == quarterMs - 7000);
    // Elsewhere, and for others, it works.
    CHECK(client.code(wrong("boris")) == ErrorCode::Unauthorized);
    Client elsewhere(server, "192.0.2.8");
    elsewhere.hello();
    elsewhere.good(protocol::PasswordLogin{"anna", anna.person.auth});
    server.clock.now += quarterMs;
    client.good(protocol::PasswordLogin{"anna", anna.person.auth});
}

TEST_CASE("failed logins are limited per address, which stops every kind of login")
{
    TestServer server;
    Member anna(server, "anna");
    Client client(server, "192.0.2.7");
    client.hello();
    for (int i = 0; i < 20; ++i)
        CHECK(client.code(wrong("name" + std::to_string(i))) == ErrorCode::Unauthorized);
    CHECK(client.code(wrong("another")) == ErrorCode::RateLimited);
    CHECK(client.code(client.loginOf(anna.person, anna.device())) == ErrorCode::RateLimited);
    server.clock.now += quarterMs;
    client.good(client.loginOf(anna.person, anna.device()));
}

TEST_CASE("strangers cannot lock a person out of recovery or of a known device")
{
    TestServer server;
    Member anna(server, "anna");
    for (int i = 0; i < 50; ++i) {
        Client client(server, "198.51.100." + std::to_string(i / 2));
        client.hello();
        CHECK(client.code(wrong("anna")) == ErrorCode::Unauthorized);
    }
    Client client(server, "192.0.2.7");
    client.hello();
    CHECK(client.code(protocol::PasswordLogin{"anna", anna.person.auth}) == ErrorCode::RateLimited);
    client.good(protocol::RecoveryLogin{"anna", anna.person.recoveryAuth});
    Client device(server, "192.0.2.8");
    device.logIn(anna.person, anna.device());
}

TEST_CASE("wrong passwords of an account outlive a restart of the server")
{
    TestServer server;
    Member anna(server, "anna");
    const auto guess = [&](int from, int to) {
        for (int i = from; i < to; ++i) {
            Client client(server, "198.51.100." + std::to_string(i / 2));
            client.hello();
            CHECK(client.code(wrong("anna")) == ErrorCode::Unauthorized);
        }
    };
    RateLimiter fresh(server.clock);
    const auto restart = [&] {
        server.chat = std::make_unique<ChatServer>(TestServer::openSettings(), server.keys,
                                                   ChatServer::Ports{*server.store, *server.writer,
                                                                     server.clock, server.rng,
                                                                     *server.bus, fresh});
    };
    guess(0, 30);
    restart();
    server.clock.now += 1000;
    guess(30, 50);
    Client client(server, "192.0.2.7");
    client.hello();
    const auto error = client.refused(protocol::PasswordLogin{"anna", anna.person.auth});
    CHECK(error.code == ErrorCode::RateLimited);
    CHECK(error.retryAfterMs == quarterMs - 1000);
    client.good(protocol::RecoveryLogin{"anna", anna.person.recoveryAuth});
    Client later(server, "192.0.2.7");
    later.hello();
    SECTION("the window is over")
    {
        server.clock.now += quarterMs - 1000;
    }
    SECTION("the clock was set back")
    {
        server.clock.setBack(3'600'000);
    }
    later.good(protocol::PasswordLogin{"anna", anna.person.auth});
}

TEST_CASE("password and recovery code open the slot; only the code replaces a lost password")
{
    TestServer server;
    Person anna("anna");
    {
        Client client(server);
        client.hello();
        client.registerAs(anna);
    }
    const auto newAuth = randomSecret();
    const protocol::PasswordParameters better{*protocol::Salt::from(Bytes(16, 9)), 4,
                                              std::uint64_t{256} << 20};
    Client password(server);
    password.hello();
    CHECK(password.good(protocol::PasswordLogin{"anna", anna.auth}).userId == anna.userId);
    CHECK(password.good(protocol::GetRootSlot{1}).slot == Bytes(104, 0x51));
    CHECK(password.code(protocol::GetRootSlot{2}) == ErrorCode::NotFound);
    CHECK(password.code(protocol::ChangePassword{std::nullopt, better, newAuth}) ==
          ErrorCode::Unauthorized);
    CHECK(password.code(protocol::ChangePassword{randomSecret(), better, newAuth}) ==
          ErrorCode::Unauthorized);

    Client wrongCode(server);
    wrongCode.hello();
    CHECK(wrongCode.code(protocol::RecoveryLogin{"anna", anna.auth}) == ErrorCode::Unauthorized);
    server.clock.now += 4 * RateLimiter::firstWaitMs; // that was the third failure
    Client recovery(server);
    recovery.hello();
    recovery.good(protocol::RecoveryLogin{"anna", anna.recoveryAuth});
    recovery.good(protocol::GetRootSlot{1});
    recovery.good(protocol::ChangePassword{std::nullopt, better, newAuth});

    Client later(server);
    later.hello();
    CHECK(later.good(protocol::GetPasswordParameters{"anna"}).ops == 4);
    CHECK(later.code(protocol::PasswordLogin{"anna", anna.auth}) == ErrorCode::Unauthorized);
    server.clock.now += 8 * RateLimiter::firstWaitMs;
    later.good(protocol::PasswordLogin{"anna", newAuth});
}

TEST_CASE("better parameters are announced, weaker ones refused")
{
    auto settings = TestServer::openSettings();
    settings.passwordOps = 4;
    TestServer server(settings);
    Member anna(server, "anna");
    const auto change = [&](std::uint64_t ops, std::uint64_t mib) {
        return protocol::ChangePassword{anna.person.auth,
                                        {*protocol::Salt::from(Bytes(16, 9)), ops, mib << 20},
                                        anna.person.auth};
    };
    CHECK(anna.client.code(change(2, 256)) == ErrorCode::WeakParameters);
    CHECK(anna.client.code(change(3, 128)) == ErrorCode::WeakParameters);
    CHECK(anna.client.code(change(11, 256)) == ErrorCode::WeakParameters);
    CHECK(anna.client.code(change(3, 2048)) == ErrorCode::WeakParameters);
    Client client(server);
    client.hello();
    const auto result = client.good(protocol::PasswordLogin{"anna", anna.person.auth});
    REQUIRE(result.upgrade);
    CHECK(result.upgrade->ops == 4);
    anna.client.good(change(4, 256));
    Client again(server);
    again.hello();
    CHECK_FALSE(again.good(protocol::PasswordLogin{"anna", anna.person.auth}).upgrade);
}

TEST_CASE("a pending connection becomes its own account's device only")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    Client client(server);
    client.hello();
    client.good(protocol::PasswordLogin{"anna", anna.person.auth});
    CHECK(client.code(client.loginOf(boris.person, boris.device())) == ErrorCode::Forbidden);
    CHECK(client.code(protocol::GetDeviceLists{boris.id(), 0}) == ErrorCode::Forbidden);
    CHECK(client.good(protocol::GetDeviceLists{anna.id(), 0}).lists.size() == 1);
    client.good(client.loginOf(anna.person, anna.device()));
}
