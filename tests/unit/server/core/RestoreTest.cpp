#include "common/crypto/DeviceLists.h"
#include "common/crypto/Directory.h"
#include "tests/unit/server/core/Harness.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

using protocol::HandInState;

constexpr std::uint64_t togetherMs = 60'000;
constexpr std::uint64_t aloneMs = 600'000;
constexpr std::size_t entrySize = crypto::DirectoryEntry::wireSize;

/// A client's copy of the log.
struct Log {
    explicit Log(const ServerId& server) : directory(server) {}

    void add(View entry)
    {
        REQUIRE(directory.append(entry));
        entries.insert(entries.end(), entry.begin(), entry.end());
    }
    /// An entry as if the server had appended it.
    void add(const Hash32& label, const Hash32& listHash)
    {
        add(crypto::writeDirectoryEntry(
            {directory.seq() + 1, *crypto::DirectoryLabel::from(label), listHash}));
    }

    crypto::Directory directory;
    Bytes entries;
};

Log logOf(TestServer& server, Client& client)
{
    Log log(server.keys.serverId);
    const auto answer = client.good(protocol::GetDirectory{0});
    for (std::size_t at = 0; at < answer.entries.size(); at += entrySize)
        log.add(View(answer.entries).subspan(at, entrySize));
    return log;
}

protocol::HandIn statementOf(const Log& log)
{
    const auto head = log.directory.head();
    return {head.seq, head.head, {}, {}};
}

/// The whole hand-in on a greeted connection. The state at its end, or the refusal.
Result<protocol::HandInResult, ErrorCode> handIn(Client& client, const Log& log,
                                                 std::vector<protocol::HandedList> lists = {},
                                                 std::size_t perRequest = 800)
{
    auto request = statementOf(log);
    auto answer = client.call(request);
    if (!answer)
        return Failure{answer.error().code};
    auto at = answer->after;
    while (answer->state == HandInState::Wanted) {
        const auto end = std::min<std::uint64_t>(at + perRequest, log.directory.seq());
        if (at == end)
            break;
        const auto part = View(log.entries).subspan(at * entrySize, (end - at) * entrySize);
        request.entries = toBytes(part);
        at = end;
        answer = client.call(request);
        if (!answer)
            return Failure{answer.error().code};
    }
    if (lists.empty())
        return *answer;
    request.entries.clear();
    request.lists = std::move(lists);
    answer = client.call(request);
    if (!answer)
        return Failure{answer.error().code};
    return *answer;
}

protocol::PublishDeviceList publication(Bytes list)
{
    protocol::PublishDeviceList request;
    request.deviceList = std::move(list);
    return request;
}

/// Anna, Boris and Clara are in the backup. After it Anna gets a phone, Dora registers.
struct Restored {
    explicit Restored()
        : anna(server, "anna"), boris(server, "boris"), clara(server, "clara"),
          phone(anna.person.makeDevice()), dora("dora")
    {
        server.backUp();
        phoneList = anna.person.listOf({&anna.device(), &phone});
        anna.client.good(publication(phoneList));
        Client client(server);
        client.hello();
        doraList = dora.listOf({&dora.devices.front()}, false);
        client.registerAs(dora);
        log.emplace(logOf(server, client));
        client.disconnect();
        for (auto* member : {&anna, &boris, &clara})
            member->client.disconnect();
        server.restore();
    }

    /// A new connection of a member that hands in this log and logs in.
    void comeBack(Member& member, const Log& own, std::vector<protocol::HandedList> lists = {})
    {
        member.client.reconnect();
        member.client.hello();
        REQUIRE(handIn(member.client, own, std::move(lists)));
        member.client.good(member.client.loginOf(member.person, member.device()));
    }
    std::uint64_t seq() const { return server.store->directory().lastSeq(); }
    bool isClosed() const { return server.store->handIns().status().isClosed(); }
    protocol::HandedList handedPhoneList() const { return {anna.id(), phoneList}; }

    TestServer server;
    Member anna;
    Member boris;
    Member clara;
    crypto::Device phone;
    Bytes phoneList;
    Person dora;
    Bytes doraList;
    std::optional<Log> log;
};

/// Anna's keys under another root: a list nobody signed for.
Bytes forgedList(const Member& victim)
{
    Person thief("thief");
    thief.userId = victim.id();
    thief.version = 1;
    thief.previous = victim.person.previous;
    thief.devices.front() = thief.makeDevice();
    return thief.listOf({&thief.devices.front()});
}

} // namespace

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

TEST_CASE("a restart goes on with what was handed in; a second restore begins anew")
{
    Restored world;
    world.comeBack(world.boris, *world.log);
    world.boris.client.disconnect();
    world.server.chat =
        std::make_unique<ChatServer>(world.server.settings, world.server.keys,
                                     ChatServer::Ports{*world.server.store, *world.server.writer,
                                                       world.server.clock, world.server.rng});
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
