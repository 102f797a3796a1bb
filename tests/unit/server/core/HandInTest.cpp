#include "tests/unit/server/core/RestoreWorld.h"

using namespace impulse::tests;
using namespace impulse;

TEST_CASE("what is handed in is checked, in order")
{
    Restored world;
    Client client(world.server);
    client.hello();
    auto request = statementOf(*world.log);
    const auto lost = toBytes(View(world.log->entries).subspan(3 * entrySize));
    const auto begin = [&] {
        CHECK(client.good(statementOf(*world.log)).state == HandInState::Wanted);
    };
    SECTION("entries come after the statement, and lists after the entries")
    {
        begin();
        request.lists = {world.handedPhoneList()};
        CHECK(client.code(request) == ErrorCode::DirectoryConflict);
    }
    SECTION("an entry that is cut off")
    {
        begin();
        request.entries = lost;
        request.entries.pop_back();
        CHECK(client.code(request) == ErrorCode::Malformed);
    }
    SECTION("entries that do not follow")
    {
        begin();
        request.entries = toBytes(View(lost).subspan(entrySize));
        CHECK(client.code(request) == ErrorCode::DirectoryConflict);
    }
    SECTION("entries that end in another head")
    {
        begin();
        request.entries = lost;
        request.entries.back() ^= 1;
        CHECK(client.code(request) == ErrorCode::DirectoryConflict);
    }
    SECTION("more entries than stated")
    {
        begin();
        request.entries = lost;
        request.entries.insert(request.entries.end(), lost.begin(), lost.end());
        CHECK(client.code(request) == ErrorCode::DirectoryConflict);
    }
    SECTION("a position that the log has, with another head")
    {
        request.seq = 2;
        CHECK(client.code(request) == ErrorCode::DirectoryConflict);
    }
    SECTION("lists")
    {
        REQUIRE(handIn(client, *world.log));
        request.lists = {{world.anna.id(), forgedList(world.anna)}};
        CHECK(client.code(request) == ErrorCode::InvalidDeviceList);
        // The refusal ended it.
        REQUIRE(handIn(client, *world.log));
        request.lists = {{world.boris.id(), world.phoneList}};
        CHECK(client.code(request) == ErrorCode::InvalidDeviceList);
        REQUIRE(handIn(client, *world.log));
        request.lists = {world.handedPhoneList(), {world.dora.userId, world.doraList}};
        CHECK(client.good(request).state == HandInState::Waiting);
    }
    SECTION("a list whose hash is there, whose signature is not")
    {
        auto broken = world.phoneList;
        broken.back() ^= 1;
        Log log(world.server.keys.serverId);
        for (std::size_t i = 0; i < 3; ++i)
            log.add(View(world.log->entries).subspan(i * entrySize, entrySize));
        const auto label =
            crypto::hash(crypto::label::dirLabel, world.server.keys.serverId, world.anna.id());
        log.add(label, crypto::deviceListHash(broken));
        CHECK(handIn(client, log, {{world.anna.id(), broken}}).error() ==
              ErrorCode::InvalidDeviceList);
        // A good one, in another place than it says.
        log.add(label, crypto::deviceListHash(world.phoneList));
        CHECK(handIn(client, log, {world.handedPhoneList()}).error() ==
              ErrorCode::DirectoryConflict);
    }
}

TEST_CASE("a hand-in is bounded")
{
    Restored world;
    Log log(world.server.keys.serverId);
    for (std::size_t i = 0; i < 3; ++i)
        log.add(View(world.log->entries).subspan(i * entrySize, entrySize));
    for (std::size_t i = 0; i < protocol::handInEntries + 1; ++i)
        log.add(*Hash32::from(Bytes(32, 1)), *Hash32::from(Bytes(32, 2)));
    Client client(world.server);
    client.hello();
    CHECK(handIn(client, log).error() == ErrorCode::TooLarge);
    // A user cannot fill the database with many logs either.
    Log first(world.server.keys.serverId);
    Log second(world.server.keys.serverId);
    for (auto* part : {&first, &second}) {
        for (std::size_t i = 0; i < 3; ++i)
            part->add(View(world.log->entries).subspan(i * entrySize, entrySize));
        for (std::size_t i = 0; i < protocol::handInEntries * 2 / 3; ++i)
            part->add(*Hash32::from(Bytes(32, part == &first ? 1 : 3)),
                      *Hash32::from(Bytes(32, 2)));
    }
    world.comeBack(world.boris, first);
    world.comeBack(world.boris, second);
    CHECK(world.server.store->handIns().countOf(world.boris.id()) ==
          protocol::handInEntries * 2 / 3);
}

TEST_CASE("an account made after the backup comes back with its keys")
{
    Restored world;
    world.comeBack(world.boris, *world.log);
    world.comeBack(world.clara, *world.log);
    protocol::RegisterAgain request;
    request.username = "dora";
    request.userId = world.dora.userId;
    request.password = {*protocol::Salt::from(Bytes(16, 2)), 3, std::uint64_t{256} << 20};
    request.auth = world.dora.auth;
    request.rootSlot = Bytes(104, 0x51);
    request.recoveryAuth = world.dora.recoveryAuth;
    request.profile = profileOf(1, 0x50);
    request.lists = {world.doraList};
    Client client(world.server);
    client.hello();
    const auto login = client.loginOf(world.dora, world.dora.devices.front());
    request.deviceId = login.deviceId;
    request.signature = login.signature;
    CHECK(client.code(request) == ErrorCode::Unavailable);
    world.server.pass(togetherMs);
    CHECK(world.seq() == 5);
    CHECK(client.code(login) == ErrorCode::Unauthorized);
    SECTION("as it was")
    {
        CHECK(client.good(request).directorySeq == 5);
        CHECK(world.seq() == 5);
        client.sync();
        client.good(
            protocol::UploadPrekeys{Person::signedPrekey(world.dora.devices.front(), 2), {}, true});
        CHECK(world.boris.client.good(protocol::GetDeviceLists{world.dora.userId, 0}).lists ==
              request.lists);
        world.boris.client.good(
            eventOf({world.boris.person, world.boris.device(), world.dora.userId, 1, 2},
                    {world.dora.devices.front().id()}));
        Client again(world.server);
        again.logIn(world.dora, world.dora.devices.front());
        Client withPassword(world.server);
        withPassword.hello();
        withPassword.good(protocol::PasswordLogin{"dora", world.dora.auth});
        // Once.
        Client twice(world.server);
        twice.hello();
        request.username = "dora2";
        request.signature = twice.loginOf(world.dora, world.dora.devices.front()).signature;
        CHECK(twice.code(request) == ErrorCode::Forbidden);
    }
    SECTION("with other keys")
    {
        Person thief("dora");
        thief.userId = world.dora.userId;
        thief.devices.front() = thief.makeDevice();
        request.lists = {thief.listOf({&thief.devices.front()})};
        const auto forged = client.loginOf(thief, thief.devices.front());
        request.deviceId = forged.deviceId;
        request.signature = forged.signature;
        CHECK(client.code(request) == ErrorCode::DirectoryConflict);
    }
    SECTION("without the device's key")
    {
        request.signature = {};
        CHECK(client.code(request) == ErrorCode::Unauthorized);
    }
    SECTION("under a name that somebody has")
    {
        request.username = "anna";
        CHECK(client.code(request) == ErrorCode::UsernameTaken);
    }
}

TEST_CASE("after a restore the first event of a device may jump, the next may not")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(eventOf(anna, boris, 1));
    server.backUp();
    for (std::uint64_t seq = 2; seq <= 5; ++seq)
        anna.client.good(eventOf(anna, boris, seq));
    const auto log = logOf(server, anna.client);
    anna.client.disconnect();
    boris.client.disconnect();
    server.restore();
    for (auto* member : {&anna, &boris}) {
        member->client.reconnect();
        member->client.logIn(member->person, member->device());
    }
    CHECK(anna.client.code(eventOf(anna, boris, 1'000'002)) == ErrorCode::OutOfOrder);
    CHECK(anna.client.good(eventOf(anna, boris, 4)).seq == 2);
    CHECK(anna.client.refused(eventOf(anna, boris, 6)).value == 4);
    CHECK(anna.client.good(eventOf(anna, boris, 5)).seq == 3);
    // Also where the backup has none of it.
    CHECK(boris.client.good(eventOf(boris, anna, 7)).seq == 4);
    CHECK(boris.client.code(eventOf(boris, anna, 9)) == ErrorCode::OutOfOrder);
}

TEST_CASE("a list that nobody handed in is taken from its owner later")
{
    Restored world;
    world.comeBack(world.boris, *world.log);
    world.comeBack(world.clara, *world.log);
    world.server.pass(togetherMs);
    CHECK(world.boris.client.good(protocol::GetDeviceLists{world.anna.id(), 0}).lists.size() == 1);
    // Nobody knows Anna's devices now.
    CHECK(world.server.store->directory().devices(world.anna.id()).empty());
    world.anna.client.reconnect();
    world.anna.client.hello();
    CHECK(world.anna.client.code(world.anna.client.loginOf(
              world.anna.person, world.anna.device())) == ErrorCode::Unauthorized);
    const auto taken = handIn(world.anna.client, *world.log, {world.handedPhoneList()});
    REQUIRE(taken);
    CHECK(taken->state == HandInState::OnLog);
    CHECK(taken->listsAfter == 3);
    world.anna.client.good(world.anna.client.loginOf(world.anna.person, world.anna.device()));
    CHECK(world.boris.client.good(protocol::GetDeviceLists{world.anna.id(), 0}).lists.size() == 2);
    CHECK(world.server.store->directory().devices(world.anna.id()).size() == 2);
}
