#include "tests/unit/client/coreTamper.h"

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

const QString lostText = QStringLiteral("damaged on the way");

/// Damages the wraps of what one person sends.
void damageFrom(TestPerson& reader, const UserId& author, bool& damaging)
{
    reader.transport->fromServer = tamperEvents([&damaging, author](protocol::LogEvent& event) {
        if (damaging && event.wrap && isFrom(event, author))
            event.wrap->back() ^= 1;
        return true;
    });
}

std::vector<EventRow> rowsOf(LocalState& state, const MessageId& id)
{
    std::optional<std::vector<EventRow>> rows;
    state.store().findAnywhere(id, [&](const auto& found) {
        REQUIRE(found.ok());
        rows.emplace();
        for (const auto& record : *found)
            rows->push_back(state.openEvent(record));
    });
    REQUIRE(waitUntil([&] { return rows.has_value(); }));
    return *rows;
}

} // namespace

TEST_CASE("What the author cannot give again comes from the other device", "[core][healing]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    TestPerson second(world.server, QStringLiteral("anna"));
    second.join(anna);
    REQUIRE(second.sees(chat, {QStringLiteral("<line>")}));
    bool damaging = true;
    damageFrom(second, boris.client().accounts().userId(), damaging);
    const auto asked = std::make_shared<int>(0);
    second.transport->toServer = countRequests<protocol::SendControl>(asked);
    // Nobody asks before the author has gone.
    second.transport->cut();
    second.transport->reachable = false;
    const auto id = boris.say(chat, lostText);
    REQUIRE(anna.sees(chat, {hello, answer, lostText}));
    REQUIRE(boris.reaches(chat, id, MessageState::Delivered));
    boris.stop();
    second.transport->reachable = true;
    second.client().connection().retryNow();
    REQUIRE(second.sees(chat, {QStringLiteral("<line>"), QStringLiteral("<missing>")}));
    REQUIRE(waitUntil([&] { return *asked >= 1; }));
    const int first = *asked;
    second.clock.shiftMs += 61'000;
    REQUIRE(waitUntil([&] { return *asked > first; }));
    CHECK(second.texts(chat).back() == QStringLiteral("<missing>"));
    second.clock.shiftMs += 601'000;
    REQUIRE(second.sees(chat, {QStringLiteral("<line>"), lostText}));
    CHECK(second.message(chat, id)->recoveredFromOwn);
    CHECK_FALSE(anna.message(chat, id)->recoveredFromOwn);
    // It is counted in the row of whoever answered.
    anna.stop();
    anna.withState([&](LocalState& state, WriteBatch&) {
        const auto rows = rowsOf(state, id);
        REQUIRE(rows.size() == 1);
        REQUIRE(rows[0].answers.size() == 1);
        CHECK(rows[0].answers[0].count == 1);
    });
}

TEST_CASE("A device that came later is not passed what was there before", "[core][healing]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    const auto id = boris.say(chat, lostText);
    REQUIRE(anna.sees(chat, {hello, answer, lostText}));
    TestPerson second(world.server, QStringLiteral("anna"));
    second.join(anna);
    anna.restart();
    REQUIRE(anna.online());
    second.stop();
    // As if it had been able to ask for it.
    const auto author = boris.client().accounts().deviceId();
    const auto borisId = boris.client().accounts().userId();
    second.withState([&](LocalState& state, WriteBatch& batch) {
        OutstandingRecord item;
        item.author = author;
        item.authorUser = borisId;
        item.id = id;
        item.conversation = chat;
        item.sinceMs = state.nowMs();
        item.attempts = 2;
        state.stage(batch, item);
    });
    const auto asked = std::make_shared<int>(0);
    second.start();
    second.transport->toServer = countRequests<protocol::SendControl>(asked);
    second.unlock();
    REQUIRE(waitUntil([&] { return *asked >= 2; }, 20'000));
    anna.restart();
    REQUIRE(anna.online());
    REQUIRE(waitUntil([&] { return anna.client().isSettled(); }));
    anna.stop();
    anna.withState([&](LocalState& state, WriteBatch&) {
        const auto rows = rowsOf(state, id);
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].answers.empty());
    });
}

TEST_CASE("A repair that takes a moment is not mentioned", "[core][healing]")
{
    World world;
    world.acquaint();
    auto& boris = world.boris;
    boris.stop();
    boris.placeholderMs = 60'000;
    boris.start();
    boris.unlock();
    REQUIRE(boris.online());
    bool damaging = true;
    damageFrom(boris, world.anna.client().accounts().userId(), damaging);
    const auto asked = std::make_shared<int>(0);
    boris.transport->toServer = countRequests<protocol::SendControl>(asked);
    // The author's answer is lost: the repair takes longer.
    world.anna.transport->toServer = [](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeRequest(frame);
        if (decoded.ok() && std::holds_alternative<protocol::SendControl>(decoded->request))
            return std::nullopt;
        return frame;
    };
    world.anna.say(world.chat, lostText);
    REQUIRE(waitUntil([&] { return *asked > 0; }));
    CHECK(boris.sees(world.chat, {hello, answer}));
    boris.clock.shiftMs += 60'000;
    CHECK(boris.sees(world.chat, {hello, answer, QStringLiteral("<missing>")}));
}

TEST_CASE("After thirty days what could not be repaired is lost for good", "[core][healing]")
{
    World world;
    world.acquaint();
    auto& boris = world.boris;
    bool damaging = true;
    damageFrom(boris, world.anna.client().accounts().userId(), damaging);
    world.anna.transport->toServer = [](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeRequest(frame);
        if (decoded.ok() && std::holds_alternative<protocol::SendControl>(decoded->request))
            return std::nullopt;
        return frame;
    };
    const auto id = world.anna.say(world.chat, lostText);
    REQUIRE(boris.sees(world.chat, {hello, answer, QStringLiteral("<missing>")}));
    world.anna.stop();
    boris.stop();
    boris.withState([&](LocalState& state, WriteBatch&) {
        REQUIRE(state.outstanding.size() == 1);
        REQUIRE(rowsOf(state, id).size() == 1);
        CHECK(rowsOf(state, id)[0].state == EventState::Waiting);
    });
    boris.clock.shiftMs += 31ull * 24 * 3600 * 1000;
    boris.start();
    bool told = false;
    QObject::connect(
        &boris.client().chats(), &Chats::messageChanged, boris.transport.get(),
        [&](const ConversationId&, const MessageItem& item) { told = told || item.id == id; });
    boris.unlock();
    REQUIRE(waitUntil([&] { return told; }));
    CHECK(boris.sees(world.chat, {hello, answer, QStringLiteral("<missing>")}));
    boris.stop();
    boris.withState([&](LocalState& state, WriteBatch&) {
        CHECK(state.outstanding.empty());
        CHECK(rowsOf(state, id)[0].state == EventState::Missing);
        CHECK_FALSE(rowsOf(state, id)[0].body);
    });
}

TEST_CASE("A crash between a message and its mark loses no mark", "[core][healing]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    bool arrived = false;
    QObject::connect(&boris.client().chats(), &Chats::messageChanged, boris.transport.get(),
                     [&](const ConversationId&, const MessageItem& item) {
                         arrived = arrived || item.text == lostText;
                     });
    const auto id = anna.say(chat, lostText);
    REQUIRE(waitUntil([&] { return arrived; }));
    boris.stop();
    SECTION("delivered")
    {
        boris.start();
        boris.unlock();
        CHECK(anna.reaches(chat, id, MessageState::Delivered));
    }
    SECTION("read")
    {
        boris.start();
        boris.unlock();
        REQUIRE(boris.online());
        boris.client().chats().markRead(chat);
        // What was begun is written; the mark is not in the outbox yet.
        boris.stop();
        boris.start();
        boris.unlock();
        CHECK(anna.reaches(chat, id, MessageState::Read));
    }
}
