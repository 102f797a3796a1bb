#include "tests/unit/server/core/GroupHarness.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

constexpr std::uint64_t goneMs = 7000;

/// Uses a limit up, lets some time go by, and asks once more: the refusal must name what is left of
/// the window.
struct Town {
    TestServer server;
    Member anna{server, "anna"};
    Member boris{server, "boris"};

    void useUp(Limit limit, const std::string& key)
    {
        server.limiter.clear(limit, key);
        server.limiter.add(limit, key, Limits()[limit].most);
        server.clock.now += goneMs;
    }
    template <class Request> void expectRefusal(Client& client, Limit limit, const Request& request)
    {
        const auto error = client.refused(request);
        CHECK(error.code == ErrorCode::RateLimited);
        CHECK(error.retryAfterMs == Limits()[limit].windowMs - goneMs);
    }
    /// The first state of a group that the server does not have yet.
    protocol::PutGroupState anotherGroup()
    {
        auto state = TestGroup(server, {&anna, &boris}).state;
        state.salt = crypto::random<crypto::GroupSalt>(server.rng);
        state.group = crypto::groupId(state.salt, anna.id(), anna.device().party().identityKey);
        const Bytes meta(328, 3);
        state.metaHash = crypto::groupMetaHash(meta);
        auto bytes = crypto::signGroupState(anna.device().signPair().secretKey, state);
        REQUIRE(bytes);
        return {std::move(*bytes), meta};
    }
    /// And it is true: a little earlier it is refused still, then not.
    template <class Request> void expectPause(Client& client, Limit limit, const Request& request)
    {
        expectRefusal(client, limit, request);
        server.clock.now += Limits()[limit].windowMs - goneMs - 1;
        CHECK(client.refused(request).retryAfterMs == 1u);
        server.clock.now += 1;
        const auto answered = client.call(request);
        CHECK((answered || answered.error().code != ErrorCode::RateLimited));
    }
};

protocol::PasswordLogin wrongPassword(const std::string& username)
{
    return {username, randomSecret()};
}

} // namespace

TEST_CASE_METHOD(Town, "what an account does too often is refused with the time to come again")
{
    const auto key = limitKey({anna.id()});
    SECTION("names that are looked up")
    {
        useUp(Limit::Resolves, key);
        expectPause(anna.client, Limit::Resolves, protocol::ResolveUsername{"boris"});
    }
    SECTION("invites")
    {
        useUp(Limit::Invites, key);
        expectPause(anna.client, Limit::Invites, protocol::CreateInvite{1, 0});
    }
    SECTION("profiles")
    {
        useUp(Limit::ProfileChanges, key);
        expectPause(anna.client, Limit::ProfileChanges, protocol::PutProfile{profileOf(2, 1)});
    }
    SECTION("the switch for last seen, which counts with them")
    {
        useUp(Limit::ProfileChanges, key);
        expectPause(anna.client, Limit::ProfileChanges, protocol::SetPrivacy{true});
    }
    SECTION("contacts")
    {
        useUp(Limit::ContactChanges, key);
        expectPause(anna.client, Limit::ContactChanges,
                    protocol::SetContact{boris.id(), ContactState::Accepted});
    }
    SECTION("typing, of a device")
    {
        useUp(Limit::Transients, limitKey({anna.device().id()}));
        expectPause(anna.client, Limit::Transients, typingOf(anna, boris));
    }
    SECTION("prekeys of a device")
    {
        const auto& device = boris.device().id();
        useUp(Limit::Bundles, limitKey({anna.id(), boris.id(), device}));
        expectPause(anna.client, Limit::Bundles, protocol::GetBundle{boris.id(), device});
    }
    SECTION("control envelopes to a device")
    {
        useUp(Limit::Controls, limitKey({anna.device().id(), boris.device().id()}));
        expectPause(anna.client, Limit::Controls, controlOf(anna, boris));
    }
    SECTION("what is stored of it")
    {
        useUp(Limit::StoredBytes, key);
        expectPause(anna.client, Limit::StoredBytes, eventOf(anna, boris, 1));
    }
    SECTION("new groups")
    {
        const auto state = anotherGroup();
        useUp(Limit::NewGroups, key);
        expectPause(anna.client, Limit::NewGroups, state);
    }
    SECTION("requests of every kind")
    {
        useUp(Limit::Requests, key);
        expectPause(anna.client, Limit::Requests, protocol::GetContacts{});
    }
}

TEST_CASE_METHOD(Town, "what an address does too often is refused with the time to come again")
{
    const std::string address = "192.0.2.7";
    const auto key = limitKey({view(address)});
    Client client(server, address);
    client.hello();
    SECTION("free names")
    {
        useUp(Limit::UsernameChecks, key);
        expectPause(client, Limit::UsernameChecks, protocol::CheckUsername{"cara", {}});
    }
    SECTION("registrations")
    {
        useUp(Limit::Registrations, key);
        expectPause(client, Limit::Registrations, Person("cara").registration());
    }
    SECTION("failed logins")
    {
        useUp(Limit::FailuresPerAddress, key);
        // Of every kind.
        expectRefusal(client, Limit::FailuresPerAddress,
                      client.loginOf(anna.person, anna.device()));
        expectRefusal(client, Limit::FailuresPerAddress,
                      protocol::RecoveryLogin{"anna", anna.person.recoveryAuth});
        expectPause(client, Limit::FailuresPerAddress, wrongPassword("boris"));
    }
    SECTION("failed logins of one account")
    {
        useUp(Limit::FailuresPerAccountAndAddress, limitKey({view("anna"), view(address)}));
        expectPause(client, Limit::FailuresPerAccountAndAddress, wrongPassword("anna"));
    }
    SECTION("failed logins of one account from everywhere")
    {
        useUp(Limit::FailuresPerAccount, limitKey({view("anna")}));
        expectPause(client, Limit::FailuresPerAccount, wrongPassword("anna"));
    }
    SECTION("requests of every kind")
    {
        useUp(Limit::Requests, key);
        expectPause(client, Limit::Requests, protocol::GetPasswordParameters{"anna"});
    }
}
