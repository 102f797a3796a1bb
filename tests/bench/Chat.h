#pragma once

#include "tests/bench/Device.h"
#include "tests/bench/EventTemplate.h"
#include "tests/bench/Histogram.h"
#include "tests/bench/Noise.h"

#include <array>

namespace impulse::bench {

/// What several chats measure together.
struct Meter {
    std::uint64_t acknowledged = 0;
    std::uint64_t delivered = 0;
    /// Events that were not pushed (the server stops pushing to slow readers) but fetched.
    std::uint64_t fetched = 0;
    /// The rest counts only while this is set.
    bool isOn = false;
    /// From the sender's write to the receiver's read.
    Histogram delivery;
    /// From the sender's write to the sender's read of the answer.
    Histogram answer;
    /// From when a message was due to the sender's write, for load on a clock.
    Histogram lateness;
};

/// One person writes to another one and every message is followed: it must be acknowledged once
/// and come once, in the order of the log, with the log number of its acknowledgement. What does
/// not fails the loop. Both devices are ready and have nothing else to do.
class Chat final : public FrameSink {
public:
    Chat(Device& from, Device& to, std::size_t textBytes, Meter& meter);
    ~Chat() override;
    Chat(const Chat&) = delete;
    Chat& operator=(const Chat&) = delete;

    /// Messages that may wait for their acknowledgement: sends as many, then one for each that was
    /// acknowledged. 0 stops.
    void setWindow(std::uint64_t window);
    /// Sends one; `dueNs` is when it should have been. False if too many are on their way.
    bool send(std::int64_t dueNs = 0);

    std::uint64_t sent() const { return m_sent; }
    /// Everything that was sent was acknowledged and delivered.
    bool isComplete() const { return m_acknowledged == m_sent && m_logLast == m_sent; }

    void onFrame(Device& device, View frame, std::int64_t readNs) override;
    void onWriting(Device& device, std::int64_t ns) override;

private:
    /// The server takes 64 unanswered requests of one connection; deliveries may lag behind that.
    static constexpr std::uint64_t mostOutstanding = 64;
    static constexpr std::size_t slots = 256;

    struct Slot {
        EventStamp stamp;
        std::int64_t dueNs = 0;
        std::int64_t writtenNs = 0;
        std::uint64_t logSeq = 0;
        bool isAcknowledged = true;
        bool isDelivered = true;
    };

    Slot& slotOf(std::uint64_t senderSeq) { return m_slots[senderSeq % slots]; }
    void takeAnswer(View frame, std::int64_t readNs);
    void takePush(View frame, std::int64_t readNs);
    void takePage(View frame, std::int64_t readNs);
    void fetch();
    bool deliver(std::uint64_t logSeq, View aad, std::int64_t readNs);
    bool agree(Slot& slot, std::uint64_t logSeq);
    void compare(const protocol::LogEvent& event);
    void fail(const std::string& why);

    Device& m_from;
    Device& m_to;
    EventTemplate m_template;
    Meter& m_meter;
    Noise m_seeds;
    std::array<Slot, slots> m_slots;
    std::uint64_t m_window = 0;
    std::uint64_t m_sent = 0;
    std::uint64_t m_stamped = 0;
    std::uint64_t m_acknowledged = 0;
    /// Everything up to this log number was delivered. The only writer numbers as the log does.
    std::uint64_t m_logLast = 0;
    bool m_isFetching = false;
    std::uint64_t m_logMissed = 0;
};

} // namespace impulse::bench
