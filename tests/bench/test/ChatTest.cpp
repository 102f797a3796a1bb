#include "tests/bench/Chat.h"
#include "tests/support/Catch.h"

#include <map>

using namespace impulse;
using namespace impulse::bench;

namespace {

/// Two devices without a server: what one sends is read from its queue, what a server would answer
/// is put in by hand.
struct Town {
    Town() { from.isRegistered = to.isRegistered = true; }

    /// The events that were sent since the last call.
    std::vector<protocol::RequestFrame> requestsOf(Device& device)
    {
        std::vector<protocol::RequestFrame> requests;
        auto bytes = toBytes(device.socket().unwritten());
        auto& read = m_read[&device];
        while (read < bytes.size()) {
            auto* head = bytes.data() + read;
            std::size_t size = head[1] & 127;
            std::size_t headSize = 2;
            if (size == 126) {
                size = static_cast<std::size_t>(head[2] << 8 | head[3]);
                headSize = 4;
            }
            auto* payload = head + headSize + 4;
            for (std::size_t i = 0; i < size; ++i)
                payload[i] = static_cast<std::uint8_t>(payload[i] ^ head[headSize + i % 4]);
            auto decoded = protocol::decodeRequest(View(payload, size));
            REQUIRE(decoded.ok());
            requests.push_back(std::move(*decoded));
            read += headSize + 4 + size;
        }
        return requests;
    }

    /// Sends one message and gives what a server would see.
    protocol::RequestFrame sendOne()
    {
        REQUIRE(chat.send());
        auto requests = requestsOf(sender);
        REQUIRE(requests.size() == 1);
        return std::move(requests.front());
    }

    void acknowledge(const protocol::RequestFrame& sent, std::uint64_t logSeq)
    {
        const protocol::EventAccepted answer{from.person.conversationWith(to.person), logSeq, 1};
        chat.onFrame(sender, protocol::encodeAnswer<protocol::SendEvent>(sent.id, answer), 1);
    }

    static protocol::LogEvent logEvent(const protocol::RequestFrame& sent, std::uint64_t logSeq)
    {
        const auto& event = std::get<protocol::SendEvent>(sent.request);
        return {logSeq, 1, event.aad, event.body, event.wraps.front().message};
    }

    void push(const protocol::LogEvent& event)
    {
        chat.onFrame(reader, protocol::encodePush(protocol::EventPush{event}), 1);
    }

    void push(const protocol::RequestFrame& sent, std::uint64_t logSeq)
    {
        push(logEvent(sent, logSeq));
    }

    bool failedWith(const char* words) const
    {
        INFO(loop.failure());
        return loop.failure().find(words) != std::string::npos;
    }

    EventLoop loop;
    Meter meter;
    Account from{"from", 0};
    Account to{"to", 1};
    Device sender{loop, from};
    Device reader{loop, to};
    Chat chat{sender, reader, 256, meter};

private:
    std::map<Device*, std::size_t> m_read;
};

} // namespace

TEST_CASE("a message is complete when it was acknowledged and delivered, in either order")
{
    Town town;
    const auto first = town.sendOne();
    CHECK_FALSE(town.chat.isComplete());
    town.acknowledge(first, 1);
    CHECK_FALSE(town.chat.isComplete());
    town.push(first, 1);
    CHECK(town.chat.isComplete());
    const auto second = town.sendOne();
    town.push(second, 2);
    CHECK_FALSE(town.chat.isComplete());
    town.acknowledge(second, 2);
    CHECK(town.chat.isComplete());
    CHECK(town.meter.acknowledged == 2);
    CHECK(town.meter.delivered == 2);
    CHECK(town.loop.failure() == "");
}

TEST_CASE("a window is kept full by acknowledgements")
{
    Town town;
    town.chat.setWindow(3);
    const auto sent = town.requestsOf(town.sender);
    REQUIRE(sent.size() == 3);
    CHECK(std::get<protocol::SendEvent>(sent[0].request).aad !=
          std::get<protocol::SendEvent>(sent[1].request).aad);
    town.acknowledge(sent[0], 1);
    CHECK(town.requestsOf(town.sender).size() == 1);
    town.chat.setWindow(0);
    town.acknowledge(sent[1], 2);
    CHECK(town.requestsOf(town.sender).empty());
    CHECK(town.loop.failure() == "");
}

TEST_CASE("what a server must not do fails the run")
{
    Town town;
    const auto first = town.sendOne();
    const auto second = town.sendOne();
    SECTION("an acknowledgement twice")
    {
        town.acknowledge(first, 1);
        town.acknowledge(first, 1);
        CHECK(town.failedWith("twice"));
    }
    SECTION("an acknowledgement of what was not sent")
    {
        auto other = second;
        other.id += 1;
        town.acknowledge(other, 3);
        CHECK(town.failedWith("nobody waits for"));
    }
    SECTION("a push twice")
    {
        town.push(first, 1);
        town.push(first, 1);
        CHECK(town.failedWith("repeated"));
    }
    SECTION("two events under each other's numbers")
    {
        town.push(second, 1);
        town.push(second, 2);
        CHECK(town.failedWith("repeated or lost"));
    }
    SECTION("acknowledged with one log number, delivered with another")
    {
        town.acknowledge(first, 2);
        town.push(first, 1);
        CHECK(town.failedWith("acknowledged as"));
    }
    SECTION("another message id")
    {
        auto event = Town::logEvent(first, 1);
        event.aad[EventTemplate::aadMessageId] ^= 1;
        town.push(event);
        CHECK(town.failedWith("another one's number"));
    }
    SECTION("another body")
    {
        auto event = Town::logEvent(first, 1);
        event.body->back() ^= 1;
        town.push(event);
        CHECK(town.failedWith("another body"));
    }
    SECTION("no wrap")
    {
        auto event = Town::logEvent(first, 1);
        event.wrap.reset();
        town.push(event);
        CHECK(town.failedWith("another body or wrap"));
    }
    SECTION("a refusal")
    {
        protocol::Error error;
        error.code = protocol::ErrorCode::RateLimited;
        error.retryAfterMs = 7;
        town.chat.onFrame(town.sender, protocol::encodeError(first.id, error), 1);
        CHECK(town.failedWith("RateLimited"));
        CHECK(town.failedWith("7 ms"));
    }
    SECTION("a frame that is none")
    {
        auto frame = protocol::encodePush(protocol::EventPush{Town::logEvent(first, 1)});
        frame.pop_back();
        town.chat.onFrame(town.reader, frame, 1);
        CHECK(town.failedWith("malformed"));
    }
}

TEST_CASE("what was not pushed is fetched, and lost if it is not there either")
{
    Town town;
    const auto first = town.sendOne();
    const auto second = town.sendOne();
    town.push(second, 2);
    auto requests = town.requestsOf(town.reader);
    REQUIRE(requests.size() == 1);
    const auto& fetch = std::get<protocol::FetchEvents>(requests.front().request);
    CHECK(fetch.after == 0);
    CHECK(fetch.conversationId == town.from.person.conversationWith(town.to.person));
    const auto answer = [&](std::vector<protocol::LogEvent> events) {
        const protocol::EventPage page{std::move(events), 1, 2};
        town.chat.onFrame(town.reader,
                          protocol::encodeAnswer<protocol::FetchEvents>(requests.front().id, page),
                          1);
    };
    SECTION("all of it comes")
    {
        answer({Town::logEvent(first, 1), Town::logEvent(second, 2)});
        town.acknowledge(first, 1);
        town.acknowledge(second, 2);
        CHECK(town.chat.isComplete());
        CHECK(town.meter.fetched == 2);
        CHECK(town.loop.failure() == "");
    }
    SECTION("in two pages")
    {
        answer({Town::logEvent(first, 1)});
        requests = town.requestsOf(town.reader);
        REQUIRE(requests.size() == 1);
        CHECK(std::get<protocol::FetchEvents>(requests.front().request).after == 1);
        answer({Town::logEvent(second, 2)});
        CHECK(town.meter.fetched == 2);
        CHECK(town.loop.failure() == "");
    }
    SECTION("nothing comes")
    {
        answer({});
        CHECK(town.failedWith("log number 1 is lost"));
    }
    SECTION("the second one only")
    {
        answer({Town::logEvent(second, 2)});
        CHECK(town.failedWith("repeated or lost"));
    }
}
