#include "tests/unit/server/core/Harness.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

protocol::PublishDeviceList publication(Bytes list)
{
    protocol::PublishDeviceList request;
    request.deviceList = std::move(list);
    return request;
}

/// A list that adds a device, with its prekeys.
protocol::PublishDeviceList joining(Bytes list, const crypto::Device& device)
{
    auto request = publication(std::move(list));
    request.deviceId = device.id();
    request.signedPrekey = Person::signedPrekey(device, 1);
    request.oneTimePrekeys = Person::oneTimePrekeys(1, 2);
    return request;
}

constexpr std::uint64_t dayMs = 24 * 3'600'000;

} // namespace

TEST_CASE("a device joins on a pending connection and logs in there")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    boris.client.forgetPushes();
    const auto phone = anna.person.makeDevice();
    Client client(server);
    client.hello();
    client.good(protocol::PasswordLogin{"anna", anna.person.auth});
    CHECK(client.good(protocol::GetDirectory{0}).lastSeq == 2);
    const auto list = anna.person.listOf({&anna.device(), &phone});
    CHECK(client.good(joining(list, phone)).seq == 3);
    client.good(client.loginOf(anna.person, phone));
    client.sync();
    CHECK(client.good(protocol::GetPrekeyStatus{}).oneTimePrekeyIds.size() == 2);
    // The log reaches everybody; the first device stays.
    const auto pushes = boris.client.take<protocol::DirectoryPush>();
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].entry.view()[7] == 3);
    CHECK(equal(pushes[0].entry.view().last(32), anna.person.previous));
    CHECK_FALSE(anna.client.connection.closeCode);
    CHECK(boris.client.good(protocol::GetDirectory{2}).entries.size() == 72);
    CHECK(boris.client.good(protocol::GetDeviceLists{anna.id(), 1}).lists ==
          std::vector<Bytes>{list});
    CHECK(boris.client.good(protocol::GetBundle{anna.id(), phone.id()}).oneTimePrekey);
}

TEST_CASE("only the next list is taken")
{
    TestServer server;
    Member anna(server, "anna");
    const auto phone = anna.person.makeDevice();
    const auto tablet = anna.person.makeDevice();
    const auto one = anna.person.listOf({&anna.device(), &phone}, false);
    const auto other = anna.person.listOf({&anna.device(), &tablet}, false);
    anna.client.good(publication(one));
    // The loser of the race, and the winner's own repetition.
    CHECK(anna.client.code(publication(other)) == ErrorCode::DirectoryConflict);
    CHECK(anna.client.code(publication(one)) == ErrorCode::DirectoryConflict);
    anna.person.version = 1;
    anna.person.previous = *Hash32::from(Bytes(32, 1));
    CHECK(anna.client.code(publication(anna.person.listOf({&anna.device()}, false))) ==
          ErrorCode::DirectoryConflict);
    anna.person.version = 2;
    anna.person.previous = crypto::deviceListHash(one);
    anna.client.good(publication(anna.person.listOf({&anna.device()})));
    CHECK(server.store->directory().lastSeq() == 3);
}

TEST_CASE("lists with wrong keys are refused")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    auto broken = anna.person.listOf({&anna.device()}, false);
    broken[100] ^= 1;
    CHECK(anna.client.code(publication(broken)) == ErrorCode::InvalidDeviceList);
    CHECK(anna.client.code(publication(boris.person.listOf({&boris.device()}, false))) ==
          ErrorCode::InvalidDeviceList);
    // Another root makes another identity, which a device may not bring in.
    Person other("anna");
    other.userId = anna.id();
    const auto device = other.makeDevice();
    other.version = 1;
    other.previous = anna.person.previous;
    CHECK(anna.client.code(publication(other.listOf({&device}))) == ErrorCode::Forbidden);
    // A lock-out takes the generation up; after it the old key counts for nothing.
    anna.person.generation = 2;
    anna.client.good(publication(anna.person.listOf({&anna.device()})));
    anna.person.generation = 1;
    CHECK(anna.client.code(publication(anna.person.listOf({&anna.device()}, false))) ==
          ErrorCode::InvalidDeviceList);
}

TEST_CASE("prekeys come only with a device that is new")
{
    TestServer server;
    Member anna(server, "anna");
    const auto phone = anna.person.makeDevice();
    const auto stranger = anna.person.makeDevice();
    const auto list = anna.person.listOf({&anna.device(), &phone}, false);
    CHECK(anna.client.code(joining(list, anna.device())) == ErrorCode::InvalidPrekey);
    CHECK(anna.client.code(joining(list, stranger)) == ErrorCode::InvalidPrekey);
    auto request = joining(list, phone);
    request.signedPrekey = Person::signedPrekey(anna.device(), 2);
    CHECK(anna.client.code(request) == ErrorCode::InvalidPrekey);
    request.signedPrekey.reset();
    CHECK(anna.client.code(request) == ErrorCode::Malformed);
    CHECK(server.store->directory().lastSeq() == 1);
    anna.client.good(joining(list, phone));
}

TEST_CASE("a removed device is told, disconnected and forgotten")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    const auto phone = anna.person.makeDevice();
    anna.client.good(joining(anna.person.listOf({&anna.device(), &phone}), phone));
    Client client(server);
    client.logIn(anna.person, phone);
    client.sync();
    client.forgetPushes();
    server.writer->held = true;
    const auto late = client.send(
        eventOf({anna.person, phone, boris.id(), 1, 3}, {anna.device().id(), boris.device().id()}));
    const auto upload = client.send(protocol::UploadPrekeys{{}, Person::oneTimePrekeys(9, 1), {}});
    server.writer->held = false;
    // The removal overtakes nothing: what was sent before it is stored.
    anna.client.good(publication(anna.person.listOf({&anna.device()})));
    CHECK(client.answer<protocol::SendEvent>(late));
    CHECK(client.answer<protocol::UploadPrekeys>(upload));
    CHECK(client.take<protocol::ClosingPush>().at(0).reason == ErrorCode::DeviceRemoved);
    CHECK(client.connection.closeCode);
    Client again(server);
    again.hello();
    auto forged = again.loginOf(anna.person, phone);
    forged.signature.data()[5] ^= 1;
    CHECK(again.code(forged) == ErrorCode::DeviceRemoved);
    CHECK(again.code(protocol::GetDeviceLists{anna.id(), 0}) == ErrorCode::OutOfState);
    // With its key it may read the lists that say so, and nothing else.
    CHECK(again.code(again.loginOf(anna.person, phone)) == ErrorCode::DeviceRemoved);
    CHECK(again.good(protocol::GetDeviceLists{anna.id(), 0}).lists.size() == 3);
    CHECK(again.good(protocol::GetDirectory{}).lastSeq == 4);
    CHECK(again.code(protocol::GetDeviceLists{boris.id(), 0}) == ErrorCode::Forbidden);
    CHECK(again.code(protocol::GetRootSlot{}) == ErrorCode::OutOfState);
    CHECK(again.code(protocol::GetContacts{}) == ErrorCode::OutOfState);
    CHECK(boris.client.code(protocol::GetBundle{anna.id(), phone.id()}) == ErrorCode::NotFound);
}

TEST_CASE("what a removed device sends after its removal is refused")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    const auto phone = anna.person.makeDevice();
    anna.client.good(joining(anna.person.listOf({&anna.device(), &phone}), phone));
    Client client(server);
    client.logIn(anna.person, phone);
    server.writer->held = true;
    anna.client.send(publication(anna.person.listOf({&anna.device()})));
    const auto event = client.send(
        eventOf({anna.person, phone, boris.id(), 1, 4}, {anna.device().id(), boris.device().id()}));
    const auto upload = client.send(protocol::UploadPrekeys{{}, Person::oneTimePrekeys(9, 1), {}});
    server.writer->held = false;
    server.flush();
    CHECK(client.answer<protocol::SendEvent>(event).error().code == ErrorCode::DeviceRemoved);
    CHECK(client.answer<protocol::UploadPrekeys>(upload).error().code == ErrorCode::DeviceRemoved);
    CHECK(client.connection.closeCode == CloseCode::Policy);
    const auto log = crypto::directConversation(anna.id(), boris.id());
    CHECK_FALSE(server.store->conversations().find(log));
}

TEST_CASE("lists are limited per day, with room for a lock-out")
{
    TestServer server;
    Member anna(server, "anna");
    // The first list counts too.
    for (int i = 0; i < 19; ++i)
        anna.client.good(publication(anna.person.listOf({&anna.device()})));
    const auto error =
        anna.client.refused(publication(anna.person.listOf({&anna.device()}, false)));
    CHECK(error.code == ErrorCode::RateLimited);
    CHECK(error.retryAfterMs > 0u);
    for (int i = 0; i < 20; ++i) {
        ++anna.person.generation;
        anna.client.good(publication(anna.person.listOf({&anna.device()})));
        CHECK(anna.client.code(publication(anna.person.listOf({&anna.device()}, false))) ==
              ErrorCode::RateLimited);
    }
    // Every client downloads the log: the owner cannot fill it either.
    ++anna.person.generation;
    CHECK(anna.client.code(publication(anna.person.listOf({&anna.device()}, false))) ==
          ErrorCode::RateLimited);
    server.clock.now += dayMs + 1;
    anna.client.good(publication(anna.person.listOf({&anna.device()})));
}
