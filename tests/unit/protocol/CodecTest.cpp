#include "common/protocol/Codec.h"
#include "tests/support/Catch.h"

using namespace impulse;
using namespace impulse::protocol;

TEST_CASE("a request survives the wire")
{
    SendEvent event;
    event.aad = Bytes(115, 1);
    event.body = Bytes(584, 2);
    event.wraps = {{DeviceId{}, Bytes(235, 3)}, {DeviceId{}, Bytes(309, 4)}};
    event.roster = 7;
    const auto frame = decodeRequest(encodeRequest(42, event));
    REQUIRE(frame);
    CHECK(frame->id == 42);
    const auto& read = std::get<SendEvent>(frame->request);
    CHECK(read.body == event.body);
    REQUIRE(read.wraps.size() == 2);
    CHECK(read.wraps[1].message == Bytes(309, 4));
    CHECK_FALSE(read.expiresHour);
}

TEST_CASE("an answer and a push survive the wire")
{
    const auto answer = encodeAnswer<SendEvent>(9, {ConversationId{}, 5, 1000});
    const auto frame = decodeServerFrame(answer);
    REQUIRE(frame);
    CHECK(std::get<AnswerFrame>(*frame).id == 9);
    CHECK(decodeAnswer<SendEvent>(answer)->seq == 5);
    CHECK_FALSE(decodeAnswer<FetchEvents>(answer));

    const auto push = decodeServerFrame(encodePush(EventPush{{3, 4, Bytes(115, 0), {}, {}}}));
    REQUIRE(push);
    CHECK(std::get<EventPush>(std::get<AnyPush>(*push)).event.seq == 3);
}

TEST_CASE("bad requests are answered with their id where it can be read")
{
    auto frame = encodeRequest(42, AckMailbox{7});
    frame.push_back(0);
    const auto trailing = decodeRequest(frame);
    REQUIRE_FALSE(trailing);
    CHECK(trailing.error().id == 42);
    CHECK(trailing.error().code == ErrorCode::Malformed);
    CHECK(decodeRequest(*fromHex("a2000f0105")).error().code == ErrorCode::UnknownKind);
    CHECK(decodeRequest(*fromHex("a200182e0105")).error().code == ErrorCode::Malformed); // field missing
    CHECK(decodeRequest(*fromHex("a300182e01050261")).error().code == ErrorCode::Malformed);
    CHECK(decodeRequest(*fromHex("a1000f")).error().id == 0);
    CHECK(decodeRequest({}).error().code == ErrorCode::Malformed);
}

TEST_CASE("unknown fields are ignored")
{
    CHECK(decodeRequest(*fromHex("a400182e010502070e8101")));
}
