#pragma once

#include "tests/bench/WebSocket.h"
#include "tests/support/TestPerson.h"

namespace impulse::bench {

/// A person, who has one device, and the address that it connects from.
struct Account {
    Account(std::string name, std::uint32_t number)
        : person(std::move(name)), source(sourceAddress(number / accountsPerAddress))
    {
    }

    /// A household or two: far below what a server takes from one address.
    static constexpr std::uint32_t accountsPerAddress = 10;

    tests::TestPerson person;
    in_addr_t source;
    bool isRegistered = false;
};

class Device;

/// What a device tells its owner. A device must not be destroyed in these calls; it may be
/// disconnected, but not connected again.
class FrameSink {
public:
    virtual ~FrameSink() = default;
    /// It is as far as its goal.
    virtual void onReady(Device& device, std::int64_t readNs)
    {
        (void)device;
        (void)readNs;
    }
    /// Any frame after that. `readNs`: when it had been read from the socket.
    virtual void onFrame(Device& device, View frame, std::int64_t readNs) = 0;
    /// What was sent so far goes out now.
    virtual void onWriting(Device& device, std::int64_t ns)
    {
        (void)device;
        (void)ns;
    }
};

/// One connection of an account's device: hello, registration or login by signature, Sync. What
/// goes wrong fails the loop. Must stay where it is.
class Device final : public WebSocket::Owner {
public:
    /// How far it goes by itself.
    enum class Goal { LoggedIn, Synced };
    enum class State { Off, Connecting, Greeting, LoggingIn, Syncing, Ready };

    Device(EventLoop& loop, Account& account)
        : m_loop(loop), m_account(account), m_socket(loop, *this)
    {
    }
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    /// Registers if the account is not known to the server yet. `positions` are stated in the Sync.
    void connect(const Target& target, Goal goal, std::vector<protocol::LogPosition> positions = {},
                 int receiveBuffer = 0);
    /// For one that is logged in only.
    void sync();
    void disconnect();

    State state() const { return m_state; }
    bool isReady() const { return m_state == State::Ready; }
    Account& account() { return m_account; }
    const tests::TestPerson& person() const { return m_account.person; }
    WebSocket& socket() { return m_socket; }
    EventLoop& loop() { return m_loop; }
    const protocol::SyncResult& syncResult() const { return m_syncResult; }
    std::int64_t readySinceNs() const { return m_readySinceNs; }

    /// May be null.
    void setSink(FrameSink* sink) { m_sink = sink; }
    template <class Request> void request(std::uint64_t id, const Request& request)
    {
        m_socket.send(protocol::encodeRequest(id, request));
    }

    /// Reads an error frame and fails the loop with it.
    void failWith(View errorFrame);
    void fail(const std::string& why);

    // WebSocket::Owner
    void onOpened() override;
    void onMessage(View message, std::int64_t readNs) override;
    void onWriting(std::int64_t ns) override
    {
        if (m_sink)
            m_sink->onWriting(*this, ns);
    }
    void onClosed(const std::string& why) override;

private:
    void takeHello(View message);
    void takeLogin(View message, std::int64_t readNs);
    void becomeReady(std::int64_t readNs);

    EventLoop& m_loop;
    Account& m_account;
    WebSocket m_socket;
    FrameSink* m_sink = nullptr;
    State m_state = State::Off;
    Goal m_goal = Goal::Synced;
    protocol::Nonce m_clientNonce;
    std::vector<protocol::LogPosition> m_positions;
    protocol::SyncResult m_syncResult;
    std::int64_t m_readySinceNs = 0;
};

} // namespace impulse::bench
