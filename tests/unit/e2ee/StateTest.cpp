#include "client/e2ee/LocalStore.h"
#include "client/e2ee/Profile.h"
#include "client/e2ee/Recovery.h"
#include "tests/support/Catch.h"
#include "tests/unit/e2ee/World.h"

using namespace impulse;
using namespace impulse::e2ee;
using namespace impulse::e2ee::test;
using crypto::CryptoError;
using crypto::SecretAccess;

namespace {

constexpr std::uint64_t day = prekeyLimits::dayMs;

crypto::Device makeDevice(crypto::Rng& rng)
{
    return crypto::Device::create(rng, crypto::random<UserId>(rng),
                                  crypto::random<SignPublicKey>(rng), 1);
}

/// A session of two devices in the middle of a conversation, with skipped keys.
void converse(World& world, Device& a, Device& b)
{
    REQUIRE_FALSE(b.receive(world, world.send(a, {&b}).front()));
    REQUIRE_FALSE(a.receive(world, world.send(b, {&a}).front()));
    world.send(a, {&b});
    world.send(a, {&b});
    REQUIRE_FALSE(b.receive(world, world.send(a, {&b}).front()));
}

crypto::SecretBytes changed(const crypto::SecretBytes& state, std::size_t at, std::uint8_t mask)
{
    auto copy = state.clone();
    auto& byte = SecretAccess::writable(copy)[at];
    byte = static_cast<std::uint8_t>(byte ^ mask);
    return copy;
}

crypto::SecretBytes firstBytes(const crypto::SecretBytes& state, std::size_t size)
{
    return crypto::SecretBytes(SecretAccess::view(state).first(size));
}

} // namespace

TEST_CASE("damaged states are refused whole, or are another state that saves as itself")
{
    World world(20);
    auto& a = world.addDevice(0);
    auto& b = world.addDevice(1);
    converse(world, a, b);
    const auto peer = a.party().device;
    const auto sessions = b.store->savePeer(peer);
    const auto prekeys = b.store->savePrekeys();
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        SessionStore store(OwnDevice{b.party(), {}});
        REQUIRE_FALSE(store.loadPeer(peer, firstBytes(sessions, i)).ok());
        REQUIRE(store.savePeer(peer).empty());
        const auto other = changed(sessions, i, 0x81);
        if (store.loadPeer(peer, other).ok())
            REQUIRE(store.savePeer(peer) == other);
    }
    for (std::size_t i = 0; i < prekeys.size(); ++i) {
        SessionStore store(OwnDevice{b.party(), {}});
        const auto empty = store.savePrekeys();
        REQUIRE_FALSE(store.loadPrekeys(firstBytes(prekeys, i)).ok());
        REQUIRE(store.savePrekeys() == empty);
        const auto other = changed(prekeys, i, 0x81);
        if (store.loadPrekeys(other).ok())
            REQUIRE(store.savePrekeys() == other);
    }
    SessionStore store(OwnDevice{b.party(), {}});
    CHECK(store.loadPeer(peer, changed(sessions, 0, 2)).error() == CryptoError::UnsupportedVersion);
    CHECK(store.loadPrekeys(changed(prekeys, 0, 2)).error() == CryptoError::UnsupportedVersion);
    auto longer = sessions.clone();
    longer.append(Bytes{0});
    CHECK(store.loadPeer(peer, longer).error() == CryptoError::Malformed);
}

TEST_CASE("a commit that comes after another change is refused")
{
    World world(21);
    auto& a = world.addDevice(0);
    auto& b = world.addDevice(1);
    const auto mail = world.send(a, {&b}).front();
    const auto unwrap = [&] { return b.store->unwrap(a.peer(), mail.wrap, world.nowMs()); };
    auto first = unwrap();
    auto second = unwrap();
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    CHECK(first->isNew);
    b.store->takeChanged();
    REQUIRE(b.store->commit(std::move(first->changes)).ok());
    const auto toStore = b.store->takeChanged();
    CHECK(toStore.prekeys);
    CHECK(toStore.peers == std::set<DeviceId>{a.party().device});
    CHECK(b.store->commit(std::move(second->changes)).error() == CryptoError::Internal);
    CHECK(b.store->takeChanged().peers.empty());
    CHECK(unwrap().error() == CryptoError::Duplicate);
}

TEST_CASE("an unanswered session is replaced after a week or 500 messages, an answered one is not")
{
    World world(22);
    auto& a = world.addDevice(0);
    auto& b = world.addDevice(1);
    const auto peer = b.peer();
    const auto now = world.nowMs();
    CHECK(a.store->needsSession(peer, now));
    const auto mail = world.send(a, {&b}).front();
    CHECK_FALSE(a.store->needsSession(peer, now + sessionLimits::unconfirmedLifetimeMs - 10));
    CHECK(a.store->needsSession(peer, now + sessionLimits::unconfirmedLifetimeMs + 10));
    CHECK(a.store->canWrap(peer));
    for (int i = 0; i < 499; ++i)
        REQUIRE(a.store->wrap(world.rng(), peer, View{}).ok());
    CHECK(a.store->needsSession(peer, now));
    REQUIRE_FALSE(b.receive(world, mail));
    CHECK_FALSE(b.store->needsSession(a.peer(), now + 300 * day));
    REQUIRE_FALSE(a.receive(world, world.send(b, {&a}).front()));
    CHECK_FALSE(a.store->needsSession(peer, now + 300 * day));
}

TEST_CASE("keys are deleted at the end of their life, and only when told to")
{
    World world(23);
    auto& a = world.addDevice(0);
    auto& b = world.addDevice(1);
    converse(world, a, b);
    const auto now = world.nowMs();
    auto& store = *b.store;
    store.takeChanged();
    const auto before = b.saved();
    store.expireKeys(now + 29 * day);
    CHECK(b.saved() == before);
    CHECK(store.takeChanged().peers.empty());
    store.expireKeys(now + 31 * day);
    CHECK(store.takeChanged().peers.size() == 1);
    CHECK(store.savePeer(a.party().device).size() < before[1].size() - 2 * sizeof(std::uint64_t));
    CHECK_FALSE(store.prekeys().oneTimeIds().empty());
    store.expireKeys(now + 91 * day);
    CHECK(store.prekeys().oneTimeIds().empty());
    // The newest signed prekey stays, however old; a replaced one goes with its replay set.
    CHECK(store.prekeys().signedSecret(1));
    b.rotateSigned(world);
    store.expireKeys(now + 29 * day);
    CHECK(store.prekeys().signedSecret(1));
    store.expireKeys(now + 31 * day);
    CHECK_FALSE(store.prekeys().signedSecret(1));
    CHECK(store.prekeys().signedSecret(2));
}

TEST_CASE("prekeys are published anew when device and server do not agree")
{
    SeededRng rng(24);
    const auto device = makeDevice(rng);
    PrekeyStore keys;
    const std::uint64_t now = 1'700'000'000'000;
    const auto isWhole = [](const PrekeyPlan& plan) {
        return plan.replaceSigned && plan.replaceOneTime && plan.newOneTime == prekeyLimits::batch;
    };
    CHECK(keys.rotationDue(now));
    CHECK(isWhole(keys.plan(0, {}, now)));
    const auto first = keys.rotateSigned(rng, device, now).value();
    const auto made = keys.makeOneTime(rng, 60, now).value();
    std::vector<std::uint32_t> ids;
    for (const auto& key : made)
        ids.push_back(key.id);
    CHECK(first.id == 1);
    CHECK(keys.plan(1, ids, now).isEmpty());
    CHECK(keys.plan(1, ids, now + 7 * day).replaceSigned);
    const std::vector<std::uint32_t> few(ids.begin(), ids.begin() + 49);
    CHECK(keys.plan(1, few, now).newOneTime == prekeyLimits::batch);
    CHECK_FALSE(keys.plan(1, few, now).replaceOneTime);

    SECTION("restored disk: the server holds what has no secret here")
    {
        CHECK(isWhole(keys.plan(5, ids, now)));
        CHECK(keys.rotateSigned(rng, device, now)->id == 6);
        CHECK(isWhole(keys.plan(6, {ids[0], 900}, now)));
        CHECK(keys.makeOneTime(rng, 1, now)->front().id == 901);
    }
    SECTION("restored server: it holds an older one than the newest")
    {
        CHECK(keys.rotateSigned(rng, device, now)->id == 2);
        CHECK(isWhole(keys.plan(1, ids, now)));
        CHECK(keys.rotateSigned(rng, device, now)->id == 3);
    }
    SECTION("a server that wants to use the numbers up is not believed")
    {
        CHECK(isWhole(keys.plan(4'000'000'000, {4'000'000'000}, now)));
        CHECK(keys.rotateSigned(rng, device, now)->id == 2);
        CHECK(keys.makeOneTime(rng, 1, now)->front().id == 61);
    }
}

TEST_CASE("a recovery code with one character changed is refused, but for look-alikes")
{
    SeededRng rng(25);
    const auto secret = makeRecoverySecret(rng);
    const auto code = recoveryCode(secret);
    REQUIRE(code.size() == 34);
    CHECK(parseRecoveryCode(code).value() == secret);
    int accepted = 0;
    for (std::size_t i = 0; i < code.size(); ++i) {
        auto other = code;
        other[i] = code[i] == '7' ? '8' : '7';
        accepted += parseRecoveryCode(other).ok() ? 1 : 0;
    }
    // 12 bits of check: one in 4096 passes by chance, for this seed none.
    CHECK(accepted == 0);
    CHECK_FALSE(parseRecoveryCode("").ok());
    CHECK_FALSE(parseRecoveryCode(code + "0").ok());
    CHECK_FALSE(parseRecoveryCode(std::string(100'000, '0')).ok());
}

TEST_CASE("profiles keep their limits and come back")
{
    Profile profile{"Zoë", "away", "a line", *fromHex("a10001")};
    const auto bytes = writeProfile(profile);
    REQUIRE(bytes.ok());
    const auto read = parseProfile(*bytes);
    REQUIRE(read.ok());
    CHECK(read->name == profile.name);
    CHECK(read->status == profile.status);
    CHECK(read->about == profile.about);
    CHECK(read->avatar == profile.avatar);
    CHECK(parseProfile(*fromHex("a0"))->name.empty());
    CHECK(parseProfile(*fromHex("a10101")).error() == CryptoError::Malformed);
    CHECK(parseProfile(*fromHex("80")).error() == CryptoError::Malformed);
    profile.name = std::string(129, 'x');
    CHECK(writeProfile(profile).error() == CryptoError::LimitExceeded);
    // Another client may write more: it is cut.
    cbor::Writer writer;
    writer.writeMap(1);
    writer.writeUnsigned(1);
    writer.writeText(profile.name);
    CHECK(parseProfile(writer.bytes())->name.size() == profileLimits::name);
}

TEST_CASE("a row opens only in its own place and under its own key")
{
    SeededRng rng(26);
    const auto key = crypto::random<LocalDataKey>(rng);
    const auto rows = tableKey(key, "messages");
    const Bytes rowKey{1, 2};
    const auto sealed = sealRow(rng, rows, "messages", rowKey, std::string_view("row"));
    CHECK(openRow(rows, "messages", rowKey, sealed).value() == toBytes(view("row")));
    const auto refused = [&](const TableKey& by, std::string_view table, View at) {
        return openRow(by, table, at, sealed).error() == CryptoError::AuthFailed;
    };
    CHECK(refused(rows, "messages", Bytes{1, 3}));
    CHECK(refused(rows, "contacts", rowKey));
    CHECK(refused(tableKey(key, "contacts"), "messages", rowKey));
    CHECK(refused(tableKey(crypto::random<LocalDataKey>(rng), "messages"), "messages", rowKey));
}
