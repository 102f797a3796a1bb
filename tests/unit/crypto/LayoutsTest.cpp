#include "common/crypto/Login.h"
#include "common/crypto/Prekeys.h"
#include "tests/support/Catch.h"
#include "tests/unit/crypto/Accounts.h"

using namespace impulse;
using namespace impulse::crypto;
using namespace impulse::test;

namespace {

/// Calls `check` with every version of `bytes` in which one bit of one byte differs.
template <class Check> void forEachFlip(const Bytes& bytes, Check&& check)
{
    for (std::size_t i = 0; i < bytes.size(); ++i)
        for (const int bit : {0x01, 0x80}) {
            auto flipped = bytes;
            flipped[i] = static_cast<std::uint8_t>(flipped[i] ^ bit);
            INFO("byte " << i << " bit " << bit);
            check(flipped);
        }
}

/// Calls `check` with every beginning of `bytes`, and with one byte too many.
template <class Check> void forEachWrongLength(const Bytes& bytes, Check&& check)
{
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        INFO("length " << size);
        check(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    }
    auto longer = bytes;
    longer.push_back(0);
    check(longer);
}

const Person person(7);

Aad directAad()
{
    Aad aad;
    aad.senderUser = person.user();
    aad.peerUser = of<UserId>(9);
    aad.conversation = directConversation(aad.senderUser, aad.peerUser);
    aad.message = of<MessageId>(1);
    aad.senderDevice = of<DeviceId>(2);
    aad.sentMs = 1700000000000;
    aad.seq = 5;
    return aad;
}

Aad groupAad()
{
    auto aad = directAad();
    aad.kind = EventKind::Group;
    aad.peerUser = {};
    aad.conversation = of<ConversationId>(3);
    aad.group = Aad::Group{4, of<Hash32>(5), of<ChainId>(6), 7};
    return aad;
}

} // namespace

TEST_CASE("every flipped byte of a device list is refused")
{
    const auto bytes = person.list(2, 3, of<Hash32>(4), {1, 2, 3});
    REQUIRE(verifyDeviceList(person.user(), bytes));
    forEachFlip(
        bytes, [](const Bytes& flipped) { CHECK_FALSE(verifyDeviceList(person.user(), flipped)); });
    forEachWrongLength(bytes, [](const Bytes& other) {
        const auto result = verifyDeviceList(person.user(), other);
        REQUIRE_FALSE(result);
        CHECK(result.error() == CryptoError::Malformed);
    });
}

TEST_CASE("every flipped byte of a signed prekey is refused")
{
    const auto device = person.device(1);
    SystemRng rng;
    const auto own =
        makeSignedPrekey(rng, device.signPair().secretKey, person.user(), device.id(), 9, 1000);
    const auto isGood = [&](const Bytes& bytes) {
        const auto prekey = parseSignedPrekey(bytes);
        return prekey &&
               verifySignedPrekey(*prekey, device.entry().signKey, person.user(), device.id());
    };
    const auto bytes = writeSignedPrekey(own.publicPart);
    REQUIRE(bytes.size() == SignedPrekey::wireSize);
    REQUIRE(isGood(bytes));
    forEachFlip(bytes, [&](const Bytes& flipped) { CHECK_FALSE(isGood(flipped)); });
    forEachWrongLength(bytes, [&](const Bytes& other) { CHECK_FALSE(isGood(other)); });
}

TEST_CASE("a one-time prekey has an id and exactly one key")
{
    SystemRng rng;
    const auto bytes = writeOneTimePrekey(makeOneTimePrekey(rng, 3).publicPart);
    REQUIRE(bytes.size() == OneTimePrekey::wireSize);
    REQUIRE(parseOneTimePrekey(bytes));
    CHECK(writeOneTimePrekey(*parseOneTimePrekey(bytes)) == bytes);
    forEachWrongLength(bytes, [](const Bytes& other) { CHECK_FALSE(parseOneTimePrekey(other)); });
    auto zero = bytes;
    zero[3] = 0;
    CHECK_FALSE(parseOneTimePrekey(zero));
}

TEST_CASE("an AAD is read back, and a flipped byte is refused or gives another AAD")
{
    // The AAD itself is not signed: it is under the hash in every wrap (encryption.md 4.2).
    for (const auto& aad : {directAad(), groupAad()}) {
        const auto bytes = writeAad(aad);
        REQUIRE(bytes);
        CHECK(bytes->size() == (aad.group ? limits::aadGroup : limits::aadDirect));
        const auto parsed = parseAad(*bytes);
        REQUIRE(parsed);
        CHECK(*parsed == aad);
        forEachFlip(*bytes, [&](const Bytes& flipped) {
            const auto other = parseAad(flipped);
            if (!other)
                return;
            CHECK_FALSE(*other == aad);
            const auto again = writeAad(*other);
            REQUIRE(again);
            CHECK(*again == flipped);
        });
        forEachWrongLength(*bytes, [](const Bytes& other) {
            const auto result = parseAad(other);
            REQUIRE_FALSE(result);
            CHECK(result.error() == CryptoError::Malformed);
        });
    }
}

TEST_CASE("every flipped byte of the public ids of a direct AAD is refused")
{
    // Version, kind, conversation, sender and peer are tied to each other by the conversation id.
    const auto bytes = *writeAad(directAad());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const bool tied = i < 2 || (i >= 3 && i < 35) || (i >= 51 && i < 67) || (i >= 83 && i < 99);
        if (!tied)
            continue;
        auto flipped = bytes;
        flipped[i] ^= 1;
        INFO("byte " << i);
        CHECK_FALSE(parseAad(flipped));
    }
}

TEST_CASE("fields that break the rules of an AAD are not written")
{
    const auto refused = [](auto change) {
        auto aad = directAad();
        change(aad);
        return !writeAad(aad).ok();
    };
    CHECK(refused([](Aad& aad) { aad.seq = 0; }));
    CHECK(refused([](Aad& aad) { aad.flags = 4; }));
    CHECK(refused([](Aad& aad) { aad.flags = Aad::transient; })); // with a seq
    CHECK(refused([](Aad& aad) { aad.peerUser = {}; }));
    CHECK(refused([](Aad& aad) { aad.conversation = {}; }));
    CHECK(refused([](Aad& aad) { aad.kind = EventKind::Control; })); // with a seq
    CHECK(refused([](Aad& aad) { aad.kind = EventKind::Group; }));   // without the group part
    CHECK(refused([](Aad& aad) { aad.kind = static_cast<EventKind>(0); }));
    CHECK(refused([](Aad& aad) { aad.sentMs = limits::maxInteger + 1; }));
    CHECK(refused([](Aad& aad) { aad.seq = limits::maxInteger + 1; }));
    CHECK(refused([](Aad& aad) { aad.group = Aad::Group{}; }));
}

TEST_CASE("device lists that cannot be signed")
{
    const auto account = person.account(1);
    CHECK_FALSE(account.signDeviceList(person.draft(1, 1, {}, {})));
    CHECK_FALSE(account.signDeviceList(person.draft(1, 1, {}, {1, 2, 1})));
    CHECK_FALSE(account.signDeviceList(person.draft(1, 0, {}, {1})));
    std::vector<std::uint8_t> seeds;
    for (std::uint8_t seed = 1; seed <= 33; ++seed)
        seeds.push_back(seed);
    CHECK_FALSE(account.signDeviceList(person.draft(1, 1, {}, seeds)));
    seeds.pop_back();
    const auto full = account.signDeviceList(person.draft(1, 1, {}, seeds));
    REQUIRE(full);
    CHECK(full->size() == limits::deviceList);
    CHECK(verifyDeviceList(person.user(), *full));
}

TEST_CASE("a list names every device by its keys")
{
    const auto list = verifyDeviceList(person.user(), person.list(1, 1, {}, {1, 2}));
    REQUIRE(list);
    const auto device = person.device(2);
    REQUIRE(list->find(device.id()));
    CHECK(*list->find(device.id()) == device.entry());
    CHECK_FALSE(list->find(person.device(3).id()));
}

TEST_CASE("a login signature counts for one connection, one device and one purpose")
{
    const auto device = person.device(1);
    const Hello hello{of<ServerId>(1), of<CertificateHash>(2), of<HelloNonce>(3),
                      of<HelloNonce>(4)};
    const auto signature =
        signDeviceLogin(device.signPair().secretKey, hello, person.user(), device.id());
    const auto accepted = [&](const Hello& other, const UserId& user, const DeviceId& id) {
        return verifyDeviceLogin(device.entry().signKey, other, user, id, signature).ok();
    };
    CHECK(accepted(hello, person.user(), device.id()));
    CHECK_FALSE(accepted(hello, of<UserId>(1), device.id()));
    CHECK_FALSE(accepted(hello, person.user(), of<DeviceId>(1)));
    auto other = hello;
    other.serverNonce = of<HelloNonce>(5);
    CHECK_FALSE(accepted(other, person.user(), device.id()));
    other = hello;
    other.tls = {};
    CHECK_FALSE(accepted(other, person.user(), device.id()));
    other = hello;
    std::swap(other.clientNonce, other.serverNonce);
    CHECK_FALSE(accepted(other, person.user(), device.id()));
    CHECK_FALSE(accepted({hello.server, hello.tls, of<HelloNonce>(6), hello.serverNonce},
                         person.user(), device.id()));
}
