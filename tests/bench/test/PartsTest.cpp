#include "common/crypto/Layouts.h"
#include "tests/bench/EventTemplate.h"
#include "tests/bench/Histogram.h"
#include "tests/bench/Options.h"
#include "tests/bench/Report.h"
#include "tests/support/Catch.h"

using namespace impulse;
using namespace impulse::bench;

namespace {

bool isNear(double value, double wanted)
{
    return value >= wanted * 0.984 && value <= wanted * 1.016;
}

} // namespace

TEST_CASE("a message has the sizes that encryption.md prescribes")
{
    const tests::TestPerson anna("anna");
    const tests::TestPerson bert("bert");
    CHECK(bodyBytes(0) == 256 + 72);
    CHECK(bodyBytes(256) == 512 + 72);
    CHECK(bodyBytes(16'000) == 16'384 + 72);
    const EventTemplate message(anna, bert, 256);
    CHECK(message.size() > 115 + 584 + 16 + 235);
    CHECK(message.size() < 1000);
    const auto event = message.event({std::uint64_t{1} << 33, 7, 42});
    CHECK(event.aad.size() == 115);
    CHECK(event.body.size() == 584);
    REQUIRE(event.wraps.size() == 1);
    CHECK(event.wraps.front().deviceId == bert.deviceId);
    CHECK(event.wraps.front().message.size() == 235);
    CHECK(event.unwrapped.empty());
    CHECK(event.roster == 2);
    const auto aad = crypto::parseAad(event.aad);
    REQUIRE(aad.ok());
    CHECK(aad.value().kind == crypto::EventKind::Direct);
    CHECK(aad.value().seq == 7);
    CHECK(aad.value().senderDevice == anna.deviceId);
    CHECK(aad.value().peerUser == bert.userId);
    CHECK(aad.value().sentMs > tests::testTimeMs / 2);
}

TEST_CASE("a message is made of its stamp")
{
    const tests::TestPerson anna("anna");
    const tests::TestPerson bert("bert");
    const EventTemplate message(anna, bert, 256);
    const EventStamp stamp{(std::uint64_t{1} << 32) + 5, 5, 1};
    Bytes frame(message.size());
    message.write(frame.data(), stamp);
    const auto request = protocol::decodeRequest(frame);
    REQUIRE(request.ok());
    CHECK(request.value().id == stamp.requestId);
    const auto& event = std::get<protocol::SendEvent>(request.value().request);
    CHECK(event.body == message.event(stamp).body);
    const auto other = message.event({stamp.requestId, 5, 2});
    CHECK(event.body != other.body);
    CHECK(event.wraps.front().message != other.wraps.front().message);
    CHECK(crypto::parseAad(event.aad).value().message !=
          crypto::parseAad(other.aad).value().message);
}

TEST_CASE("quantiles are right to 1.6 percent, the maximum exactly")
{
    Histogram histogram;
    CHECK(histogram.quantileMs(0.5) == 0);
    constexpr int count = 100'000;
    for (int i = 1; i <= count; ++i)
        histogram.add(std::int64_t{i} * 1000);
    CHECK(histogram.count() == count);
    CHECK(histogram.maxMs() == 100);
    for (const auto share : {0.01, 0.5, 0.99, 0.999})
        CHECK(isNear(histogram.quantileMs(share), share * 100));
    CHECK(histogram.quantileMs(1) == 100);
    Histogram single;
    single.add(12'345);
    CHECK(isNear(single.quantileMs(0.5), 0.012345));
    CHECK(isNear(single.quantileMs(0.99), 0.012345));
}

TEST_CASE("options are read strictly")
{
    const auto good = parseOptions({"pairs", "rate", "--pairs", "7", "--warm-up", "0.5",
                                    "--compare", "--a 1  --wss", "", "--server", "/x"});
    REQUIRE(good.ok());
    CHECK(good.value().cases == std::vector<std::string>{"pairs", "rate"});
    CHECK(good.value().load.pairs == 7);
    CHECK(good.value().load.warmUpSeconds == 0.5);
    const auto variants = variantsOf(good.value());
    REQUIRE(variants.size() == 2);
    CHECK(variants[0].label == "--a 1 --wss");
    CHECK(variants[1].label == "default");
    const auto& first = variants[0].choice.options;
    CHECK(std::ranges::count(first, "--a") == 1);
    CHECK(std::ranges::count(first, "--certificate") == 1);
    CHECK(std::ranges::count(first, "--wss") == 0);
    CHECK(std::ranges::count(variants[1].choice.options, "--certificate") == 0);
    CHECK(variants[1].choice.program == "/x");
    for (const auto& wrong : std::vector<std::vector<std::string>>{{},
                                                                   {"pairs", "--unknown"},
                                                                   {"pairs", "--pairs"},
                                                                   {"pairs", "--pairs", "0"},
                                                                   {"pairs", "--pairs", "3x"},
                                                                   {"--suite", "some"},
                                                                   {"pairs", "--compare", "one"}})
        CHECK_FALSE(parseOptions(wrong).ok());
}
