#include "tests/unit/server/core/RestoreWorld.h"

using namespace impulse::tests;
using namespace impulse;

namespace {

/// Anna has sent more than one of her marks covers (migrations/0002_sender_marks.sql) when the
/// backup is made, and as much again after it.
struct LongChat {
    static constexpr std::uint64_t inBackup = 300;
    static constexpr std::uint64_t sentInAll = 900;

    LongChat()
    {
        for (std::uint64_t seq = 1; seq <= sentInAll; ++seq) {
            if (seq == inBackup + 1)
                server.backUp();
            events.push_back(eventOf(anna, boris, seq));
            REQUIRE(anna.client.good(events.back()).seq == seq);
        }
        anna.client.disconnect();
        boris.client.disconnect();
        server.restore();
        anna.client.reconnect();
        anna.client.logIn(anna.person, anna.device());
    }
    /// One of the events that the client has, by its number.
    const protocol::SendEvent& sent(std::uint64_t senderSeq) const
    {
        return events.at(senderSeq - 1);
    }

    TestServer server;
    Member anna{server, "anna"};
    Member boris{server, "boris"};
    std::vector<protocol::SendEvent> events;
};

} // namespace

TEST_CASE_METHOD(LongChat, "after a restore a device goes on with its own numbers")
{
    // The client forgot what it sent between: it goes on above everything that it ever sent.
    const auto next = eventOf(anna, boris, sentInAll + 1);
    const auto accepted = anna.client.good(next);
    CHECK(accepted.seq == inBackup + 1);
    // Whatever was taken is answered as it was then; what was jumped over is used.
    CHECK(anna.client.good(next).seq == inBackup + 1);
    for (const std::uint64_t seq :
         {std::uint64_t{1}, std::uint64_t{256}, std::uint64_t{257}, inBackup})
        CHECK(anna.client.good(sent(seq)).seq == seq);
    for (const auto seq : {inBackup + 1, inBackup + 300, sentInAll}) {
        const auto error = anna.client.refused(sent(seq));
        CHECK(error.code == ErrorCode::SequenceUsed);
        CHECK(error.value == sentInAll + 1);
    }
    // One jump is all.
    CHECK(anna.client.code(eventOf(anna, boris, sentInAll + 3)) == ErrorCode::OutOfOrder);
    // Past the next marks too, each event is found again by its own number.
    std::vector<protocol::SendEvent> later;
    for (std::uint64_t i = 2; i <= 600; ++i) {
        later.push_back(eventOf(anna, boris, sentInAll + i));
        REQUIRE(anna.client.good(later.back()).seq == inBackup + i);
    }
    server.restart();
    anna.client.reconnect();
    anna.client.logIn(anna.person, anna.device());
    for (std::uint64_t i = 2; i <= 600; i += 13)
        CHECK(anna.client.good(later[i - 2]).seq == inBackup + i);
    CHECK(anna.client.good(next).seq == inBackup + 1);
}

TEST_CASE_METHOD(LongChat, "after a restore a device sends again what the log has lost")
{
    // In order: no jump is needed.
    for (auto seq = inBackup + 1; seq <= sentInAll; ++seq)
        REQUIRE(anna.client.good(sent(seq)).seq == seq);
    for (std::uint64_t seq = 1; seq <= sentInAll; seq += 29)
        CHECK(anna.client.good(sent(seq)).seq == seq);
    CHECK(anna.client.code(eventOf(anna, boris, sentInAll + 2)) == ErrorCode::OutOfOrder);
    CHECK(anna.client.good(eventOf(anna, boris, sentInAll + 1)).seq == sentInAll + 1);
}

TEST_CASE_METHOD(LongChat, "a jump over some: what is left is sent again above it")
{
    // Expired, or older than what the client keeps: it begins with a later one.
    for (std::uint64_t seq = 700; seq <= sentInAll; ++seq)
        REQUIRE(anna.client.good(sent(seq)).seq == seq - 700 + inBackup + 1);
    CHECK(anna.client.good(sent(700)).seq == inBackup + 1);
    CHECK(anna.client.code(sent(699)) == ErrorCode::SequenceUsed);
}
