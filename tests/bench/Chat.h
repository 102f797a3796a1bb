#pragma once

#include "tests/bench/EventTemplate.h"
#include "tests/bench/LogReader.h"
#include "tests/bench/Noise.h"

#include <array>

namespace impulse::bench {

/// One person writes to another one and every message is followed: it must be acknowledged once
/// and come once, in the order of the log, with the log number of its acknowledgement. What does
/// not fails the loop. Both devices are ready and have nothing else to do.
class Chat final : public FrameSink, public LogReader::Follower {
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
    bool isComplete() const { return m_acknowledged == m_sent && m_reader.last() == m_sent; }

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
    bool deliver(LogReader& reader, std::uint64_t logSeq, View aad, std::int64_t readNs) override;
    void compare(const protocol::LogEvent& event) override;
    void fail(const std::string& why) override;
    bool agree(Slot& slot, std::uint64_t logSeq);

    Device& m_from;
    Device& m_to;
    /// The only writer numbers as the log does.
    LogReader m_reader;
    EventTemplate m_template;
    Meter& m_meter;
    Noise m_seeds;
    std::array<Slot, slots> m_slots;
    std::uint64_t m_window = 0;
    std::uint64_t m_sent = 0;
    std::uint64_t m_stamped = 0;
    std::uint64_t m_acknowledged = 0;
};

} // namespace impulse::bench
