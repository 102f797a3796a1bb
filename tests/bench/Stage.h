#pragma once

#include "tests/bench/Clock.h"
#include "tests/bench/ServerRun.h"

#include <span>

namespace impulse::bench {

/// A server and the accounts that it knows.
class Stage {
public:
    Stage(EventLoop& loop, ServerChoice choice);
    /// After a failure what the server logged last goes to standard error.
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    /// Fails the loop if the server does not start.
    bool start();
    void stop() { m_server.stop(); }
    const ServerRun& server() const { return m_server; }
    EventLoop& loop() { return m_loop; }

    /// Registers so many accounts for later calls of take(), over connections that are closed
    /// again.
    bool prepare(std::size_t count);
    /// Accounts that nobody used before; registers what is missing. Too few after a failure.
    std::vector<Account*> take(std::size_t count);

    using Devices = std::vector<std::unique_ptr<Device>>;
    /// One device for each account, off.
    Devices devicesOf(std::span<Account* const> accounts);
    /// Connects all, `parallel` at a time, and waits until all are as far as `goal`.
    /// `receiveBuffer` as of Wire::open().
    bool connectAll(std::span<const std::unique_ptr<Device>> devices,
                    Device::Goal goal = Device::Goal::Synced, int receiveBuffer = 0);

    /// Connections of which the server has not answered the login yet: enough to keep it busy, few
    /// enough for its queue of connections that wait to be accepted (512).
    static constexpr std::size_t parallel = 256;
    /// No step of a set-up takes as long.
    static constexpr std::int64_t stepLimitNs = 300 * nsPerSecond;

private:
    EventLoop& m_loop;
    ServerRun m_server;
    std::vector<std::unique_ptr<Account>> m_accounts;
    std::size_t m_taken = 0;
    std::uint32_t m_firstNumber;
    std::string m_prefix;
};

} // namespace impulse::bench
