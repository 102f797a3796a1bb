#include "tests/bench/Stage.h"

#include <cstdio>

#include "tests/bench/Clock.h"

namespace impulse::bench {
namespace {

template <class Number> Number randomNumber(crypto::Rng& rng)
{
    Number number = 0;
    rng.fill({reinterpret_cast<std::uint8_t*>(&number), sizeof number});
    return number;
}

/// Counts the devices that became ready.
struct Arrivals final : FrameSink {
    void onReady(Device&, std::int64_t) override { ++count; }
    void onFrame(Device&, View, std::int64_t) override {}
    std::size_t count = 0;
};

} // namespace

Stage::Stage(EventLoop& loop, ServerChoice choice) : m_loop(loop), m_server(std::move(choice))
{
    // So that a server which was measured before does not know the names, nor the addresses.
    crypto::SystemRng rng;
    m_prefix = toHex(crypto::random<Fixed<struct PrefixTag, 5>>(rng));
    m_prefix.push_back('-');
    m_firstNumber = randomNumber<std::uint32_t>(rng);
}

Stage::~Stage()
{
    if (m_loop.failed())
        std::fprintf(stderr, "%s", m_server.logTail().c_str());
}

bool Stage::start()
{
    if (const auto problem = m_server.start())
        m_loop.fail(*problem);
    return !m_loop.failed();
}

bool Stage::prepare(std::size_t count)
{
    std::vector<Account*> added;
    for (std::size_t i = 0; i < count; ++i) {
        const auto number = m_accounts.size();
        m_accounts.push_back(std::make_unique<Account>(
            m_prefix + std::to_string(number), m_firstNumber + static_cast<std::uint32_t>(number)));
        added.push_back(m_accounts.back().get());
    }
    // Not all at once: descriptors, and what the server keeps for open connections, are for the
    // case.
    while (!added.empty() && !m_loop.failed()) {
        const auto batch = std::span(added).last(std::min(added.size(), parallel));
        const auto devices = devicesOf(batch);
        connectAll(devices, Device::Goal::LoggedIn);
        for (const auto& device : devices)
            device->disconnect();
        added.resize(added.size() - batch.size());
    }
    return !m_loop.failed();
}

std::vector<Account*> Stage::take(std::size_t count)
{
    std::vector<Account*> result;
    const auto left = m_accounts.size() - m_taken;
    if (left < count && !prepare(count - left))
        return result;
    while (result.size() < count)
        result.push_back(m_accounts[m_taken++].get());
    return result;
}

Stage::Devices Stage::devicesOf(std::span<Account* const> accounts)
{
    Devices devices;
    for (auto* account : accounts)
        devices.push_back(std::make_unique<Device>(m_loop, *account));
    return devices;
}

bool Stage::connectAll(std::span<const std::unique_ptr<Device>> devices, Device::Goal goal,
                       int receiveBuffer)
{
    Arrivals arrivals;
    std::size_t begun = 0;
    const auto proceed = [&] {
        for (; begun < devices.size() && begun - arrivals.count < parallel; ++begun) {
            devices[begun]->setSink(&arrivals);
            devices[begun]->connect(m_server.target(), goal, {}, receiveBuffer);
        }
        return arrivals.count == devices.size();
    };
    const bool done = m_loop.run(nowNs() + stepLimitNs, proceed);
    for (const auto& device : devices)
        device->setSink(nullptr);
    if (!done)
        m_loop.fail("the server does not let all clients in");
    return done;
}

} // namespace impulse::bench
