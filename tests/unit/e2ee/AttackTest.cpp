#include "tests/support/Catch.h"
#include "tests/unit/e2ee/World.h"

#include <functional>

using namespace impulse;
using namespace impulse::e2ee;
using namespace impulse::e2ee::test;
using crypto::CryptoError;
using crypto::EventKind;

// The attacks of encryption.md 11.3 that sessions, envelopes and contents have to withstand, and
// the flipped bytes of 11.2 (c).

namespace {

using Error = std::optional<CryptoError>;

/// Two people with one device each, and one mail from the first to the second.
struct Pair {
    explicit Pair(std::uint64_t seed)
        : world(seed), alice(world.addDevice(0)), bob(world.addDevice(1)),
          mail(world.send(alice, {&bob}).front())
    {
    }

    Error open(Device& reader, const Mail& changed)
    {
        const auto opened = openEnvelope(*reader.store, world.directory(), reader, changed.aad,
                                         changed.body, changed.wrap, world.nowMs());
        return opened.ok() ? Error() : Error(opened.error());
    }
    Error open(const Mail& changed) { return open(bob, changed); }

    /// The mail with an AAD whose fields were changed.
    Mail withFields(const std::function<void(crypto::Aad&)>& change) const
    {
        auto fields = mail.fields();
        change(fields);
        auto changed = mail;
        changed.aad = crypto::writeAad(fields).value();
        return changed;
    }

    /// A mail of `content` as any client could seal it, by the rules or not.
    Mail sealed(Device& from, Device& to, EventKind kind, View content, std::uint8_t flags = 0)
    {
        return world.sealRaw(from, to, kind, flags, content);
    }

    World world;
    Device& alice;
    Device& bob;
    Mail mail;
};

/// Every bit of every byte of `part` changed, one at a time: refused, and nothing has changed.
void flipAll(Pair& pair, Bytes Mail::*part)
{
    const auto before = pair.bob.saved();
    auto mail = pair.mail;
    for (auto& byte : mail.*part) {
        const auto original = byte;
        byte = static_cast<std::uint8_t>(original ^ (1u << pair.world.random(8)));
        REQUIRE(pair.open(mail).has_value());
        byte = original;
    }
    REQUIRE(pair.bob.saved() == before);
    for (std::size_t size = 0; size < (mail.*part).size(); ++size) {
        auto shorter = mail;
        (shorter.*part).resize(size);
        REQUIRE(pair.open(shorter).has_value());
    }
    auto longer = mail;
    (longer.*part).push_back(0);
    REQUIRE(pair.open(longer).has_value());
    REQUIRE(pair.bob.saved() == before);
}

Bytes content(const Content& value)
{
    return writeContent(value).value();
}

Bytes text(std::string words)
{
    TextContent content;
    content.text = std::move(words);
    return writeContent(std::move(content)).value();
}

} // namespace

TEST_CASE("a changed byte anywhere is refused and changes nothing")
{
    const auto seed = newSeed();
    INFO("seed " << seed);
    Pair pair(seed);
    SECTION("first message of a session") {}
    SECTION("later message on a new ratchet key, after a gap")
    {
        REQUIRE_FALSE(pair.bob.receive(pair.world, pair.mail));
        const auto back = pair.world.send(pair.bob, {&pair.alice}).front();
        REQUIRE_FALSE(pair.alice.receive(pair.world, back));
        pair.world.send(pair.alice, {&pair.bob});
        pair.mail = pair.world.send(pair.alice, {&pair.bob}).front();
    }
    SECTION("message whose key was skipped")
    {
        const auto next = pair.world.send(pair.alice, {&pair.bob}).front();
        REQUIRE_FALSE(pair.bob.receive(pair.world, next));
    }
    flipAll(pair, &Mail::wrap);
    flipAll(pair, &Mail::aad);
    flipAll(pair, &Mail::body);
    CHECK_FALSE(pair.bob.receive(pair.world, pair.mail));
}

TEST_CASE("Threema: a server that reorders or re-targets messages is refused")
{
    Pair pair(1);
    CHECK(pair.open(pair.withFields([](auto& f) { ++f.seq; })) == CryptoError::AuthFailed);
    CHECK(pair.open(pair.withFields([](auto& f) { ++f.sentMs; })) == CryptoError::AuthFailed);
    CHECK(pair.open(pair.withFields([](auto& f) { f.message = {}; })) == CryptoError::AuthFailed);
    CHECK(pair.open(pair.withFields([](auto& f) { f.flags = crypto::Aad::silent; })) ==
          CryptoError::AuthFailed);
    // Body and AAD of one message, wrap of another.
    const auto other = pair.world.send(pair.alice, {&pair.bob}).front();
    CHECK(pair.open({pair.mail.aad, pair.mail.body, other.wrap, {}}) == CryptoError::AuthFailed);
    CHECK(pair.open({pair.mail.aad, other.body, pair.mail.wrap, {}}) == CryptoError::AuthFailed);
    CHECK(pair.open({other.aad, pair.mail.body, pair.mail.wrap, {}}) == CryptoError::AuthFailed);
}

TEST_CASE("Threema: replay and reflection are refused")
{
    Pair pair(2);
    CHECK(pair.open(pair.alice, pair.mail) == CryptoError::UntrustedIdentity);
    REQUIRE_FALSE(pair.bob.receive(pair.world, pair.mail));
    CHECK(pair.open(pair.mail) == CryptoError::Duplicate);
    // The init message, replayed to a device that has lost its sessions.
    pair.bob.store->forgetAll();
    CHECK(pair.open(pair.mail) == CryptoError::Duplicate);
    // A new wrap of a message that is known already.
    auto& row = pair.alice.sent.begin()->second;
    pair.alice.store->forgetAll();
    pair.alice.ensureSession(pair.world, pair.bob);
    auto again = pair.mail;
    again.wrap = rewrap(pair.world.rng(), *pair.alice.store, pair.world.directory().head(), row.key,
                        row.bodyHash, pair.bob.peer())
                     .value();
    CHECK(pair.open(again) == CryptoError::Duplicate);
}

TEST_CASE("Threema: one device cannot claim the message of another")
{
    Pair pair(3);
    auto& carol = pair.world.addDevice(2);
    const auto conversation = crypto::directConversation(carol.party().user, pair.bob.party().user);
    const auto claimed = pair.withFields([&](auto& f) {
        f.senderUser = carol.party().user;
        f.senderDevice = carol.party().device;
        f.conversation = conversation;
    });
    CHECK(pair.open(claimed) == CryptoError::UntrustedIdentity);
    REQUIRE_FALSE(pair.bob.receive(pair.world, pair.mail));
    CHECK(pair.open(claimed) == CryptoError::UntrustedIdentity);
    CHECK(pair.open(carol, pair.mail) == CryptoError::NotAuthorized);
}

TEST_CASE("Matrix: a device that is in no verified list is not believed, nor written to")
{
    Pair pair(4);
    CHECK(pair.open(pair.withFields([](auto& f) { f.senderDevice = {}; })) ==
          CryptoError::UntrustedIdentity);
    // Same device id, but under another identity key: what was agreed before does not count.
    auto swapped = pair.alice.party();
    swapped.identityKey = pair.bob.party().identityKey;
    const auto peer = crypto::VerifiedPeerForTests::make(swapped);
    REQUIRE_FALSE(pair.bob.receive(pair.world, pair.mail));
    CHECK_FALSE(pair.bob.store->canWrap(peer));
    CHECK(pair.bob.store->needsSession(peer, pair.world.nowMs()));
    const auto wrapped = pair.bob.store->wrap(pair.world.rng(), peer, View{});
    REQUIRE_FALSE(wrapped.ok());
    CHECK(wrapped.error() == CryptoError::UnknownSession);
    CHECK(pair.bob.store->canWrap(pair.alice.peer()));
}

TEST_CASE("Matrix: control contents count only as control, messages only as messages")
{
    Pair pair(5);
    const auto refresh = content(SessionRefreshContent{});
    const auto direct = EventKind::Direct;
    const auto control = EventKind::Control;
    CHECK(pair.open(pair.sealed(pair.alice, pair.bob, direct, refresh)) == CryptoError::Malformed);
    CHECK(pair.open(pair.sealed(pair.alice, pair.bob, control, text("x"))) ==
          CryptoError::Malformed);
    const auto typing = content(TypingContent{true});
    CHECK(pair.open(pair.sealed(pair.alice, pair.bob, direct, typing)) == CryptoError::Malformed);
    CHECK(pair.open(pair.sealed(pair.alice, pair.bob, direct, text("x"), crypto::Aad::transient)) ==
          CryptoError::Malformed);
    CHECK_FALSE(
        pair.open(pair.sealed(pair.alice, pair.bob, direct, typing, crypto::Aad::transient)));
    CHECK(pair.open(pair.sealed(pair.alice, pair.bob, control, Bytes{0xa0})) ==
          CryptoError::Malformed);
}

TEST_CASE("Matrix: another person cannot play my own device")
{
    Pair pair(6);
    auto& second = pair.world.addDevice(1);
    const auto control = EventKind::Control;
    const auto sync = content(OwnSyncContent{HistoryWantedSync{}});
    const auto forwarded = content(ForwardedContent{{1}, Hash32{}, Bytes{2}});
    const auto rootUpdate = *fromHex("a10014");
    const auto ownHistory = *fromHex("a10016");
    for (const auto& orders : {sync, forwarded, rootUpdate, ownHistory}) {
        CHECK(pair.open(pair.sealed(pair.alice, pair.bob, control, orders)) ==
              CryptoError::NotAuthorized);
        CHECK_FALSE(pair.open(pair.sealed(second, pair.bob, control, orders)));
    }
    // History for a group is checked by the group's own rules.
    CHECK_FALSE(pair.open(pair.sealed(pair.alice, pair.bob, control, *fromHex("a20016182040"))));
}

TEST_CASE("Matrix: a wrap for a group message that nobody asked for is refused")
{
    Pair pair(7);
    const auto group = pair.withFields([](auto& f) {
        f.kind = EventKind::Group;
        f.peerUser = {};
        f.group = crypto::Aad::Group{};
    });
    CHECK(pair.open(group) == CryptoError::NotAuthorized);
}

TEST_CASE("a removed device may end what it began, and gives no orders")
{
    Pair pair(8);
    const auto control = EventKind::Control;
    const auto receipt = content(ReceiptContent{ReceiptStatus::Read, {MessageId{}}});
    const auto order = content(SessionRefreshContent{});
    for (const auto standing : {Sender::Standing::Removed, Sender::Standing::LockedOut}) {
        pair.bob.standing = standing;
        CHECK_FALSE(pair.open(pair.sealed(pair.alice, pair.bob, EventKind::Direct, text("x"))));
        CHECK_FALSE(pair.open(pair.sealed(pair.alice, pair.bob, control, receipt)));
        CHECK(pair.open(pair.sealed(pair.alice, pair.bob, control, order)) ==
              CryptoError::NotAuthorized);
    }
}

TEST_CASE("Olm: keys of low order are refused wherever a key is taken from outside")
{
    Pair pair(9);
    auto bundle = pair.bob.takeBundle();
    bundle.oneTimePrekey = crypto::OneTimePrekey{7, BoxPublicKey{}};
    const auto before = pair.alice.saved();
    const auto started =
        pair.alice.store->start(pair.world.rng(), pair.bob.peer(), bundle, pair.world.nowMs());
    REQUIRE_FALSE(started.ok());
    CHECK(started.error() == CryptoError::BadKey);
    CHECK(pair.alice.saved() == before);
    // A ratchet key of zeros in the header of a later message.
    REQUIRE_FALSE(pair.bob.receive(pair.world, pair.mail));
    auto back = pair.world.send(pair.bob, {&pair.alice}).front();
    std::fill_n(back.wrap.begin() + 18, 32, std::uint8_t{0});
    CHECK(pair.open(pair.alice, back) == CryptoError::BadKey);
}

TEST_CASE("a prekey of another device, or an older one than was seen, starts no session")
{
    Pair pair(10);
    auto& carol = pair.world.addDevice(2);
    const auto now = pair.world.nowMs();
    const auto start = [&](const PrekeyBundle& bundle) {
        const auto started =
            pair.alice.store->start(pair.world.rng(), pair.bob.peer(), bundle, now);
        return started.ok() ? Error() : Error(started.error());
    };
    CHECK(start(carol.takeBundle()) == CryptoError::BadSignature);
    const auto old = pair.bob.takeBundle();
    pair.bob.rotateSigned(pair.world);
    CHECK_FALSE(start(pair.bob.takeBundle()));
    CHECK(start(old) == CryptoError::StaleList);
    // The memory of it outlives the sessions and a restart.
    pair.alice.store->forgetAll();
    pair.world.reload(pair.alice);
    CHECK(start(old) == CryptoError::StaleList);
    // A session with oneself makes no sense.
    const auto self =
        pair.alice.store->start(pair.world.rng(), pair.alice.peer(), pair.alice.takeBundle(), now);
    REQUIRE_FALSE(self.ok());
    CHECK(self.error() == CryptoError::Internal);
}

TEST_CASE("WhatsApp: a message is not sealed for a device without a session of its own")
{
    Pair pair(11);
    auto& carol = pair.world.addDevice(2);
    const auto& row = pair.alice.sent.begin()->second;
    const auto wrapped = rewrap(pair.world.rng(), *pair.alice.store, pair.world.directory().head(),
                                row.key, row.bodyHash, carol.peer());
    REQUIRE_FALSE(wrapped.ok());
    CHECK(wrapped.error() == CryptoError::UnknownSession);
    const auto before = pair.alice.saved();
    const std::vector<crypto::VerifiedPeer> recipients{pair.bob.peer(), carol.peer()};
    const auto sealed =
        sealEnvelope(pair.world.rng(), *pair.alice.store, pair.world.directory().head(),
                     pair.mail.fields(), text("x"), recipients);
    REQUIRE_FALSE(sealed.ok());
    CHECK(sealed.error() == CryptoError::UnknownSession);
    CHECK(pair.alice.saved() == before);
}

TEST_CASE("a body opens only with its own key and hash")
{
    Pair pair(12);
    const auto& row = pair.alice.sent.begin()->second;
    CHECK(openBody(row.key, row.bodyHash, row.aad, row.body).value() == pair.mail.content);
    const auto open = [&](const BodyKey& key, const Hash32& hash) {
        return openBody(key, hash, row.aad, row.body).error();
    };
    CHECK(open(row.key, Hash32{}) == CryptoError::AuthFailed);
    CHECK(open(BodyKey(), row.bodyHash) == CryptoError::AuthFailed);
}
