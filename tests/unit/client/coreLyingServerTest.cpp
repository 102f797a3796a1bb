#include "tests/unit/client/coreWorld.h"

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

/// Changes the answers to one kind of request; counts them.
template <class Request>
LoopbackTransport::Tamper tamperAnswers(int& count,
                                        std::function<void(protocol::ResultOf<Request>&)> change)
{
    return [&count, change = std::move(change)](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeServerFrame(frame);
        const auto* head = decoded.ok() ? std::get_if<protocol::AnswerFrame>(&*decoded) : nullptr;
        if (!head || head->kind != protocol::kindOf<Request> + protocol::answerOffset)
            return frame;
        auto answer = protocol::decodeAnswer<Request>(frame);
        if (!answer.ok())
            return frame;
        ++count;
        change(*answer);
        return protocol::encodeAnswer<Request>(head->id, *answer);
    };
}

} // namespace

TEST_CASE("A mailbox that claims to have more for ever is left alone", "[core][hostile]")
{
    World world;
    world.acquaint();
    int answers = 0;
    world.boris.transport->fromServer =
        tamperAnswers<protocol::FetchMailbox>(answers, [](protocol::MailboxPage& page) {
            page.entries.clear();
            page.more = true;
        });
    world.boris.transport->cut();
    REQUIRE(waitUntil([&] { return answers > 0; }, 20'000));
    CHECK(world.boris.online());
    CHECK(answers <= 10);
}

TEST_CASE("A sync that claims to have more for ever ends the connection", "[core][hostile]")
{
    World world;
    world.acquaint();
    int answers = 0;
    world.boris.transport->fromServer =
        tamperAnswers<protocol::Sync>(answers, [](protocol::SyncResult& result) {
            if (result.conversations.empty())
                result.conversations.push_back({});
            result.more = true;
        });
    world.boris.transport->cut();
    REQUIRE(waitUntil(
        [&] {
            return answers > 0 &&
                   world.boris.client().connection().state() == ConnectionState::Offline;
        },
        20'000));
    CHECK(answers <= 10);
    // A server that behaves again is used again.
    world.boris.transport->fromServer = {};
    CHECK(world.boris.online());
}

TEST_CASE("A directory that repeats itself for ever ends the connection", "[core][hostile]")
{
    World world;
    int answers = 0;
    world.boris.transport->fromServer =
        tamperAnswers<protocol::GetDirectory>(answers, [](protocol::DirectoryEntries& result) {
            result.lastSeq = 1'000'000;
            // The first entry once more.
            result.entries.assign(72, 0);
            result.entries[7] = 1;
        });
    world.boris.transport->cut();
    REQUIRE(waitUntil(
        [&] {
            return answers > 0 &&
                   world.boris.client().connection().state() == ConnectionState::Offline;
        },
        20'000));
    CHECK(answers <= 20);
    world.boris.transport->fromServer = {};
    CHECK(world.boris.online());
}

TEST_CASE("Device lists without end are refused", "[core][hostile]")
{
    World world;
    int answers = 0;
    Bytes list;
    world.anna.transport->fromServer =
        tamperAnswers<protocol::GetDeviceLists>(answers, [&](protocol::DeviceLists& result) {
            // The same list with the next version: not signed so, but that is checked at the end.
            if (!result.lists.empty())
                list = result.lists.back();
            for (std::size_t byte = 0; byte < 4; ++byte)
                list.at(153 + byte) = static_cast<std::uint8_t>(answers >> (24 - 8 * byte));
            result.lists = {list};
            result.more = true;
        });
    const auto chat = world.anna.chatWith(QStringLiteral("boris"));
    const auto id = world.anna.say(chat, QStringLiteral("secret"));
    CHECK(world.anna.reaches(chat, id, MessageState::Failed));
    CHECK(answers <= 10);
}

TEST_CASE("A block that the server could not take is told again", "[core]")
{
    World world;
    world.acquaint();
    auto& boris = world.boris;
    const auto anna = world.anna.client().accounts().userId();
    bool refusing = true;
    int refused = 0;
    boris.transport->toServer = [&](Bytes frame) -> std::optional<Bytes> {
        const auto request = protocol::decodeRequest(frame);
        if (!refusing || !request.ok() ||
            !std::holds_alternative<protocol::SetContact>(request->request))
            return frame;
        ++refused;
        protocol::Error error;
        error.code = protocol::ErrorCode::StorageFull;
        boris.transport->inject(protocol::encodeError(request->id, error));
        return std::nullopt;
    };
    REQUIRE(boris.done([&](auto done) { boris.client().people().block(anna, done); }));
    REQUIRE(waitUntil([&] { return refused > 0; }));
    refusing = false;
    boris.transport->cut();
    REQUIRE(
        waitUntil([&] { return boris.client().connection().state() == ConnectionState::Offline; }));
    REQUIRE(boris.online());
    const auto isBlocked = [&] {
        const auto id = world.anna.say(world.chat, QStringLiteral("are you there?"));
        const auto reached = [&](MessageState state) {
            const auto item = world.anna.message(world.chat, id);
            return item && item->state == state;
        };
        REQUIRE(waitUntil([&] {
            return reached(MessageState::Failed) || reached(MessageState::Sent) ||
                   reached(MessageState::Delivered);
        }));
        return reached(MessageState::Failed);
    };
    CHECK(waitUntil(isBlocked, 20'000));
}

TEST_CASE("A frame that cannot be believed ends the connection, and the next one works",
          "[core][hostile]")
{
    World world;
    world.acquaint();
    auto& boris = world.boris;
    Bytes frame;
    SECTION("no frame")
    {
        frame = Bytes(50, 0xff);
    }
    SECTION("an empty one") {}
    SECTION("a push cut short")
    {
        frame = protocol::encodePush(protocol::ProfilePush{});
        frame.pop_back();
    }
    SECTION("a push with a byte too many")
    {
        frame = protocol::encodePush(protocol::ProfilePush{});
        frame.push_back(0);
    }
    SECTION("an answer that nobody asked for")
    {
        frame = protocol::encodeAnswer<protocol::SetPrivacy>(999'999, protocol::Done{});
    }
    SECTION("a refusal that nobody asked for")
    {
        frame = protocol::encodeError(999'999, protocol::Error{});
    }
    boris.transport->inject(frame);
    REQUIRE(
        waitUntil([&] { return boris.client().connection().state() == ConnectionState::Offline; }));
    REQUIRE(boris.online());
    world.anna.say(world.chat, QStringLiteral("after it"));
    CHECK(boris.sees(world.chat, {hello, answer, QStringLiteral("after it")}));
}

TEST_CASE("An answer of another kind is not taken for the one that was asked for",
          "[core][hostile]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    bool lying = true;
    anna.transport->toServer = [&](Bytes frame) -> std::optional<Bytes> {
        const auto request = protocol::decodeRequest(frame);
        if (!lying || !request.ok() ||
            !std::holds_alternative<protocol::SendEvent>(request->request))
            return frame;
        lying = false;
        anna.transport->inject(
            protocol::encodeAnswer<protocol::SetPrivacy>(request->id, protocol::Done{}));
        return std::nullopt;
    };
    const auto id = anna.say(world.chat, QStringLiteral("kept"));
    REQUIRE(waitUntil([&] { return !lying; }));
    CHECK(anna.reaches(world.chat, id, MessageState::Delivered));
    CHECK(world.boris.sees(world.chat, {hello, answer, QStringLiteral("kept")}));
}

TEST_CASE("The server cannot let a stranger in", "[core][hostile]")
{
    World world;
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = anna.chatWith(QStringLiteral("boris"));
    const auto id = anna.say(chat, hello);
    REQUIRE(boris.sees(chat, {hello}));
    protocol::ContactPush push;
    push.contact.userId = anna.client().accounts().userId();
    push.contact.username = "anna";
    push.contact.state = protocol::ContactState::Accepted;
    boris.transport->inject(protocol::encodePush(push));
    // Nor by the list that is fetched after a login.
    int answers = 0;
    boris.transport->fromServer =
        tamperAnswers<protocol::GetContacts>(answers, [&](protocol::Contacts& contacts) {
            contacts.contacts = {push.contact};
        });
    boris.transport->cut();
    REQUIRE(waitUntil([&] { return answers > 0; }, 20'000));
    REQUIRE(boris.online());
    anna.say(chat, QStringLiteral("second"));
    REQUIRE(boris.sees(chat, {hello, QStringLiteral("second")}));
    CHECK(boris.client().chats().chat(chat)->request);
    CHECK(anna.message(chat, id)->state == MessageState::Sent);
}

TEST_CASE("A mailbox number out of the blue closes the mailbox for this connection only",
          "[core][hostile]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    int answers = 0;
    // The next entry of Anna's mailbox claims to be the last that there will ever be.
    anna.transport->fromServer =
        tamperAnswers<protocol::FetchMailbox>(answers, [](protocol::MailboxPage& page) {
            for (auto& entry : page.entries)
                entry.number = limits::maxInteger;
        });
    anna.transport->reachable = false;
    anna.transport->cut();
    const auto lost = anna.say(world.chat, QStringLiteral("one"));
    anna.transport->reachable = true;
    REQUIRE(anna.online());
    REQUIRE(boris.sees(world.chat, {hello, answer, QStringLiteral("one")}));
    boris.client().chats().markRead(world.chat);
    for (int i = 0; i < 100; ++i)
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    anna.transport->fromServer = {};
    anna.transport->cut();
    REQUIRE(anna.online());
    const auto heard = anna.say(world.chat, QStringLiteral("two"));
    REQUIRE(boris.sees(world.chat, {hello, answer, QStringLiteral("one"), QStringLiteral("two")}));
    boris.client().chats().markRead(world.chat);
    anna.transport->cut();
    CHECK(anna.reaches(world.chat, heard, MessageState::Read));
    CHECK(anna.message(world.chat, lost));
}
