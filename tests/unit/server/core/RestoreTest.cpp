#include "server/core/Operations.h"
#include "tests/unit/server/core/RestoreWorld.h"

using namespace impulse::tests;
using namespace impulse;

TEST_CASE("hand-ins are refused where nothing was restored")
{
    TestServer server;
    Member anna(server, "anna");
    const auto log = logOf(server, anna.client);
    CHECK(anna.client.code(statementOf(log)) == ErrorCode::OutOfState);
    Client client(server);
    client.hello();
    CHECK(client.code(statementOf(log)) == ErrorCode::OutOfState);
    CHECK(client.code(protocol::RegisterAgain{}) == ErrorCode::OutOfState);
}

TEST_CASE("a restored server appends nothing at first")
{
    Restored world;
    Client client(world.server);
    client.hello();
    Person eve("eve");
    const auto registration = client.refused(eve.registration());
    CHECK(registration.code == ErrorCode::Unavailable);
    CHECK(registration.retryAfterMs == 5'000);
    // Nor does it say that those whom it does not know are gone.
    CHECK(client.code(client.loginOf(world.dora, world.dora.devices.front())) ==
          ErrorCode::Unavailable);
    CHECK(client.code(client.loginOf(world.anna.person, world.phone)) == ErrorCode::Unavailable);
    world.boris.client.reconnect();
    world.boris.client.logIn(world.boris.person, world.boris.device());
    const auto phone = world.boris.person.makeDevice();
    CHECK(world.boris.client.code(publication(world.boris.person.listOf(
              {&world.boris.device(), &phone}, false))) == ErrorCode::Unavailable);
    CHECK(world.boris.client.code(protocol::DeleteAccount{world.boris.person.auth}) ==
          ErrorCode::Unavailable);
    // Not for its operator either.
    std::optional<protocol::Error> refusal;
    Operations(*world.server.chat).deleteAccount(world.boris.id(), [&](const auto& done) {
        if (!done)
            refusal = done.error();
    });
    world.server.flush();
    REQUIRE(refusal);
    CHECK(refusal->code == ErrorCode::Unavailable);
    CHECK(refusal->retryAfterMs == 5'000);
    // Wraps for a device that it does not know yet: later. For those that it knows: now.
    auto event = eventOf({world.boris.person, world.boris.device(), world.anna.id(), 1, 3},
                         {world.anna.device().id(), world.phone.id()});
    CHECK(world.boris.client.code(event) == ErrorCode::Unavailable);
    CHECK(world.boris.client.good(eventOf(world.boris, world.clara, 1)).seq == 1);
    CHECK(world.seq() == 3);
}

TEST_CASE("what two users hand in is adopted after a minute, with its lists")
{
    Restored world;
    world.comeBack(world.boris, *world.log, {world.handedPhoneList()});
    // Known now: to state it is enough.
    world.clara.client.reconnect();
    world.clara.client.hello();
    CHECK(world.clara.client.good(statementOf(*world.log)).state == HandInState::Waiting);
    world.clara.client.good(world.clara.client.loginOf(world.clara.person, world.clara.device()));
    world.server.pass(togetherMs - 1);
    CHECK(world.seq() == 3);
    CHECK(world.isClosed());
    world.clara.client.sync();
    world.clara.client.forgetPushes();
    world.server.pass(1);
    CHECK(world.seq() == 5);
    CHECK_FALSE(world.isClosed());
    CHECK(logOf(world.server, world.clara.client).directory.head() == world.log->directory.head());
    CHECK(world.clara.client.good(statementOf(*world.log)).state == HandInState::OnLog);
    CHECK(world.clara.client.take<protocol::DirectoryPush>().size() == 1);
    // The phone is Anna's again: it logs in, and events must be wrapped for it.
    Client client(world.server);
    client.logIn(world.anna.person, world.phone);
    CHECK(world.boris.client.code(eventOf(world.boris, world.anna, 1)) == ErrorCode::StaleRoster);
    world.boris.client.good(
        eventOf({world.boris.person, world.boris.device(), world.anna.id(), 1, 3},
                {world.anna.device().id(), world.phone.id()}));
    // It appends again.
    Person eve("eve");
    Client another(world.server);
    another.hello();
    another.registerAs(eve);
    CHECK(world.seq() == 6);
}

TEST_CASE("a device that the backup does not know logs in against the list it hands in")
{
    Restored world;
    Client client(world.server);
    client.hello();
    CHECK(handIn(client, *world.log).ok());
    CHECK(client.code(client.loginOf(world.anna.person, world.phone)) == ErrorCode::Unavailable);
    Client second(world.server);
    second.hello();
    REQUIRE(handIn(second, *world.log, {world.handedPhoneList()}));
    second.good(second.loginOf(world.anna.person, world.phone));
    // It counts for Anna.
    world.comeBack(world.boris, *world.log);
    world.server.pass(togetherMs);
    CHECK(world.seq() == 5);
    CHECK(world.server.store->directory().devices(world.anna.id()).size() == 2);
}

TEST_CASE("what one user alone has is adopted after ten minutes")
{
    Restored world;
    world.comeBack(world.boris, *world.log);
    world.server.pass(aloneMs - 1);
    CHECK(world.seq() == 3);
    CHECK(world.isClosed());
    world.server.pass(1);
    CHECK(world.seq() == 5);
    CHECK_FALSE(world.isClosed());
}

TEST_CASE("what a disabled account hands in does not count")
{
    Restored world;
    Operations(*world.server.chat).setDisabled(world.boris.id(), true, [](const auto&) {});
    world.server.flush();
    world.comeBack(world.clara, *world.log);
    auto& boris = world.boris;
    boris.client.reconnect();
    boris.client.hello();
    REQUIRE(handIn(boris.client, *world.log));
    CHECK(boris.client.code(boris.client.loginOf(boris.person, boris.device())) ==
          ErrorCode::AccountDisabled);
    world.server.pass(togetherMs);
    CHECK(world.seq() == 3);
}

TEST_CASE("two devices of one user are one user")
{
    Restored world;
    world.comeBack(world.anna, *world.log, {world.handedPhoneList()});
    Client client(world.server);
    client.hello();
    REQUIRE(handIn(client, *world.log, {world.handedPhoneList()}));
    client.good(client.loginOf(world.anna.person, world.phone));
    world.server.pass(togetherMs);
    CHECK(world.seq() == 3);
    CHECK(world.isClosed());
}

TEST_CASE("a longer log of one user is waited for")
{
    Restored world;
    Log shorter(world.server.keys.serverId);
    for (std::size_t i = 0; i < 4; ++i)
        shorter.add(View(world.log->entries).subspan(i * entrySize, entrySize));
    world.comeBack(world.boris, shorter);
    world.comeBack(world.clara, *world.log);
    world.server.pass(togetherMs);
    // Both have the first; the second is Clara's word.
    CHECK(world.seq() == 4);
    CHECK(world.isClosed());
    world.server.pass(aloneMs - togetherMs);
    CHECK(world.seq() == 5);
    CHECK_FALSE(world.isClosed());
}

TEST_CASE("users who miss nothing let it open after a minute")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    server.backUp();
    const auto log = logOf(server, anna.client);
    for (auto* member : {&anna, &boris}) {
        member->client.disconnect();
    }
    server.restore();
    for (auto* member : {&anna, &boris}) {
        member->client.reconnect();
        member->client.hello();
        CHECK(member->client.good(statementOf(log)).state == HandInState::OnLog);
        member->client.good(member->client.loginOf(member->person, member->device()));
    }
    server.pass(togetherMs);
    CHECK_FALSE(server.store->handIns().status().isClosed());
}

TEST_CASE("nobody comes: it opens after ten minutes, and adopts while nothing was appended")
{
    Restored world;
    world.server.pass(aloneMs);
    CHECK_FALSE(world.isClosed());
    CHECK(world.seq() == 3);
    world.comeBack(world.boris, *world.log);
    world.server.pass(1000);
    CHECK(world.seq() == 5);
    CHECK(logOf(world.server, world.boris.client).directory.head() == world.log->directory.head());
}

TEST_CASE("once it has appended, another log is a conflict")
{
    Restored world;
    world.server.pass(aloneMs);
    Client client(world.server);
    client.hello();
    Person eve("eve");
    client.registerAs(eve);
    world.boris.client.reconnect();
    world.boris.client.hello();
    CHECK(world.boris.client.code(statementOf(*world.log)) == ErrorCode::DirectoryConflict);
    // The login is another matter.
    world.boris.client.good(world.boris.client.loginOf(world.boris.person, world.boris.device()));
    world.server.pass(aloneMs);
    CHECK(world.seq() == 4);
}

TEST_CASE("of several logs that of the most users is adopted; a liar's is not")
{
    Restored world;
    Log forged(world.server.keys.serverId);
    for (std::size_t i = 0; i < 3; ++i)
        forged.add(View(world.log->entries).subspan(i * entrySize, entrySize));
    const auto forgery = forgedList(world.clara);
    forged.add(crypto::hash(crypto::label::dirLabel, world.server.keys.serverId, world.clara.id()),
               crypto::deviceListHash(forgery));
    forged.add(*Hash32::from(Bytes(32, 9)), *Hash32::from(Bytes(32, 8)));
    forged.add(*Hash32::from(Bytes(32, 7)), *Hash32::from(Bytes(32, 6)));
    // First to come, and longer.
    world.comeBack(world.boris, forged);
    world.comeBack(world.anna, *world.log, {world.handedPhoneList()});
    world.comeBack(world.clara, *world.log);
    world.server.pass(togetherMs);
    CHECK(logOf(world.server, world.clara.client).directory.head() == world.log->directory.head());
    CHECK_FALSE(world.isClosed());
    world.server.pass(aloneMs);
    CHECK(world.seq() == 5);
}

TEST_CASE("invented users do not count")
{
    Restored world;
    Log forged(world.server.keys.serverId);
    for (std::size_t i = 0; i < 3; ++i)
        forged.add(View(world.log->entries).subspan(i * entrySize, entrySize));
    std::vector<std::unique_ptr<Person>> invented;
    std::vector<protocol::HandedList> lists;
    for (int i = 0; i < 5; ++i) {
        auto person = std::make_unique<Person>("invented" + std::to_string(i));
        const auto list = person->listOf({&person->devices.front()});
        forged.add(
            crypto::hash(crypto::label::dirLabel, world.server.keys.serverId, person->userId),
            crypto::deviceListHash(list));
        lists.push_back({person->userId, list});
        invented.push_back(std::move(person));
    }
    for (const auto& person : invented) {
        Client client(world.server);
        client.hello();
        REQUIRE(handIn(client, forged, lists));
        CHECK(client.code(client.loginOf(*person, person->devices.front())) ==
              ErrorCode::Unavailable);
    }
    world.server.pass(aloneMs);
    CHECK(world.seq() == 3);
    // Nor do those who come in when it is open, while it would still adopt.
    Client client(world.server);
    client.hello();
    CHECK(client.code(client.loginOf(*invented.front(), invented.front()->devices.front())) ==
          ErrorCode::Unauthorized);
}

TEST_CASE("a restart goes on with what was handed in; a second restore begins anew")
{
    Restored world;
    world.comeBack(world.boris, *world.log);
    world.boris.client.disconnect();
    world.server.restart();
    world.comeBack(world.clara, *world.log);
    world.server.pass(togetherMs);
    CHECK(world.seq() == 5);
    CHECK_FALSE(world.isClosed());
    world.server.backUp();
    for (auto* member : {&world.boris, &world.clara})
        member->client.disconnect();
    world.server.restore();
    CHECK(world.isClosed());
    CHECK(world.server.store->handIns().status().baseSeq == 5);
}
