#pragma once

#include "tests/bench/Chat.h"

#include <span>

namespace impulse::bench {

/// One member of a group writes, and every message is followed to all others: it must be
/// acknowledged once and come once to each, in the order of the log. What does not fails the loop.
/// The devices are ready and have nothing else to do.
class GroupChat final : public FrameSink, public LogReader::Follower {
public:
    /// The first device makes the group, of all, and writes.
    GroupChat(std::span<const std::unique_ptr<Device>> devices, std::size_t textBytes,
              Meter& meter);
    ~GroupChat() override;
    GroupChat(const GroupChat&) = delete;
    GroupChat& operator=(const GroupChat&) = delete;

    /// Sends the group's first state.
    void begin();
    /// The state was taken, and all members have it.
    bool isReady() const { return m_begun && m_informed == m_readers.size(); }

    /// Messages that may wait for their acknowledgement. 0 stops.
    void setWindow(std::uint64_t window);
    /// Everything that was sent was acknowledged and delivered to all.
    bool isComplete() const { return m_acknowledged == m_sent && m_waiting == 0; }
    /// Pushes that came, of all members together.
    std::uint64_t deliveries() const { return m_deliveries; }

    void onFrame(Device& device, View frame, std::int64_t readNs) override;
    void onWriting(Device& device, std::int64_t ns) override;

private:
    static constexpr std::size_t slots = 4096;

    struct Slot {
        EventStamp stamp;
        std::int64_t writtenNs = 0;
        /// Members who do not have it yet.
        std::size_t missing = 0;
        bool isAcknowledged = true;
    };
    /// The state is log number 1, and this one the next of the only writer.
    Slot& slotOf(std::uint64_t senderSeq) { return m_slots[senderSeq % slots]; }
    bool send();
    LogReader& readerOf(const Device& device) { return m_readers[m_places.at(&device)]; }
    void takeAnswer(View frame, std::int64_t readNs);
    bool deliver(LogReader& reader, std::uint64_t logSeq, View aad, std::int64_t readNs) override;
    void compare(const protocol::LogEvent& event) override;
    void fail(const std::string& why) override;

    Device& m_from;
    Meter& m_meter;
    Noise m_seeds;
    Bytes m_state;
    Bytes m_meta;
    ConversationId m_group;
    std::optional<EventTemplate> m_template;
    std::vector<LogReader> m_readers;
    std::unordered_map<const Device*, std::size_t> m_places;
    std::vector<Slot> m_slots;
    bool m_begun = false;
    std::size_t m_informed = 0;
    std::uint64_t m_window = 0;
    std::uint64_t m_sent = 0;
    std::uint64_t m_stamped = 0;
    std::uint64_t m_acknowledged = 0;
    std::uint64_t m_deliveries = 0;
    /// Messages that somebody does not have yet.
    std::uint64_t m_waiting = 0;
};

} // namespace impulse::bench
