#include "client/e2ee/RootUpdate.h"
#include "tests/unit/client/coreTamper.h"

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

const QString before = QStringLiteral("sent before");
const QString line = QStringLiteral("<line>");

/// Does this device's own slot open with this password, stretched as the server says now?
bool slotOpens(TestPerson& person, TestServer& server, const QString& password)
{
    bool opens = false;
    person.withState([&](LocalState& state, WriteBatch&) {
        protocol::PasswordParameters parameters;
        server.write([&](server::Store& store) {
            parameters = store.accounts().find(state.self())->password;
        });
        const auto keys = crypto::derivePassword(
            password.toStdString(), state.profile->username, server.id(),
            *crypto::ServerSalt::from(parameters.serverSalt), {parameters.ops, parameters.mem});
        REQUIRE(keys.ok());
        REQUIRE(state.account.passwordSlot);
        opens = e2ee::openRootSlot(keys->wrap, e2ee::RootSlotKind::Password, state.self(),
                                   *state.account.passwordSlot)
                    .ok();
    });
    return opens;
}

void changePassword(TestPerson& person, const QString& from, const QString& to)
{
    REQUIRE(person.done([&](auto done) {
        person.client().accounts().changePassword(Password(from), Password(to), {}, done);
    }));
}

} // namespace

TEST_CASE("A device declared lost wipes itself, and is heard no more", "[core][devices]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    const auto annaDevice = anna.client().accounts().deviceId();
    const auto borisDevice = boris.client().accounts().deviceId();
    boris.stop();
    const auto earlier = anna.say(chat, before);
    REQUIRE(anna.reaches(chat, earlier, MessageState::Sent));
    // The server keeps this one back.
    std::optional<protocol::SendEvent> kept;
    anna.transport->toServer = [&](Bytes frame) -> std::optional<Bytes> {
        auto decoded = protocol::decodeRequest(frame);
        auto* event = decoded.ok() ? std::get_if<protocol::SendEvent>(&decoded->request) : nullptr;
        if (!event)
            return frame;
        kept = std::move(*event);
        return std::nullopt;
    };
    anna.say(chat, QStringLiteral("kept back"));
    REQUIRE(waitUntil([&] { return kept.has_value(); }));

    TestPerson second(world.server, QStringLiteral("anna"));
    CHECK(second.join(anna, {annaDevice}).lockedOut);
    REQUIRE(waitUntil([&] { return anna.client().accounts().state() == ProfileState::NoAccount; }));
    CHECK(anna.wasWarned(QStringLiteral("lost or stolen"), true));
    anna.stop();
    anna.start();
    CHECK(anna.client().accounts().state() == ProfileState::NoAccount);

    boris.start();
    boris.unlock();
    REQUIRE(boris.sees(chat, {hello, answer, before}));
    CHECK(boris.message(chat, earlier)->removedDevice == RemovedDevice::LostOrStolen);
    REQUIRE(boris.online());

    protocol::EventPush late;
    late.event = {4, world.server.clock.nowMs(), kept->aad, kept->body, std::nullopt};
    for (const auto& wrap : kept->wraps) {
        if (wrap.deviceId == borisDevice)
            late.event.wrap = wrap.message;
    }
    REQUIRE(late.event.wrap);
    boris.transport->inject(protocol::encodePush(late));
    REQUIRE(boris.sees(chat, {hello, answer, before, QStringLiteral("<refused>")}));
}

TEST_CASE("A device that leaves while its contact is online is heard no more", "[core][devices]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    const auto annaDevice = anna.client().accounts().deviceId();
    const auto borisDevice = boris.client().accounts().deviceId();
    std::optional<protocol::SendEvent> kept;
    anna.transport->toServer = [&](Bytes frame) -> std::optional<Bytes> {
        auto decoded = protocol::decodeRequest(frame);
        auto* event = decoded.ok() ? std::get_if<protocol::SendEvent>(&decoded->request) : nullptr;
        if (!event)
            return frame;
        kept = std::move(*event);
        return std::nullopt;
    };
    anna.say(chat, QStringLiteral("kept back"));
    REQUIRE(waitUntil([&] { return kept.has_value(); }));
    const auto synced = std::make_shared<int>(0);
    boris.transport->toServer = countRequests<protocol::FetchMailbox>(synced);
    TestPerson second(world.server, QStringLiteral("anna"));
    second.join(anna, {annaDevice});
    // Boris reads what the server held when he learnt of it; that ends the backlog.
    REQUIRE(waitUntil([&] { return *synced > 0; }));
    boris.say(chat, QStringLiteral("to the new one"));
    REQUIRE(second.sees(chat, {line, QStringLiteral("to the new one")}));

    protocol::EventPush late;
    late.event = {4, world.server.clock.nowMs(), kept->aad, kept->body, std::nullopt};
    for (const auto& wrap : kept->wraps) {
        if (wrap.deviceId == borisDevice)
            late.event.wrap = wrap.message;
    }
    REQUIRE(late.event.wrap);
    boris.transport->inject(protocol::encodePush(late));
    REQUIRE(boris.sees(
        chat, {hello, answer, QStringLiteral("<refused>"), QStringLiteral("to the new one")}));
}

TEST_CASE("A list of the same generation wipes nothing", "[core][devices]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    const auto chat = world.chat;
    const auto annaId = anna.client().accounts().userId();
    TestPerson second(world.server, QStringLiteral("anna"));
    second.join(anna);
    REQUIRE(waitUntil([&] { return anna.wasWarned(QStringLiteral("new device"), false); }));
    // Whoever holds the second device can make this list.
    second.stop();
    second.withState([&](LocalState& state, WriteBatch&) {
        const auto list = crypto::parseDeviceList(world.server.lists(annaId).back());
        REQUIRE(list.ok());
        std::vector<crypto::DeviceEntry> devices;
        for (const auto& device : list->devices) {
            if (crypto::deviceId(annaId, device) == state.device())
                devices.push_back(device);
        }
        const crypto::AccountKey key(fromWire<crypto::AccountSeed>(state.account.accountSeed), 1);
        world.server.publish(annaId, list->identityKey, list->accountCertificate, key, devices);
    });
    anna.transport->cut();
    REQUIRE(waitUntil([&] { return anna.client().accounts().state() == ProfileState::Removed; },
                      20'000));
    CHECK(anna.sees(chat, {hello, answer}));
    anna.stop();
    anna.withState([&](LocalState& state, WriteBatch&) {
        const auto seed = state.account.accountSeed.expose();
        CHECK(std::ranges::all_of(seed, [](std::uint8_t byte) { return byte == 0; }));
        CHECK(state.profile->removed);
    });
    anna.start();
    anna.unlock();
    CHECK(anna.client().accounts().state() == ProfileState::Removed);
    CHECK(anna.sees(chat, {hello, answer}));
}

TEST_CASE("A new password goes to the other devices", "[core][devices]")
{
    World world;
    auto& anna = world.anna;
    const QString first = anna.password;
    const QString next = QStringLiteral("another horse battery");
    const QString last = QStringLiteral("a third horse battery");
    TestPerson second(world.server, QStringLiteral("anna"));
    second.join(anna);
    changePassword(anna, first, next);
    REQUIRE(waitUntil([&] { return anna.client().isSettled(); }));
    second.restart();
    REQUIRE(second.online());
    second.stop();
    CHECK(slotOpens(second, world.server, next));
    // The local key is under the password that this device was last opened with.
    second.start();
    CHECK_FALSE(
        second.done([&](auto done) { second.client().accounts().unlock(Password(next), done); }));
    second.unlock();
    REQUIRE(second.online());

    // So the second one can go on, and its local key follows the password that was typed here.
    changePassword(second, next, last);
    REQUIRE(waitUntil([&] { return second.client().isSettled(); }));
    second.password = last;
    second.restart();
    anna.stop();
    anna.start();
    REQUIRE(anna.done([&](auto done) { anna.client().accounts().unlock(Password(next), done); }));
    REQUIRE(anna.online());
    anna.stop();
    anna.password = next;
    CHECK(slotOpens(anna, world.server, last));
}

TEST_CASE("A lock-out gives the remaining devices the new keys", "[core][devices]")
{
    World world;
    auto& anna = world.anna;
    const auto annaId = anna.client().accounts().userId();
    TestPerson second(world.server, QStringLiteral("anna"));
    second.join(anna);
    TestPerson third(world.server, QStringLiteral("anna"));
    CHECK(third.join(anna, {anna.client().accounts().deviceId()}).lockedOut);
    REQUIRE(waitUntil([&] { return third.client().isSettled(); }));
    second.restart();
    REQUIRE(second.online());
    second.stop();
    second.withState([&](LocalState& state, WriteBatch&) {
        const auto list = crypto::parseDeviceList(world.server.lists(annaId).back());
        REQUIRE(list.ok());
        CHECK(list->generation == 2);
        CHECK(state.account.generation == 2);
        const crypto::AccountKey key(fromWire<crypto::AccountSeed>(state.account.accountSeed), 2);
        CHECK(key.publicKey() == list->accountKey);
        CHECK(crypto::verifyArchiveCertificate(state.account.identityKey, annaId, 2,
                                               state.account.archiveKey,
                                               state.account.archiveCertificate)
                  .ok());
    });
}

TEST_CASE("Keys from an own device are believed only by the newest list", "[core][devices]")
{
    crypto::SystemRng rng;
    const auto user = crypto::random<UserId>(rng);
    const auto root = crypto::random<crypto::RootSecret>(rng);
    const crypto::UserIdentity identity(root, user);
    const auto device = crypto::Device::create(rng, user, identity.publicKey(), 1);
    crypto::Directory directory(crypto::random<ServerId>(rng));
    std::vector<Bytes> lists;
    for (std::uint32_t generation = 1; generation <= 2; ++generation) {
        const crypto::AccountKey key(crypto::deriveAccountSeed(root, user, generation), generation);
        crypto::DeviceList list;
        list.user = user;
        list.identityKey = identity.publicKey();
        list.accountCertificate = identity.certifyAccountKey(generation, key.publicKey());
        list.version = generation;
        if (!lists.empty())
            list.previous = crypto::deviceListHash(lists.back());
        list.createdMs = generation;
        list.devices = {device.entry()};
        lists.push_back(key.signDeviceList(list).value());
        const crypto::DirectoryEntry entry{generation,
                                           crypto::directoryLabel(directory.server(), user),
                                           crypto::deviceListHash(lists.back())};
        REQUIRE(directory.append(crypto::writeDirectoryEntry(entry)).ok());
    }
    const auto accepted = crypto::acceptFirstUse(directory, user, lists);
    REQUIRE(accepted.ok());
    const e2ee::OwnAccount account{user, identity.publicKey(), 1};
    const auto archive = crypto::boxKeyPair(crypto::deriveArchiveSeed(root, user, 2));
    const auto good = [&] {
        e2ee::RootUpdateContent update;
        update.generation = 2;
        update.accountSeed = crypto::deriveAccountSeed(root, user, 2);
        update.archive = e2ee::ArchiveKeyOffer{archive.publicKey,
                                               identity.certifyArchiveKey(2, archive.publicKey)};
        update.passwordSlot = Bytes(e2ee::contentLimits::rootSlot, 7);
        return update;
    };
    const auto check = [&](const e2ee::RootUpdateContent& update, const DeviceId& sender) {
        const auto result = e2ee::checkRootUpdate(update, account, accepted->list, sender);
        return result.ok() ? std::optional<crypto::CryptoError>() : result.error();
    };
    using enum crypto::CryptoError;
    CHECK_FALSE(check(good(), device.id()));
    CHECK(check(good(), crypto::random<DeviceId>(rng)) == NotAuthorized);
    auto update = good();
    update.generation = 1;
    CHECK(check(update, device.id()) == StaleList);
    update = good();
    update.accountSeed.reset();
    CHECK(check(update, device.id()) == Malformed);
    update = good();
    update.accountSeed = crypto::deriveAccountSeed(root, user, 1);
    CHECK(check(update, device.id()) == BadSignature);
    update = good();
    update.archive->certificate = identity.certifyArchiveKey(1, archive.publicKey);
    CHECK(check(update, device.id()) == BadSignature);
    const auto other = e2ee::OwnAccount{
        user, crypto::signKeyPair(crypto::random<crypto::SignSeed>(rng)).publicKey, 1};
    CHECK(e2ee::checkRootUpdate(good(), other, accepted->list, device.id()).error() ==
          UntrustedIdentity);

    // As bytes, and back; in a control envelope only.
    const auto bytes = e2ee::writeContent(e2ee::Content(good()));
    REQUIRE(bytes.ok());
    const auto read = e2ee::parseContent(crypto::EventKind::Control, *bytes);
    REQUIRE(read.ok());
    const auto* same = std::get_if<e2ee::RootUpdateContent>(&*read);
    REQUIRE(same);
    CHECK_FALSE(check(*same, device.id()));
    CHECK(same->passwordSlot == good().passwordSlot);
    CHECK(e2ee::parseContent(crypto::EventKind::Direct, *bytes).error() == Malformed);
    update = good();
    update.passwordSlot = Bytes(103, 7);
    CHECK(e2ee::writeContent(e2ee::Content(std::move(update))).error() == Malformed);
}
