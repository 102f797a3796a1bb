#include "server/storage/SqlStore.h"
#include "server/storage/WrapColumn.h"
#include "tests/support/Catch.h"
#include "tests/support/TestDatabase.h"

using namespace impulse;
using namespace impulse::server;
using protocol::ContactState;

namespace {

template <class F> F filled(std::uint8_t value)
{
    return *F::from(Bytes(F::size(), value));
}

struct Fixture {
    Fixture()
    {
        auto opened = SqlConnection::open(database.address(), SqlConnection::Mode::ReadWrite);
        REQUIRE(opened);
        connection = *std::move(opened);
        store.emplace(*connection);
    }
    ~Fixture() { CHECK_FALSE(store->takeFailure()); }

    UserId addPerson(std::uint8_t number, const std::string& name)
    {
        NewAccount account;
        account.account.userId = filled<UserId>(number);
        account.account.username = name;
        account.account.password = {filled<protocol::Salt>(1), 3, 256u << 20};
        account.account.passwordVerifier = {filled<protocol::Salt>(2), filled<Hash32>(3)};
        account.account.recoveryVerifier = {filled<protocol::Salt>(4), filled<Hash32>(5)};
        account.rootSlot = Bytes(104, 6);
        account.profile = Bytes(328, 7);
        account.createdMs = 1000;
        store->accounts().insert(account);
        return account.account.userId;
    }
    void publish(const UserId& user, std::vector<DeviceId> devices, std::uint64_t ms = 1)
    {
        NewDirectoryEntry entry;
        entry.user = user;
        entry.label = filled<Hash32>(user.view()[0]);
        entry.listHash = filled<Hash32>(9);
        if (!devices.empty())
            entry.list = Bytes(389, static_cast<std::uint8_t>(ms));
        entry.devices = std::move(devices);
        entry.serverMs = ms;
        store->directory().append(entry);
    }

    test::TestDatabase database;
    std::unique_ptr<SqlConnection> connection;
    std::optional<SqlStore> store;
};

} // namespace

TEST_CASE_METHOD(Fixture, "accounts are kept, changed and erased; id and name stay taken")
{
    auto& accounts = store->accounts();
    const auto anna = addPerson(1, "anna");
    const auto found = accounts.findByName("anna");
    REQUIRE(found);
    CHECK(found->userId == anna);
    CHECK(found->password.mem == (256u << 20));
    CHECK(found->passwordVerifier.value == filled<Hash32>(3));
    CHECK(found->recoveryVerifier.salt == filled<protocol::Salt>(4));
    CHECK(found->showLastSeen);
    CHECK(accounts.rootSlot(anna) == Bytes(104, 6));
    CHECK(accounts.profile(anna) == Bytes(328, 7));
    CHECK_FALSE(accounts.findByName("ann"));
    CHECK_FALSE(accounts.find(filled<UserId>(2)));

    accounts.setPassword(anna, {filled<protocol::Salt>(11), 4, 512u << 20},
                         {filled<protocol::Salt>(12), filled<Hash32>(13)});
    accounts.setRecovery(anna, Bytes(104, 14), {filled<protocol::Salt>(15), filled<Hash32>(16)});
    accounts.setProfile(anna, Bytes{});
    accounts.setShowLastSeen(anna, false);
    accounts.setLastSeen(anna, 77);
    const auto changed = accounts.find(anna);
    REQUIRE(changed);
    CHECK(changed->password.ops == 4);
    CHECK(changed->passwordVerifier.value == filled<Hash32>(13));
    CHECK(changed->recoveryVerifier.value == filled<Hash32>(16));
    CHECK_FALSE(changed->showLastSeen);
    CHECK(changed->lastSeenMs == 77);
    CHECK(accounts.rootSlot(anna) == Bytes(104, 14));
    CHECK(accounts.profile(anna) == Bytes{});

    accounts.erase(anna);
    CHECK_FALSE(accounts.find(anna));
    CHECK_FALSE(accounts.findByName("anna"));
    CHECK_FALSE(accounts.username(anna));
    CHECK_FALSE(accounts.rootSlot(anna));
    CHECK_FALSE(accounts.profile(anna));
    CHECK(accounts.isNameTaken("anna"));
    CHECK(accounts.isIdTaken(anna));
    CHECK_FALSE(accounts.isNameTaken("bert"));
}

TEST_CASE_METHOD(Fixture, "SQL in a name is only a name")
{
    addPerson(1, "x'; DROP TABLE accounts; --");
    CHECK(store->accounts().findByName("x'; DROP TABLE accounts; --"));
    CHECK_FALSE(store->accounts().findByName("' OR '1'='1"));
}

TEST_CASE_METHOD(Fixture, "the directory log is contiguous and knows the current devices")
{
    auto& directory = store->directory();
    const auto anna = addPerson(1, "anna");
    const auto bert = addPerson(2, "bert");
    CHECK(directory.lastSeq() == 0);
    CHECK(directory.version(anna) == 0);
    publish(anna, {filled<DeviceId>(21)}, 1);
    publish(bert, {filled<DeviceId>(31)}, 2);
    publish(anna, {filled<DeviceId>(22), filled<DeviceId>(20)}, 3);
    CHECK(directory.lastSeq() == 3);
    CHECK(directory.version(anna) == 2);
    CHECK(directory.devices(anna) == std::vector{filled<DeviceId>(20), filled<DeviceId>(22)});
    CHECK(directory.devices(bert) == std::vector{filled<DeviceId>(31)});
    REQUIRE(directory.latest(anna));
    CHECK(directory.latest(anna)->list == Bytes(389, 3));
    CHECK(directory.lists(anna, 0, 10) == std::vector<Bytes>{Bytes(389, 1), Bytes(389, 3)});
    CHECK(directory.lists(anna, 1, 10).size() == 1);
    CHECK(directory.lists(anna, 0, 1) == std::vector<Bytes>{Bytes(389, 1)});
    CHECK(directory.countSince(anna, 2) == 1);
    const auto entries = directory.entries(1, 10);
    REQUIRE(entries.size() == 2);
    CHECK(entries.front().seq == 2);
    CHECK(entries.front().label == filled<Hash32>(2));
    CHECK(directory.entries(0, 1).size() == 1);

    publish(anna, {}, 4);
    CHECK_FALSE(directory.latest(anna));
    CHECK(directory.devices(anna).empty());
    CHECK(directory.version(anna) == 3);
    CHECK(directory.lists(anna, 0, 10).size() == 2);
}

TEST_CASE_METHOD(Fixture, "a one-time prekey is handed out once, lowest id first")
{
    auto& prekeys = store->prekeys();
    const auto device = filled<DeviceId>(1);
    CHECK_FALSE(prekeys.signedPrekey(device));
    CHECK_FALSE(prekeys.takeOneTime(device));
    prekeys.setSignedPrekey(device, {5, Bytes(108, 1)});
    for (const std::uint64_t id : {3, 1, 2})
        prekeys.addOneTime(device, {id, Bytes(36, static_cast<std::uint8_t>(id))});
    REQUIRE(prekeys.signedPrekey(device));
    CHECK(prekeys.signedPrekey(device)->id == 5);
    CHECK(prekeys.oneTimeIds(device) == std::vector<std::uint64_t>{1, 2, 3});
    const auto first = prekeys.takeOneTime(device);
    REQUIRE(first);
    CHECK(first->id == 1);
    CHECK(first->bytes == Bytes(36, 1));
    CHECK(prekeys.takeOneTime(device)->id == 2);
    CHECK(prekeys.oneTimeIds(device) == std::vector<std::uint64_t>{3});
    prekeys.clearOneTime(device);
    CHECK_FALSE(prekeys.takeOneTime(device));
    CHECK(prekeys.highestOneTimeId(device) == 3);
    prekeys.erase(device);
    CHECK_FALSE(prekeys.signedPrekey(device));
    CHECK(prekeys.highestOneTimeId(device) == 3);
}

TEST_CASE_METHOD(Fixture, "contacts are one-sided and erased on both sides")
{
    auto& contacts = store->contacts();
    const auto anna = addPerson(1, "anna");
    const auto bert = addPerson(2, "bert");
    const auto carl = addPerson(3, "carl");
    contacts.set(anna, bert, ContactState::Accepted);
    contacts.set(anna, carl, ContactState::Blocked);
    contacts.set(bert, anna, ContactState::Accepted);
    CHECK(contacts.state(anna, bert) == ContactState::Accepted);
    CHECK(contacts.state(carl, anna) == ContactState::None);
    CHECK(contacts.audience(anna) == std::vector{bert});
    // Whoever blocked her does not hear of her any more.
    contacts.set(bert, anna, ContactState::Blocked);
    CHECK(contacts.audience(anna).empty());
    contacts.set(bert, anna, ContactState::None);
    CHECK(contacts.audience(anna) == std::vector{bert});
    contacts.set(bert, anna, ContactState::Accepted);
    const auto list = contacts.list(anna, UserId{}, 10);
    REQUIRE(list.size() == 2);
    CHECK(list[0].username == "bert");
    CHECK(list[1].state == ContactState::Blocked);
    CHECK(contacts.list(anna, bert, 10).size() == 1);
    CHECK(contacts.list(anna, UserId{}, 1).size() == 1);
    contacts.set(anna, carl, ContactState::None);
    CHECK(contacts.list(anna, UserId{}, 10).size() == 1);
    contacts.erase(bert);
    CHECK(contacts.state(anna, bert) == ContactState::None);
    CHECK(contacts.state(bert, anna) == ContactState::None);
}

TEST_CASE_METHOD(Fixture, "a conversation numbers its events and gives each device its own wrap")
{
    auto& conversations = store->conversations();
    const auto anna = addPerson(1, "anna");
    const auto bert = addPerson(2, "bert");
    const auto annas = filled<DeviceId>(11);
    const auto berts = filled<DeviceId>(12);
    publish(anna, {annas});
    publish(bert, {berts});
    const Conversation conversation{filled<ConversationId>(7), anna, bert};
    conversations.create(conversation);
    CHECK(conversations.ofUser(anna, {}, 10).empty());
    CHECK(conversations.lastSenderSeq(conversation.id, annas) == 0);

    const auto send = [&](const DeviceId& from, const DeviceId& to, std::uint64_t senderSeq,
                          std::optional<std::uint64_t> hour = {}) {
        NewEvent event;
        event.conversation = conversation.id;
        event.device = from;
        event.senderSeq = senderSeq;
        event.messageId = filled<MessageId>(static_cast<std::uint8_t>(senderSeq));
        event.serverMs = 100 + senderSeq;
        event.aad = Bytes(115, 1);
        event.body = Bytes(328, 2);
        event.wraps = {{filled<DeviceId>(99), Bytes(10, 9)}, {to, Bytes(235, 3)}};
        event.expiresHour = hour;
        return conversations.append(std::make_shared<const NewEvent>(event));
    };
    CHECK(send(annas, berts, 1) == 1);
    CHECK(send(berts, annas, 1) == 2);
    CHECK(send(annas, berts, 2, 500) == 3);
    CHECK(conversations.lastSenderSeq(conversation.id, annas) == 2);
    CHECK(conversations.lastSenderSeq(conversation.id, berts) == 1);
    const auto found = conversations.find(conversation.id);
    REQUIRE(found);
    CHECK(found->lastSeq == 3);
    CHECK(found->firstSeq == 1);
    CHECK(found->peerOf(anna) == bert);
    CHECK(conversations.ofUser(bert, {}, 10).size() == 1);
    CHECK(conversations.ofUser(bert, conversation.id, 10).empty());

    const auto sent = conversations.sent(conversation.id, annas, 2);
    REQUIRE(sent);
    CHECK(sent->messageId == filled<MessageId>(2));
    CHECK(sent->seq == 3);
    CHECK(sent->serverMs == 102);
    CHECK_FALSE(conversations.sent(conversation.id, annas, 3));
    CHECK(conversations.author(conversation.id, 2) == bert);
    CHECK_FALSE(conversations.author(conversation.id, 4));

    const auto events = conversations.events(conversation.id, 1, 10, 100'000, berts);
    REQUIRE(events.size() == 2);
    CHECK_FALSE(events[0].wrap);
    CHECK(events[0].body == Bytes(328, 2));
    CHECK(events[1].wrap == Bytes(235, 3));
    CHECK(conversations.events(conversation.id, 0, 10, 1, berts).size() == 1);
    CHECK(conversations.events(conversation.id, 0, 2, 100'000, berts).size() == 2);

    conversations.erase(conversation.id, 1);
    conversations.erase(conversation.id, 1);
    const auto tombstone = conversations.events(conversation.id, 0, 1, 100'000, berts);
    REQUIRE(tombstone.size() == 1);
    CHECK(tombstone[0].aad == Bytes(115, 1));
    CHECK_FALSE(tombstone[0].body);
    CHECK_FALSE(tombstone[0].wrap);

    CHECK(conversations.eraseExpired(499, 10).empty());
    const auto expired = conversations.eraseExpired(500, 10);
    REQUIRE(expired.size() == 1);
    CHECK(expired[0].seq == 3);
    CHECK(expired[0].conversation.id == conversation.id);
    CHECK(conversations.eraseExpired(500, 10).empty());
    CHECK_FALSE(conversations.events(conversation.id, 2, 1, 100'000, berts)[0].body);
}

TEST_CASE_METHOD(Fixture, "a sender's number cannot be stored twice")
{
    const auto anna = addPerson(1, "anna");
    publish(anna, {filled<DeviceId>(11)});
    const Conversation conversation{filled<ConversationId>(7), anna, anna};
    store->conversations().create(conversation);
    NewEvent event;
    event.conversation = conversation.id;
    event.device = filled<DeviceId>(11);
    event.senderSeq = 1;
    event.aad = Bytes(115, 1);
    event.body = Bytes(328, 2);
    const auto shared = std::make_shared<const NewEvent>(event);
    CHECK(store->conversations().append(shared) == 1);
    CHECK(store->conversations().append(shared) == 0);
    CHECK(store->takeFailure());
    CHECK(connection->error() == SqlError::Constraint);
}

TEST_CASE_METHOD(Fixture, "what was sent is found by its sender's number, however long ago")
{
    const auto anna = addPerson(1, "anna");
    const auto annas = filled<DeviceId>(11);
    const auto rare = filled<DeviceId>(12);
    publish(anna, {annas, rare});
    const Conversation conversation{filled<ConversationId>(7), anna, anna};
    auto& conversations = store->conversations();
    conversations.create(conversation);
    const auto idOf = [](std::uint64_t seq) {
        return filled<MessageId>(static_cast<std::uint8_t>(seq % 251));
    };
    std::uint64_t rareSeq = 0;
    for (std::uint64_t i = 1; i <= 3000; ++i) {
        const bool byRare = i % 400 == 0;
        NewEvent event;
        event.conversation = conversation.id;
        event.device = byRare ? rare : annas;
        event.senderSeq = byRare ? ++rareSeq : i - rareSeq;
        event.messageId = idOf(i);
        event.serverMs = i;
        event.aad = Bytes(115, 1);
        event.body = Bytes(8, 2);
        REQUIRE(conversations.append(std::make_shared<const NewEvent>(std::move(event))) == i);
        // Half of them are found while they wait to be written.
        if (i == 1500)
            REQUIRE(store->flush());
    }
    for (std::uint64_t i = 1; i <= 3000; ++i) {
        const bool byRare = i % 400 == 0;
        const auto number = byRare ? i / 400 : i - i / 400;
        const auto sent = conversations.sent(conversation.id, byRare ? rare : annas, number);
        REQUIRE(sent);
        CHECK(sent->seq == i);
        CHECK(sent->messageId == idOf(i));
    }
    CHECK_FALSE(conversations.sent(conversation.id, annas, 3000));
    CHECK_FALSE(conversations.sent(conversation.id, filled<DeviceId>(13), 1));
    // A few marks do for all of them.
    Statement marks(*connection, "SELECT count(*) FROM sender_marks");
    REQUIRE(marks.next());
    CHECK(marks.integer(0) <= 3000 / 256 + 1 + rareSeq);
}

TEST_CASE_METHOD(Fixture, "a mailbox keeps within its bytes, and counts those that were read")
{
    auto& mailboxes = store->mailboxes();
    const auto device = filled<DeviceId>(1);
    const auto append = [&](std::size_t size) {
        return mailboxes.append(device, {1, Bytes(100, 1), Bytes(size - 150, 2), Bytes(50, 3)},
                                {1000, 3000});
    };
    const auto numbers = [&](std::uint64_t after) {
        std::vector<std::uint64_t> result;
        for (const auto& entry : mailboxes.page(device, after, 100, 1'000'000).entries)
            result.push_back(entry.number);
        return result;
    };
    using Numbers = std::vector<std::uint64_t>;
    append(1000);
    append(1000);
    append(1000);
    CHECK(numbers(0) == Numbers{1, 2, 3});
    CHECK_FALSE(mailboxes.page(device, 0, 1, 1'000'000).missing);
    append(200);
    CHECK(numbers(0) == Numbers{2, 3, 4});
    CHECK(mailboxes.page(device, 0, 1, 1'000'000).missing);
    // What was read makes room, and is not missing.
    mailboxes.acknowledge(device, 3);
    append(1000);
    append(1000);
    append(800);
    CHECK(numbers(3) == Numbers{4, 5, 6, 7});
    CHECK_FALSE(mailboxes.page(device, 3, 1, 1'000'000).missing);
    // The newest stays, however long.
    append(9000);
    CHECK(numbers(0) == Numbers{8});
    append(150);
    CHECK(numbers(0) == Numbers{9});
    CHECK(mailboxes.dropOlderThan(2, 100) == 1);
    append(3000);
    CHECK(numbers(0) == Numbers{10});
    mailboxes.erase(device);
    append(3000);
    CHECK(numbers(0) == Numbers{11});
}

TEST_CASE_METHOD(Fixture, "a mailbox numbers without holes, drops its oldest and tells so")
{
    auto& mailboxes = store->mailboxes();
    const auto device = filled<DeviceId>(1);
    CHECK(mailboxes.last(device) == 0);
    for (std::uint64_t i = 1; i <= 5; ++i)
        CHECK(mailboxes.append(device, {i, Bytes(115, 1), Bytes(328, 2), Bytes(235, 3)}, {4}) == i);
    CHECK(mailboxes.last(device) == 5);
    auto page = mailboxes.page(device, 0, 2, 100'000);
    CHECK(page.missing);
    CHECK(page.more);
    REQUIRE(page.entries.size() == 2);
    CHECK(page.entries[0].number == 2);
    CHECK(page.entries[0].wrap == Bytes(235, 3));
    page = mailboxes.page(device, 1, 10, 700);
    CHECK_FALSE(page.missing);
    CHECK(page.more);
    CHECK(page.entries.size() == 1);
    mailboxes.acknowledge(device, 4);
    page = mailboxes.page(device, 1, 10, 100'000);
    CHECK_FALSE(page.missing);
    CHECK_FALSE(page.more);
    CHECK(page.entries.size() == 1);
    mailboxes.acknowledge(device, 5);
    CHECK(mailboxes.last(device) == 0);
    CHECK(mailboxes.append(device, {10, Bytes(115, 1), Bytes(328, 2), Bytes(235, 3)}, {4}) == 6);
    CHECK(mailboxes.append(device, {20, Bytes(115, 1), Bytes(328, 2), Bytes(235, 3)}, {4}) == 7);
    CHECK(mailboxes.dropOlderThan(10, 100) == 0);
    CHECK(mailboxes.dropOlderThan(15, 100) == 1);
    page = mailboxes.page(device, 5, 10, 100'000);
    CHECK(page.missing);
    CHECK(page.entries.size() == 1);
    mailboxes.erase(device);
    CHECK(mailboxes.last(device) == 0);
}

TEST_CASE_METHOD(Fixture, "an invite has its uses and its time")
{
    auto& invites = store->invites();
    const auto hash = filled<InviteHash>(1);
    invites.insert({hash, std::nullopt, 2, 1000});
    CHECK(invites.isUsable(hash, 999));
    CHECK_FALSE(invites.isUsable(hash, 1000));
    CHECK_FALSE(invites.isUsable(filled<InviteHash>(2), 1));
    CHECK(invites.use(hash, 1));
    CHECK(invites.use(hash, 1));
    CHECK_FALSE(invites.use(hash, 1));
    CHECK_FALSE(invites.isUsable(hash, 1));
    invites.prune(1);
    const auto anna = addPerson(1, "anna");
    invites.insert({hash, anna, 1, 50});
    invites.prune(49);
    CHECK(invites.isUsable(hash, 49));
    invites.prune(50);
    CHECK_FALSE(invites.isUsable(hash, 0));
}

TEST_CASE_METHOD(Fixture, "the incarnation stays until it is renewed")
{
    CHECK(store->incarnation().isZero());
    store->setIncarnation(filled<IncarnationId>(4));
    CHECK(store->incarnation() == filled<IncarnationId>(4));
    store->setIncarnation(filled<IncarnationId>(5));
    CHECK(store->incarnation() == filled<IncarnationId>(5));
}

TEST_CASE_METHOD(Fixture, "after a failure reads give nothing and writes do nothing")
{
    addPerson(1, "anna");
    addPerson(1, "bert");
    CHECK_FALSE(store->accounts().findByName("anna"));
    addPerson(3, "carl");
    CHECK(store->takeFailure());
    CHECK_FALSE(store->takeFailure());
    CHECK(store->accounts().findByName("anna"));
    CHECK_FALSE(store->accounts().findByName("carl"));
}

TEST_CASE("a damaged column of wraps gives nothing")
{
    const auto device = filled<DeviceId>(1);
    auto packed = packWraps({{filled<DeviceId>(2), Bytes(300, 1)}, {device, Bytes(5, 2)}});
    CHECK(findWrap(packed, device) == Bytes(5, 2));
    CHECK_FALSE(findWrap(packed, filled<DeviceId>(3)));
    packed.pop_back();
    CHECK_FALSE(findWrap(packed, device));
    CHECK_FALSE(findWrap(View(packed).first(10), device));
    CHECK_FALSE(findWrap({}, device));
}

namespace {

NewEvent eventIn(const ConversationId& conversation, const DeviceId& device, std::uint64_t seq)
{
    NewEvent event;
    event.conversation = conversation;
    event.device = device;
    event.senderSeq = seq;
    event.aad = Bytes(115, 1);
    event.body = Bytes(328, 2);
    return event;
}

} // namespace

TEST_CASE_METHOD(Fixture,
                 "what one job has stored stays when the next of its transaction is undone")
{
    const auto anna = addPerson(1, "anna");
    const auto device = filled<DeviceId>(11);
    publish(anna, {device});
    auto& conversations = store->conversations();
    const Conversation notes{filled<ConversationId>(5), anna, anna, 1, 0};
    conversations.create(notes);
    REQUIRE(connection->begin());
    connection->beginJob();
    CHECK(conversations.append(std::make_shared<NewEvent>(eventIn(notes.id, device, 1))) == 1);
    REQUIRE(connection->endJob(true));
    // It reads what the first one has left to be written, and is refused.
    connection->beginJob();
    CHECK(conversations.sent(notes.id, device, 1));
    REQUIRE(connection->endJob(false));
    // The same with writes of its own.
    connection->beginJob();
    conversations.erase(notes.id, 1);
    REQUIRE(connection->endJob(false));
    REQUIRE(store->flush());
    REQUIRE(connection->commit());
    const auto events = conversations.events(notes.id, 0, 10, 100'000, device);
    REQUIRE(events.size() == 1);
    CHECK(events[0].body);
    CHECK(conversations.lastSenderSeq(notes.id, device) == 1);
}

TEST_CASE_METHOD(Fixture, "a group's roster is read once and again after each change")
{
    const auto anna = addPerson(1, "anna");
    const auto bert = addPerson(2, "bert");
    publish(anna, {filled<DeviceId>(11)});
    publish(bert, {filled<DeviceId>(12)});
    auto& groups = store->groups();
    const auto member = [](const UserId& user, crypto::GroupRole role) {
        return crypto::GroupMember{user, filled<SignPublicKey>(1), role};
    };
    NewGroupState state;
    state.fields.group = filled<ConversationId>(7);
    state.fields.authorUser = anna;
    state.fields.authorDevice = filled<DeviceId>(11);
    state.fields.members = {member(anna, crypto::GroupRole::Admin),
                            member(bert, crypto::GroupRole::Member)};
    state.state = Bytes(300, 1);
    const auto& id = state.fields.group;
    CHECK_FALSE(groups.roster(id));
    CHECK(groups.putState(state) == 1);
    const auto first = groups.roster(id);
    REQUIRE(first);
    CHECK(first->readers->size() == 2);
    CHECK(first->version == 2);
    CHECK(first->find(anna)->role == crypto::GroupRole::Admin);
    CHECK(groups.roster(id) == first);
    // The list of a member, not of anybody else.
    addPerson(3, "carl");
    publish(filled<UserId>(3), {filled<DeviceId>(13)});
    CHECK(groups.roster(id) == first);
    publish(bert, {filled<DeviceId>(12), filled<DeviceId>(14)}, 2);
    const auto second = groups.roster(id);
    CHECK(second->version == 3);
    CHECK(*second->readers == Readers{filled<DeviceId>(11), filled<DeviceId>(12),
                                      filled<DeviceId>(14)});
    CHECK(groups.isReader(id, filled<DeviceId>(14)));
    CHECK_FALSE(groups.isReader(id, filled<DeviceId>(13)));
    // Undone: as if it had not been.
    REQUIRE(connection->begin());
    state.fields.epoch = 1;
    state.fields.members.pop_back();
    CHECK(groups.putState(state) == 2);
    CHECK(groups.roster(id)->members.size() == 1);
    connection->rollBack();
    CHECK(groups.roster(id)->members.size() == 2);
    CHECK(groups.putState(state) == 2);
    CHECK(groups.viewOf(bert, id)->lastSeq == 2);
    CHECK_FALSE(groups.viewOf(bert, id)->isMember);
    groups.close(id);
    CHECK_FALSE(groups.roster(id));
}
