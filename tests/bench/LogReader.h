#pragma once

#include "tests/bench/Device.h"
#include "tests/bench/FrameHead.h"
#include "tests/bench/Meter.h"

namespace impulse::bench {

/// What one device gets of one log: pushes, and pages where the server has left pushes out, as it
/// may for a connection that reads too slowly. Every entry is handed on once, in the order of the
/// log.
class LogReader {
public:
    /// Who follows the log.
    class Follower {
    public:
        virtual ~Follower() = default;
        /// The next entry. False after fail(): nothing more is wanted of this frame.
        virtual bool deliver(LogReader& reader, std::uint64_t logSeq, View aad,
                             std::int64_t readNs) = 0;
        /// A sample of what was delivered, in full.
        virtual void compare(const protocol::LogEvent& event) = 0;
        virtual void fail(const std::string& why) = 0;
    };

    LogReader(Device& device, Follower& follower, Meter& meter)
        : m_device(device), m_follower(follower), m_meter(meter)
    {
    }
    /// Before the first entry comes.
    void setLog(const ConversationId& log) { m_log = log; }

    Device& device() const { return m_device; }
    /// Every entry up to this number was delivered.
    std::uint64_t last() const { return m_last; }

    void takePush(View frame, std::int64_t readNs);
    void takePage(View frame, std::int64_t readNs);

private:
    bool deliver(std::uint64_t logSeq, View aad, std::int64_t readNs);
    void fetch();

    Device& m_device;
    Follower& m_follower;
    Meter& m_meter;
    ConversationId m_log;
    std::uint64_t m_last = 0;
    /// The highest number that came too early.
    std::uint64_t m_missed = 0;
    bool m_isFetching = false;
};

} // namespace impulse::bench
