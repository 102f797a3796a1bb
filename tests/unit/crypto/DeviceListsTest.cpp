#include "tests/support/Catch.h"
#include "tests/unit/crypto/Accounts.h"

using namespace impulse;
using namespace impulse::crypto;
using namespace impulse::test;

namespace {

const ServerId server = of<ServerId>(1);

/// A directory and the lists of one person in it.
struct World {
    Directory directory{server};
    Person person{7};
    std::vector<Bytes> lists;

    Hash32 last() const
    {
        const auto history = directory.history(person.user());
        return history.empty() ? Hash32{} : history.back().listHash;
    }
    std::uint64_t next() const { return directory.history(person.user()).size() + 1; }
    void add(Bytes list)
    {
        REQUIRE(publish(directory, person.user(), deviceListHash(list)));
        lists.push_back(std::move(list));
    }
    void addGeneration(std::uint32_t generation) { add(person.list(generation, next(), last())); }
};

CryptoError errorOf(const crypto::Result<Accepted>& result)
{
    REQUIRE_FALSE(result);
    return result.error();
}

} // namespace

TEST_CASE("a first list is accepted and gives peers with its keys")
{
    World world;
    world.add(world.person.list(1, 1, {}, {1, 2}));
    const auto accepted = acceptFirstUse(world.directory, world.person.user(), world.lists);
    REQUIRE(accepted);
    CHECK(accepted->event == Accepted::Event::FirstUse);
    CHECK(accepted->list.bytes() == world.lists.front());
    CHECK(accepted->list.devices().size() == 2);
    const auto device = world.person.device(2);
    const auto peer = accepted->list.device(device.id());
    REQUIRE(peer);
    CHECK(peer->party() == device.party());
    CHECK_FALSE(accepted->list.device(of<DeviceId>(1)));
}

TEST_CASE("a pin refuses older generations and versions, and names a new identity")
{
    World world;
    world.addGeneration(1);
    world.addGeneration(2);
    const auto accept = [&](const Pin& pin) {
        return acceptDeviceList(world.directory, world.person.user(), world.lists.back(), pin);
    };
    const auto key = world.person.identity().publicKey();
    const auto ok = accept({key, 1, 1});
    REQUIRE(ok);
    CHECK(ok->event == Accepted::Event::Ok);
    CHECK(ok->list.pin() == Pin{key, 2, 2});
    CHECK(errorOf(accept({key, 3, 2})) == CryptoError::StaleList);
    CHECK(errorOf(accept({key, 2, 3})) == CryptoError::StaleList);
    const auto changed = accept({of<SignPublicKey>(1), 9, 9});
    REQUIRE(changed);
    CHECK(changed->event == Accepted::Event::IdentityChanged);
}

TEST_CASE("only the last list of the log is current")
{
    World world;
    world.addGeneration(1);
    world.addGeneration(1);
    const auto accept = [&](const Bytes& list) {
        return acceptDeviceList(world.directory, world.person.user(), list, std::nullopt);
    };
    CHECK(errorOf(accept(world.lists.front())) == CryptoError::StaleList);
    CHECK(accept(world.lists.back()));

    REQUIRE(publish(world.directory, world.person.user(), {})); // the account is deleted
    CHECK(errorOf(accept(world.lists.back())) == CryptoError::StaleList);
    world.add(world.person.list(1, 4, {})); // and comes back: the entry before is zeros
    CHECK(accept(world.lists.back()));
}

TEST_CASE("a list that a thief made with a replaced account key is not believed at first use")
{
    World world;
    world.addGeneration(1);
    world.addGeneration(2); // lock-out
    CHECK(acceptFirstUse(world.directory, world.person.user(), world.lists));
    world.addGeneration(1); // the thief still has the account key of generation 1
    CHECK(errorOf(acceptFirstUse(world.directory, world.person.user(), world.lists)) ==
          CryptoError::StaleList);
    const auto valid = validDeviceLists(world.directory, world.person.user(), world.lists);
    REQUIRE(valid);
    CHECK(valid->size() == 2);
}

TEST_CASE("a new identity may start at generation 1 again")
{
    World world;
    world.addGeneration(3);
    const Person reset(7, 100);
    world.add(reset.list(1, 2, world.last()));
    const auto accepted = acceptFirstUse(world.directory, world.person.user(), world.lists);
    REQUIRE(accepted);
    CHECK(accepted->list.fields().identityKey == reset.identity().publicKey());
}

TEST_CASE("at first use every list of the log has to be there")
{
    World world;
    world.addGeneration(1);
    world.addGeneration(1);
    const std::vector<Bytes> onlyLast{world.lists.back()};
    CHECK(errorOf(acceptFirstUse(world.directory, world.person.user(), onlyLast)) ==
          CryptoError::StaleList);
    CHECK(errorOf(acceptFirstUse(world.directory, of<UserId>(99), world.lists)) ==
          CryptoError::StaleList);
}

TEST_CASE("entries that do not verify and deleted accounts are skipped in the history")
{
    World world;
    auto broken = world.person.list(5, 1, {});
    broken.back() ^= 1;
    world.add(broken);
    REQUIRE(publish(world.directory, world.person.user(), {}));
    world.add(world.person.list(1, 3, {}));
    CHECK(acceptFirstUse(world.directory, world.person.user(), world.lists));
}

TEST_CASE("a server publishes only the next list")
{
    World world;
    world.addGeneration(2);
    const auto last = verifyDeviceList(world.person.user(), world.lists.front());
    REQUIRE(last);
    const auto check = [&](const Bytes& list) {
        return verifyNextDeviceList(world.person.user(), list, 1, world.last(), &*last);
    };
    CHECK(check(world.person.list(2, 2, world.last())));
    CHECK(check(world.person.list(3, 2, world.last())));
    CHECK(check(world.person.list(2, 3, world.last())).error() == CryptoError::ForkDetected);
    CHECK(check(world.person.list(2, 2, {})).error() == CryptoError::ForkDetected);
    CHECK(check(world.person.list(1, 2, world.last())).error() == CryptoError::StaleList);
    CHECK(check(Person(7, 100).list(1, 2, world.last()))); // identity reset
    CHECK(check(Person(8).list(2, 2, world.last())).error() == CryptoError::UntrustedIdentity);
}

TEST_CASE("a failed append changes nothing")
{
    World world;
    world.addGeneration(1);
    const auto before = world.directory.head();
    const auto label = directoryLabel(server, world.person.user());
    CHECK_FALSE(world.directory.append(writeDirectoryEntry({3, label, {}})));
    CHECK_FALSE(world.directory.append(writeDirectoryEntry({1, label, {}})));
    CHECK_FALSE(world.directory.append(Bytes(71)));
    CHECK_FALSE(world.directory.append(Bytes(73)));
    CHECK(world.directory.head() == before);
    CHECK(world.directory.history(world.person.user()).size() == 1);
}

TEST_CASE("every flipped byte of an entry leads to another head or is refused")
{
    World world;
    const auto entry =
        writeDirectoryEntry({1, directoryLabel(server, world.person.user()), of<Hash32>(3)});
    REQUIRE(entry.size() == DirectoryEntry::wireSize);
    REQUIRE(world.directory.append(entry));
    for (std::size_t i = 0; i < entry.size(); ++i) {
        auto flipped = entry;
        flipped[i] ^= 1;
        Directory other(server);
        INFO("byte " << i);
        CHECK((!other.append(flipped) || other.compare(world.directory.head()) == Gossip::Fork));
    }
}

TEST_CASE("views of the log are compared")
{
    World world;
    const auto genesis = world.directory.head();
    world.addGeneration(1);
    CHECK(world.directory.compare(genesis) == Gossip::Ok);
    CHECK(world.directory.compare(world.directory.head()) == Gossip::Ok);
    CHECK(world.directory.compare({2, of<Hash32>(1)}) == Gossip::Fetch);
    CHECK(world.directory.compare({1, of<Hash32>(1)}) == Gossip::Fork);
    CHECK(Directory(of<ServerId>(2)).compare(genesis) == Gossip::Fork);
}

TEST_CASE("a restored server takes back the log that it has lost")
{
    World world;
    world.addGeneration(1);
    const Directory backup = world.directory;
    world.addGeneration(1);
    REQUIRE(publish(world.directory, of<UserId>(99), of<Hash32>(5)));
    std::vector<Bytes> entries;
    entries.push_back(writeDirectoryEntry(
        {2, directoryLabel(server, world.person.user()), deviceListHash(world.lists.back())}));
    entries.push_back(
        writeDirectoryEntry({3, directoryLabel(server, of<UserId>(99)), of<Hash32>(5)}));
    const std::vector<HandedList> lists{{world.person.user(), world.lists.back()}};

    const auto handIn = checkHandIn(backup, entries, world.directory.head(), lists);
    REQUIRE(handIn);
    CHECK(handIn->directory.head() == world.directory.head());
    CHECK(handIn->missing == std::vector<std::uint64_t>{3});

    auto forged = lists;
    forged.front().list.back() ^= 1;
    CHECK(checkHandIn(backup, entries, world.directory.head(), forged).error() ==
          CryptoError::StaleList);
    CHECK(checkHandIn(backup, entries, backup.head(), lists).error() == CryptoError::ForkDetected);
}
