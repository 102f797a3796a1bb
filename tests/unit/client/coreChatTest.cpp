#include "tests/unit/client/coreWorld.h"

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

TEST_CASE("Two people chat, edit, delete and see what became of it", "[core]")
{
    World world;
    auto& anna = world.anna;
    auto& boris = world.boris;
    world.acquaint();
    const auto chat = world.chat;

    const auto id = anna.say(chat, QStringLiteral("Dinner at seven?"));
    REQUIRE(boris.sees(chat, {hello, answer, QStringLiteral("Dinner at seven?")}));
    CHECK(anna.reaches(chat, id, MessageState::Delivered));
    boris.client().chats().markRead(chat);
    CHECK(anna.reaches(chat, id, MessageState::Read));

    REQUIRE(anna.ask<MessageId>([&](auto done) {
                    anna.client().chats().editText(chat, id, QStringLiteral("Dinner at eight?"),
                                                   done);
                })
                .ok());
    REQUIRE(boris.sees(chat, {hello, answer, QStringLiteral("Dinner at eight?")}));
    const auto edited = boris.message(chat, id);
    REQUIRE(edited);
    CHECK(edited->edited);
    REQUIRE(edited->versions.size() == 1);
    CHECK(edited->versions[0].text == QStringLiteral("Dinner at seven?"));

    const auto reply = boris.say(chat, QStringLiteral("Eight is fine"), id);
    REQUIRE(anna.sees(chat, {hello, answer, QStringLiteral("Dinner at eight?"),
                             QStringLiteral("Eight is fine")}));
    const auto quoting = anna.message(chat, reply);
    REQUIRE(quoting);
    REQUIRE(quoting->reply);
    CHECK(quoting->reply->text == QStringLiteral("Dinner at eight?"));

    REQUIRE(anna.ask<MessageId>(
                    [&](auto done) { anna.client().chats().deleteForEveryone(chat, id, done); })
                .ok());
    CHECK(boris.sees(
        chat, {hello, answer, QStringLiteral("<deleted>"), QStringLiteral("Eight is fine")}));
    CHECK(anna.sees(chat,
                    {hello, answer, QStringLiteral("<deleted>"), QStringLiteral("Eight is fine")}));
    // Only the author may.
    CHECK_FALSE(boris
                    .ask<MessageId>([&](auto done) {
                        boris.client().chats().deleteForEveryone(chat, id, done);
                    })
                    .ok());
}

TEST_CASE("Everything is there after a restart, and nothing twice", "[core]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    anna.restart();
    boris.restart();
    CHECK(anna.sees(chat, {hello, answer}));
    CHECK(boris.sees(chat, {hello, answer}));
    REQUIRE(anna.online());
    REQUIRE(boris.online());
    anna.say(chat, QStringLiteral("Back again"));
    CHECK(boris.sees(chat, {hello, answer, QStringLiteral("Back again")}));
    CHECK(anna.sees(chat, {hello, answer, QStringLiteral("Back again")}));

    SECTION("a wrong password does not open the profile")
    {
        anna.stop();
        anna.start();
        const auto wrong = anna.ask<void>([&](auto done) {
            anna.client().accounts().unlock(Password(QStringLiteral("not the password")), done);
        });
        REQUIRE_FALSE(wrong.ok());
        CHECK(wrong.error().code == ClientErrorCode::WrongCredentials);
    }
}

TEST_CASE("What is written offline goes out later, in order and once", "[core]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    anna.transport->reachable = false;
    anna.transport->cut();
    QStringList expected{hello, answer};
    for (int i = 0; i < 5; ++i) {
        expected.append(QStringLiteral("offline %1").arg(i));
        anna.say(chat, expected.back());
    }
    CHECK(anna.sees(chat, expected));
    anna.stop();
    anna.start();
    anna.unlock();
    CHECK(boris.sees(chat, expected));
    CHECK(anna.sees(chat, expected));
}

TEST_CASE("A server without room says when to come again, and that is kept to", "[core]")
{
    World world;
    auto& anna = world.anna;
    auto& connection = anna.client().connection();
    const bool beforeHello = GENERATE(true, false);
    const auto refuse = [&] {
        anna.transport->inject(
            protocol::encodePush(protocol::ClosingPush{protocol::ErrorCode::RateLimited, 50'000}));
        QTimer::singleShot(20, anna.transport.get(), [&] { anna.transport->cut(); });
    };
    if (beforeHello) {
        anna.transport->toServer = [&](Bytes) -> std::optional<Bytes> {
            refuse();
            return std::nullopt;
        };
        anna.transport->cut();
        connection.retryNow();
    } else {
        refuse();
    }
    REQUIRE(waitUntil([&] {
        return connection.state() == ConnectionState::Offline &&
               connection.nextRetryMs() > world.server.clock.nowMs() + 40'000;
    }));
    CHECK(connection.nextRetryMs() < world.server.clock.nowMs() + 61'000);
    // A person may ask for it at once.
    anna.transport->toServer = nullptr;
    connection.retryNow();
    CHECK(anna.online());
}

TEST_CASE("An answer that is lost after the commit repeats nothing", "[core]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    int lost = 0;
    anna.transport->fromServer = [&](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeServerFrame(frame);
        const auto* answered =
            decoded.ok() ? std::get_if<protocol::AnswerFrame>(&*decoded) : nullptr;
        if (answered && lost == 0 &&
            answered->kind == protocol::kindOf<protocol::SendEvent> + protocol::answerOffset) {
            ++lost;
            QTimer::singleShot(0, anna.transport.get(), [&] { anna.transport->cut(); });
            return std::nullopt;
        }
        return frame;
    };
    const auto id = anna.say(chat, QStringLiteral("once"));
    CHECK(boris.sees(chat, {hello, answer, QStringLiteral("once")}));
    CHECK(anna.reaches(chat, id, MessageState::Delivered));
    CHECK(lost == 1);
    anna.say(chat, QStringLiteral("and on"));
    CHECK(boris.sees(chat, {hello, answer, QStringLiteral("once"), QStringLiteral("and on")}));
}

TEST_CASE("A second computer joins, and chats go on for everybody", "[core]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    TestPerson second(world.server, QStringLiteral("anna"));
    const auto joined = second.signIn(QStringLiteral("anna"), anna.recoveryCode);
    REQUIRE(joined.ok());
    CHECK_FALSE(joined->lockedOut);
    REQUIRE(second.online());
    // Older ones are one quiet line.
    CHECK(second.sees(chat, {QStringLiteral("<line>")}));

    boris.say(chat, QStringLiteral("to both of you"));
    CHECK(anna.sees(chat, {hello, answer, QStringLiteral("to both of you")}));
    CHECK(second.sees(chat, {QStringLiteral("<line>"), QStringLiteral("to both of you")}));
    second.say(chat, QStringLiteral("from the second"));
    CHECK(boris.sees(chat, {hello, answer, QStringLiteral("to both of you"),
                            QStringLiteral("from the second")}));
    CHECK(anna.sees(chat, {hello, answer, QStringLiteral("to both of you"),
                           QStringLiteral("from the second")}));
}

TEST_CASE("A restored older disk goes on above its used numbers", "[core]")
{
    World world;
    world.acquaint();
    auto& anna = world.anna;
    auto& boris = world.boris;
    const auto chat = world.chat;
    anna.stop();
    anna.saveDisk();
    anna.start();
    anna.unlock();
    anna.say(chat, QStringLiteral("forgotten by the disk"));
    REQUIRE(boris.sees(chat, {hello, answer, QStringLiteral("forgotten by the disk")}));
    anna.stop();
    anna.restoreDisk();
    anna.start();
    anna.unlock();
    REQUIRE(anna.online());
    anna.say(chat, QStringLiteral("after the restore"));
    CHECK(boris.sees(chat, {hello, answer, QStringLiteral("forgotten by the disk"),
                            QStringLiteral("after the restore")}));
    boris.say(chat, QStringLiteral("still there?"));
    CHECK(anna.sees(chat, {hello, answer, QStringLiteral("<missing>"),
                           QStringLiteral("after the restore"), QStringLiteral("still there?")}));
}
