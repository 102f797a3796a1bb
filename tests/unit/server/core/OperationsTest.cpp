#include "server/core/Operations.h"
#include "server/core/InviteCodes.h"
#include "tests/unit/server/core/Harness.h"

using namespace impulse;
using namespace impulse::server;
using namespace impulse::tests;

namespace {

/// Runs an operation to its end; true if it was done.
template <class Call> bool done(TestServer& server, Call call)
{
    std::optional<bool> result;
    call(Operations::Done([&](const Outcome<protocol::Done>& outcome) { result = outcome.ok(); }));
    server.flush();
    REQUIRE(result);
    return *result;
}

} // namespace

TEST_CASE("a disabled account is logged out and kept out by every door until it is enabled")
{
    TestServer server;
    Operations operations(*server.chat);
    Member anna(server, "anna");
    Member bert(server, "bert");
    Client pending(server);
    pending.hello();
    pending.good(protocol::PasswordLogin{"anna", anna.person.auth});

    REQUIRE(done(server, [&](auto d) { operations.setDisabled(anna.id(), true, d); }));
    CHECK(anna.client.connection.closeCode == CloseCode::Policy);
    CHECK(pending.connection.closeCode == CloseCode::Policy);
    CHECK_FALSE(bert.client.connection.closeCode);
    const auto closing = anna.client.take<protocol::ClosingPush>();
    REQUIRE(closing.size() == 1);
    CHECK(closing.front().reason == ErrorCode::AccountDisabled);

    Client again(server);
    again.hello();
    CHECK(again.code(protocol::PasswordLogin{"anna", anna.person.auth}) ==
          ErrorCode::AccountDisabled);
    CHECK(again.code(protocol::RecoveryLogin{"anna", anna.person.recoveryAuth}) ==
          ErrorCode::AccountDisabled);
    CHECK(again.code(again.loginOf(anna.person, anna.device())) == ErrorCode::AccountDisabled);
    // Who does not know the password does not learn it.
    CHECK(again.code(protocol::PasswordLogin{"anna", randomSecret()}) == ErrorCode::Unauthorized);

    REQUIRE(done(server, [&](auto d) { operations.setDisabled(anna.id(), false, d); }));
    Client back(server);
    back.logIn(anna.person, anna.device());
    CHECK_FALSE(done(server, [&](auto d) { operations.setDisabled(UserId{}, true, d); }));
}

TEST_CASE("a reset code sets a new password once, within its day, and is kept hashed")
{
    TestServer server;
    Operations operations(*server.chat);
    Member anna(server, "anna");
    const auto code = newInviteCode(server.rng);
    const auto set = [&] {
        const ResetCode stored{resetHash(code), server.clock.nowMs() + resetValidMs};
        return done(server, [&](auto d) { operations.setResetCode(anna.id(), stored, d); });
    };
    const auto newAuth = randomSecret();
    const protocol::ChangePassword change{std::nullopt, anna.person.registration().password,
                                          newAuth};
    Client client(server);
    client.hello();
    CHECK(client.code(protocol::ResetLogin{"anna", code}) == ErrorCode::Unauthorized);
    REQUIRE(set());
    CHECK(client.code(protocol::ResetLogin{"anna", "wrong"}) == ErrorCode::Unauthorized);
    CHECK(client.code(protocol::ResetLogin{"nobody", code}) == ErrorCode::Unauthorized);
    server.clock.now += 8 * RateLimiter::firstWaitMs;
    CHECK(client.good(protocol::ResetLogin{"anna", code}).userId == anna.id());
    Client second(server);
    second.hello();
    second.good(protocol::ResetLogin{"anna", code});

    // Not yet used: the old password holds.
    Client before(server, "192.0.2.7");
    before.hello();
    before.good(protocol::PasswordLogin{"anna", anna.person.auth});

    client.good(change);
    CHECK(second.code(change) == ErrorCode::Unauthorized);
    CHECK(client.code(change) == ErrorCode::Unauthorized);
    Client after(server, "192.0.2.8");
    after.hello();
    CHECK(after.code(protocol::ResetLogin{"anna", code}) == ErrorCode::Unauthorized);
    CHECK(after.code(protocol::PasswordLogin{"anna", anna.person.auth}) == ErrorCode::Unauthorized);
    server.clock.now += RateLimiter::firstWaitMs;
    after.good(protocol::PasswordLogin{"anna", newAuth});

    REQUIRE(set());
    server.clock.now += resetValidMs;
    Client late(server, "192.0.2.9");
    late.hello();
    CHECK(late.code(protocol::ResetLogin{"anna", code}) == ErrorCode::Unauthorized);
}

TEST_CASE("guessing reset codes is limited like guessing passwords")
{
    TestServer server;
    Member anna(server, "anna");
    Client client(server, "192.0.2.5");
    client.hello();
    CHECK(client.code(protocol::ResetLogin{"anna", "x"}) == ErrorCode::Unauthorized);
    for (const std::uint64_t waitMs : {0, 1000, 2000, 4000}) {
        if (waitMs > 0) {
            server.clock.now += waitMs - 1;
            CHECK(client.refused(protocol::ResetLogin{"anna", "x"}).retryAfterMs == 1);
            server.clock.now += 1;
        }
        CHECK(client.code(protocol::ResetLogin{"anna", "x"}) == ErrorCode::Unauthorized);
    }
    const auto refused = client.refused(protocol::ResetLogin{"anna", "x"});
    CHECK(refused.code == ErrorCode::RateLimited);
    CHECK(refused.retryAfterMs.value_or(0) > 0);
}

TEST_CASE("the operator deletes an account, makes and revokes invites, and sees sessions")
{
    TestServer server;
    Operations operations(*server.chat);
    Member anna(server, "anna");
    Member bert(server, "bert");
    bert.client.sync();
    bert.client.forgetPushes();
    CHECK(operations.sessions(1).total == 2);
    CHECK(operations.sessions(1).some.size() == 1);

    REQUIRE(done(server, [&](auto d) { operations.deleteAccount(anna.id(), d); }));
    CHECK(anna.client.connection.closeCode);
    CHECK(bert.client.take<protocol::DirectoryPush>().size() == 1);
    CHECK_FALSE(server.store->accounts().username(anna.id()));
    CHECK_FALSE(done(server, [&](auto d) { operations.deleteAccount(anna.id(), d); }));

    const NewInvite invite{inviteHash("code"), std::nullopt, 1, server.clock.nowMs() + 1000};
    REQUIRE(done(server, [&](auto d) { operations.makeInvite(invite, d); }));
    CHECK(server.store->invites().isUsable(invite.hash, server.clock.nowMs()));
    REQUIRE(done(server, [&](auto d) { operations.revokeInvite(invite.hash, d); }));
    CHECK_FALSE(server.store->invites().isUsable(invite.hash, server.clock.nowMs()));
    CHECK_FALSE(done(server, [&](auto d) { operations.revokeInvite(invite.hash, d); }));

    operations.setDraining(5000);
    const auto closing = bert.client.take<protocol::ClosingPush>();
    REQUIRE(closing.size() == 1);
    CHECK(closing.front().reason == ErrorCode::Unavailable);
    CHECK(closing.front().retryAfterMs == 5000);
    {
        // Was accepted meanwhile.
        Client late(server);
        CHECK(late.connection.closeCode == CloseCode::GoingAway);
        CHECK(late.take<protocol::ClosingPush>().size() == 1);
    }
    operations.setDraining(std::nullopt);
    Client guest(server);
    guest.hello();
    CHECK_FALSE(guest.connection.closeCode);
}

TEST_CASE("numbers: sessions come and go, a resend is no message, refusals by limits are counted")
{
    auto settings = TestServer::openSettings();
    const auto traffic = settings.traffic;
    TestServer server(std::move(settings));
    {
        Member anna(server, "anna");
        Member bert(server, "bert");
        Client guest(server);
        guest.hello();
        bert.client.sync();
        CHECK(traffic->connections.value() == 3);
        CHECK(traffic->sessions.value() == 2);
        const auto event = eventOf(anna, bert, 1);
        anna.client.good(event);
        anna.client.good(event);
        CHECK(traffic->messagesIn.value() == 1);
        CHECK(traffic->messagesOut.value() == 1);
        CHECK(traffic->rateLimited.value() == 0);
        for (int i = 0; i < 6; ++i) {
            server.clock.now += 8 * RateLimiter::firstWaitMs;
            guest.refused(protocol::PasswordLogin{"anna", randomSecret()});
        }
        CHECK(traffic->rateLimited.value() == 1);
        const auto out = traffic->framesOut.value();
        const auto in = traffic->framesIn.value();
        bert.client.sync();
        CHECK(traffic->framesOut.value() == out + 1);
        CHECK(traffic->framesIn.value() == in + 1);
    }
    CHECK(traffic->connections.value() == 0);
    CHECK(traffic->sessions.value() == 0);
}

TEST_CASE("the policy of registration changes while people are connected")
{
    auto settings = TestServer::openSettings();
    const auto registration = settings.registration;
    TestServer server(settings);
    Person anna("anna");
    Client client(server);
    CHECK(client.hello().registration == protocol::RegistrationPolicy::Open);
    registration.set(protocol::RegistrationPolicy::Closed);
    CHECK(client.code(anna.registration()) == ErrorCode::RegistrationClosed);
    registration.set(protocol::RegistrationPolicy::Open);
    client.good(anna.registration());
}
