#pragma once

#include "tests/bench/Chat.h"
#include "tests/bench/Stage.h"

namespace impulse::bench {

struct LoadSpec {
    std::size_t pairs = 50;
    /// Messages of each pair that may wait for their acknowledgement. Not used with a rate.
    std::uint64_t window = 16;
    /// Bytes of text of each message.
    std::size_t textBytes = 256;
    double warmUpSeconds = 3;
    double seconds = 20;
    /// Messages per second of all pairs together, sent on a clock; 0: as fast as answers come.
    double rate = 0;
};

struct LoadResult {
    /// Acknowledged and delivered messages in a second: the smaller of both.
    double perSecond = 0;
    std::uint64_t messages = 0;
    /// Times in microseconds per message; 0: not known.
    double serverCpuUs = 0;
    double ownCpuUs = 0;
    /// Processors that others than the server and this program kept busy: how quiet the machine
    /// was.
    double otherCpus = 0;
    Meter meter;
};

/// Pairs of people who chat, one writing and one reading, on a stage.
class ChatLoad {
public:
    ChatLoad(Stage& stage, const LoadSpec& spec) : m_stage(stage), m_spec(spec) {}

    /// Warm-up, measurement, and then until everything that was sent has come. With accounts that
    /// nobody used before; they leave at the end. The loop has failed if a message is lost.
    LoadResult run();
    /// Instead of run(): sends so many messages, or a few more, as fast as answers come.
    bool fill(std::uint64_t messages);
    /// Called when the measurement begins; what it returns is called when it ends.
    std::function<std::function<void()>()> during;
    /// Called in each turn of the loop.
    std::function<void()> eachTurn;

private:
    bool connect();
    void begin();
    /// Turns for a time, sending what is due.
    bool go(double seconds);
    bool drain();
    void leave();
    LoadResult measure();

    Stage& m_stage;
    LoadSpec m_spec;
    Stage::Devices m_devices;
    std::vector<std::unique_ptr<Chat>> m_chats;
    Meter m_meter;
    /// Load on a clock: messages so far, and when the first was due.
    std::uint64_t m_due = 0;
    std::int64_t m_firstDueNs = 0;
    std::size_t m_next = 0;
};

} // namespace impulse::bench
