#pragma once

#include "tests/bench/EventLoop.h"
#include "tests/bench/SendBuffer.h"
#include "tests/bench/Wire.h"

#include "common/core/Bytes.h"

namespace impulse::bench {

/// The client's side of RFC 6455, no more of it than a client of Impulse needs: the handshake with
/// the subprotocol, binary messages (masked, unfragmented; received ones may be fragmented), pings
/// answered, close. All that was queued in a turn of the loop goes out in one write.
class WebSocket final : public Pollable {
public:
    class Owner {
    public:
        virtual ~Owner() = default;
        virtual void onOpened() = 0;
        /// `readNs`: when the bytes had been read from the socket.
        virtual void onMessage(View message, std::int64_t readNs) = 0;
        /// Everything queued so far is now given to the kernel for the first time.
        virtual void onWriting(std::int64_t ns) { (void)ns; }
        /// By the other side, or by a failure. Not after close().
        virtual void onClosed(const std::string& why) = 0;
    };

    WebSocket(EventLoop& loop, Owner& owner) : m_loop(loop), m_owner(owner) {}
    ~WebSocket() override { drop(); }

    /// Fails the loop if there are no descriptors left. `receiveBuffer` as of Wire::open().
    void open(const Target& target, in_addr_t source, int receiveBuffer = 0);
    bool isOpen() const { return m_state == State::Open; }
    Hash32 certificateHash() const { return m_wire.certificateHash(); }

    /// Room for a message of `size` bytes, to be filled at once and sent by endMessage().
    std::uint8_t* beginMessage(std::size_t size);
    void endMessage(std::uint8_t* message, std::size_t size);
    void send(View message);
    /// What was queued and is not written yet, as it goes out.
    View unwritten() const { return m_out.waiting(); }

    /// From now on nothing is read: a client that hangs.
    void stopReading();
    /// Says goodbye, as far as the kernel takes it at once, and closes.
    void close();
    /// Gives up memory that is not needed while nothing is sent.
    void shrink() { m_out.release(); }

    void onEvents(std::uint32_t events) override;
    void flush() override;

private:
    enum class State { Closed, Connecting, Upgrading, Open };
    enum class Opcode : std::uint8_t {
        Continuation = 0,
        Binary = 2,
        Close = 8,
        Ping = 9,
        Pong = 10
    };

    void proceed();
    void sendUpgrade();
    void readAll();
    /// Takes whole frames off the front; gives what was taken.
    std::size_t takeFrames(View bytes, std::int64_t readNs);
    bool takeUpgrade(View& bytes);
    void takeFrame(Opcode opcode, bool isLast, View payload, std::int64_t readNs);
    std::uint8_t* beginFrame(Opcode opcode, std::size_t size);
    void queueFlush();
    void watch();
    void drop();
    void fail(const std::string& why);

    EventLoop& m_loop;
    Owner& m_owner;
    Wire m_wire;
    State m_state = State::Closed;
    std::uint32_t m_events = 0;
    bool m_isQueued = false;
    bool m_reads = true;
    std::string m_host;
    std::string m_accept;
    SendBuffer m_out;
    /// The beginning of a frame whose end has not come yet.
    Bytes m_partial;
    /// The beginning of a fragmented message.
    Bytes m_fragments;
};

} // namespace impulse::bench
