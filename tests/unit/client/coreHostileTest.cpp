#include "tests/unit/client/coreTamper.h"

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

TEST_CASE("A forged body is never shown, and the true one is asked for", "[core][hostile]")
{
    World world;
    world.acquaint();
    auto& boris = world.boris;
    const auto anna = world.anna.client().accounts().userId();
    bool forging = true;
    boris.transport->fromServer = tamperEvents([&](protocol::LogEvent& event) {
        if (forging && event.body && isFrom(event, anna))
            event.body->back() ^= 1;
        return true;
    });
    world.anna.say(world.chat, QStringLiteral("the truth"));
    REQUIRE(boris.sees(world.chat, {hello, answer, QStringLiteral("<missing>")}));
    forging = false;
    CHECK(boris.sees(world.chat, {hello, answer, QStringLiteral("the truth")}));
}

TEST_CASE("A forged edit does not change the text", "[core][hostile]")
{
    World world;
    world.acquaint();
    auto& boris = world.boris;
    const auto anna = world.anna.client().accounts().userId();
    const auto id = world.anna.say(world.chat, QStringLiteral("yes"));
    REQUIRE(boris.sees(world.chat, {hello, answer, QStringLiteral("yes")}));
    boris.transport->fromServer = tamperEvents([&](protocol::LogEvent& event) {
        if (event.body && isFrom(event, anna))
            event.body->back() ^= 1;
        return true;
    });
    REQUIRE(world.anna
                .ask<MessageId>([&](auto done) {
                    world.anna.client().chats().editText(world.chat, id, QStringLiteral("no"),
                                                         done);
                })
                .ok());
    CHECK(boris.sees(world.chat,
                     {hello, answer, QStringLiteral("yes"), QStringLiteral("<missing>")}));
}

TEST_CASE("A dropped event shows as a gap", "[core][hostile]")
{
    World world;
    world.acquaint();
    auto& boris = world.boris;
    const auto anna = world.anna.client().accounts().userId();
    std::uint64_t dropped = 0;
    // The log is numbered anew behind it, so that no number is missing.
    boris.transport->fromServer = tamperEvents([&](protocol::LogEvent& event) {
        if (!isFrom(event, anna))
            return true;
        if (dropped == 0)
            dropped = event.seq;
        if (event.seq == dropped)
            return false;
        --event.seq;
        return true;
    });
    world.anna.say(world.chat, QStringLiteral("withheld"));
    const auto second = world.anna.say(world.chat, QStringLiteral("delivered"));
    CHECK(boris.sees(world.chat,
                     {hello, answer, QStringLiteral("delivered"), QStringLiteral("<missing>")}));
    CHECK(boris.message(world.chat, second));
}

TEST_CASE("The same push twice is one message", "[core][hostile]")
{
    World world;
    world.acquaint();
    auto& boris = world.boris;
    boris.transport->fromServer = [&](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeServerFrame(frame);
        if (decoded.ok() && std::holds_alternative<protocol::AnyPush>(*decoded))
            boris.transport->inject(frame);
        return frame;
    };
    for (int i = 0; i < 5; ++i)
        world.anna.say(world.chat, QStringLiteral("m%1").arg(i));
    const QStringList expected{hello,
                               answer,
                               QStringLiteral("m0"),
                               QStringLiteral("m1"),
                               QStringLiteral("m2"),
                               QStringLiteral("m3"),
                               QStringLiteral("m4")};
    CHECK(boris.sees(world.chat, expected));
    CHECK(boris.sees(world.chat, expected));
}

TEST_CASE("Pushes in another order are messages in their order", "[core][hostile]")
{
    World world;
    world.acquaint();
    auto& boris = world.boris;
    // Each event push is held back until the next one has passed.
    std::optional<Bytes> held;
    int swapped = 0;
    boris.transport->fromServer = [&](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeServerFrame(frame);
        const auto* any = decoded.ok() ? std::get_if<protocol::AnyPush>(&*decoded) : nullptr;
        if (!any || !std::holds_alternative<protocol::EventPush>(*any))
            return frame;
        if (!held) {
            held = std::move(frame);
            return std::nullopt;
        }
        ++swapped;
        boris.transport->inject(*std::exchange(held, std::nullopt));
        return frame;
    };
    QStringList expected{hello, answer};
    for (int i = 0; i < 6; ++i) {
        expected.append(QStringLiteral("m%1").arg(i));
        world.anna.say(world.chat, expected.back());
    }
    CHECK(boris.sees(world.chat, expected));
    CHECK(swapped > 0);
}

TEST_CASE("Nothing is sent to a device key that the server swapped", "[core][hostile]")
{
    World world;
    auto& anna = world.anna;
    anna.transport->fromServer = [&](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeServerFrame(frame);
        const auto* head = decoded.ok() ? std::get_if<protocol::AnswerFrame>(&*decoded) : nullptr;
        if (!head ||
            head->kind != protocol::kindOf<protocol::GetDeviceLists> + protocol::answerOffset)
            return frame;
        auto lists = protocol::decodeAnswer<protocol::GetDeviceLists>(frame);
        if (!lists.ok())
            return frame;
        for (auto& list : lists->lists) {
            // The box key of the first device.
            if (list.size() > 300)
                list[270] ^= 1;
        }
        return protocol::encodeAnswer<protocol::GetDeviceLists>(head->id, *lists);
    };
    const auto chat = anna.chatWith(QStringLiteral("boris"));
    const auto id = anna.say(chat, QStringLiteral("secret"));
    REQUIRE(anna.reaches(chat, id, MessageState::Failed));
    CHECK(anna.message(chat, id)->failure == MessageFailure::Security);
    CHECK(world.boris.client().chats().chats().empty());
}

TEST_CASE("A refused message does not hold up the ones behind it", "[core]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto annaId = anna.client().accounts().userId();
    REQUIRE(boris.done([&](auto done) { boris.client().people().block(annaId, done); }));
    // The block reaches the server a moment later.
    REQUIRE(waitUntil([&] { return boris.client().isSettled(); }));
    const MessageId refused = anna.say(world.chat, QStringLiteral("unwanted"));
    REQUIRE(anna.reaches(world.chat, refused, MessageState::Failed));
    CHECK(anna.message(world.chat, refused)->failure == MessageFailure::Blocked);
    REQUIRE(boris.done([&](auto done) { boris.client().people().unblock(annaId, done); }));
    REQUIRE(waitUntil([&] { return boris.client().isSettled(); }));
    anna.say(world.chat, QStringLiteral("behind it"));
    CHECK(boris.sees(world.chat, {hello, answer, QStringLiteral("behind it")}));
    anna.client().chats().retry(world.chat, refused);
    CHECK(anna.reaches(world.chat, refused, MessageState::Delivered));
    CHECK(boris.texts(world.chat).contains(QStringLiteral("unwanted")));
    CHECK_FALSE(boris.texts(world.chat).contains(QStringLiteral("<missing>")));
}

TEST_CASE("A block that is taken back before the server knows of it leaves nobody blocked", "[core]")
{
    World world;
    world.acquaint();
    const auto annaId = world.anna.client().accounts().userId();
    auto& boris = world.boris;
    // The answer to the block is on its way until the second decision is written down.
    boris.transport->fromServer = [&, first = true](Bytes frame) mutable -> std::optional<Bytes> {
        const auto decoded = protocol::decodeServerFrame(frame);
        const auto* head = decoded.ok() ? std::get_if<protocol::AnswerFrame>(&*decoded) : nullptr;
        if (!head ||
            head->kind != protocol::kindOf<protocol::SetContact> + protocol::answerOffset ||
            !std::exchange(first, false))
            return frame;
        boris.client().people().unblock(
            annaId, [&boris, frame](const auto&) { boris.transport->inject(frame); });
        return std::nullopt;
    };
    REQUIRE(boris.done([&](auto done) { boris.client().people().block(annaId, done); }));
    REQUIRE(waitUntil([&] { return boris.client().isSettled(); }));
    const auto id = world.anna.say(world.chat, QStringLiteral("still friends"));
    CHECK(world.anna.reaches(world.chat, id, MessageState::Delivered));
}

TEST_CASE("A profile that was changed while somebody was away is seen on return", "[core]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto annaId = anna.client().accounts().userId();
    const auto change = [&](const QString& status) {
        OwnProfile profile;
        profile.displayName = QStringLiteral("Anna");
        profile.statusText = status;
        REQUIRE(anna.done(
            [&](auto done) { anna.client().people().setOwnProfile(profile, done); }));
        REQUIRE(waitUntil([&] { return anna.client().isSettled(); }));
    };
    const auto seen = [&] {
        const auto person = boris.client().people().person(annaId);
        return person ? person->statusText : QString();
    };
    change(QStringLiteral("here"));
    REQUIRE(waitUntil([&] { return seen() == QStringLiteral("here"); }));
    boris.stop();
    change(QStringLiteral("elsewhere"));
    boris.start();
    boris.unlock();
    REQUIRE(boris.online());
    CHECK(waitUntil([&] { return seen() == QStringLiteral("elsewhere"); }));
}

TEST_CASE("A reader whose disk was put back gets everything again", "[core]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    boris.stop();
    boris.saveDisk();
    boris.start();
    boris.unlock();
    REQUIRE(boris.online());
    for (int i = 0; i < 3; ++i) {
        anna.say(world.chat, QStringLiteral("question %1").arg(i));
        const auto reply = boris.say(world.chat, QStringLiteral("reply %1").arg(i));
        REQUIRE(boris.reaches(world.chat, reply, MessageState::Delivered));
    }
    boris.stop();
    boris.restoreDisk();
    anna.say(world.chat, QStringLiteral("and now?"));
    boris.start();
    boris.unlock();
    const QDeadlineTimer deadline(20'000);
    const auto complete = [&] {
        const auto texts = boris.texts(world.chat);
        return texts.contains(QStringLiteral("question 0")) &&
               texts.contains(QStringLiteral("question 1")) &&
               texts.contains(QStringLiteral("question 2")) &&
               texts.contains(QStringLiteral("and now?"));
    };
    while (!complete() && !deadline.hasExpired())
        QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
    CHECK(complete());
    boris.say(world.chat, QStringLiteral("here again"));
    const QDeadlineTimer second(20'000);
    while (!anna.texts(world.chat).contains(QStringLiteral("here again")) && !second.hasExpired())
        QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
    CHECK(anna.texts(world.chat).contains(QStringLiteral("here again")));
    CHECK(anna.texts(world.chat).count(QStringLiteral("reply 0")) == 1);
}

TEST_CASE("A stranger is a request until he is accepted; then name and status are seen", "[core]")
{
    World world;
    auto& anna = world.anna;
    auto& boris = world.boris;
    REQUIRE(anna.done([&](auto done) {
        anna.client().people().setOwnProfile(
            {QStringLiteral("Anna A."), QStringLiteral("at sea"), QStringLiteral("sailor")}, done);
    }));
    const auto chat = anna.chatWith(QStringLiteral("boris"));
    const auto id = anna.say(chat, hello);
    REQUIRE(boris.sees(chat, {hello}));
    REQUIRE(waitUntil([&] { return !boris.client().chats().chat(chat)->username.isEmpty(); }));
    auto row = boris.client().chats().chat(chat);
    REQUIRE(row);
    CHECK(row->request);
    CHECK(row->previewText.isEmpty());
    // Nothing goes back before that.
    CHECK(anna.message(chat, id)->state == MessageState::Sent);
    const auto annaId = anna.client().accounts().userId();
    REQUIRE(boris.done([&](auto done) { boris.client().people().accept(annaId, done); }));
    CHECK_FALSE(boris.client().chats().chat(chat)->request);
    CHECK(waitUntil([&] {
        const auto person = boris.client().people().person(annaId);
        return person && person->displayName == QStringLiteral("Anna A.") &&
               person->statusText == QStringLiteral("at sea");
    }));
    boris.client().chats().markRead(chat);
    CHECK(anna.reaches(chat, id, MessageState::Read));
}
