#include "tests/bench/ChatLoad.h"

#include "tests/bench/Clock.h"
#include "tests/bench/ProcessStats.h"

namespace impulse::bench {

LoadResult ChatLoad::run()
{
    LoadResult result;
    if (!connect())
        return result;
    begin();
    if (go(m_spec.warmUpSeconds))
        result = measure();
    drain();
    result.meter = m_meter;
    leave();
    return result;
}

bool ChatLoad::fill(std::uint64_t messages)
{
    if (!connect())
        return false;
    begin();
    const bool done = m_stage.loop().run(nowNs() + Stage::stepLimitNs,
                                         [&] { return m_meter.acknowledged >= messages; });
    if (!done)
        m_stage.loop().fail("the server takes too long to take so many messages");
    const bool drained = drain();
    leave();
    return done && drained;
}

void ChatLoad::leave()
{
    m_chats.clear();
    for (const auto& device : m_devices)
        device->disconnect();
    m_devices.clear();
}

bool ChatLoad::connect()
{
    const auto accounts = m_stage.take(2 * m_spec.pairs);
    if (accounts.size() < 2 * m_spec.pairs)
        return false;
    m_devices = m_stage.devicesOf(accounts);
    if (!m_stage.connectAll(m_devices))
        return false;
    for (std::size_t i = 0; i < m_spec.pairs; ++i)
        m_chats.push_back(std::make_unique<Chat>(*m_devices[2 * i], *m_devices[2 * i + 1],
                                                 m_spec.textBytes, m_meter));
    return true;
}

void ChatLoad::begin()
{
    m_firstDueNs = nowNs();
    if (m_spec.rate > 0)
        return;
    for (const auto& chat : m_chats)
        chat->setWindow(m_spec.window);
}

bool ChatLoad::go(double seconds)
{
    auto& loop = m_stage.loop();
    if (m_spec.rate == 0) {
        loop.run(nowNs() + secondsNs(seconds), [this] {
            if (eachTurn)
                eachTurn();
            return false;
        });
        return !loop.failed();
    }
    const auto dueNs = [this] {
        return m_firstDueNs +
               static_cast<std::int64_t>(1e9 * static_cast<double>(m_due) / m_spec.rate);
    };
    const auto sendDue = [&] {
        if (eachTurn)
            eachTurn();
        for (auto due = dueNs(); due <= nowNs(); due = dueNs()) {
            if (!m_chats[m_next]->send(due))
                break; // as many as may be are on their way: later, and late
            m_next = (m_next + 1) % m_chats.size();
            ++m_due;
        }
        return false;
    };
    // What is due but cannot be sent waits for an answer.
    loop.run(nowNs() + secondsNs(seconds), sendDue,
             [&] { return std::max(dueNs(), nowNs() + nsPerMs / 20); });
    return !loop.failed();
}

LoadResult ChatLoad::measure()
{
    const auto pid = m_stage.server().pid();
    const auto finish = during ? during() : std::function<void()>();
    const auto acknowledged = m_meter.acknowledged;
    const auto delivered = m_meter.delivered;
    const auto serverUs = cpuUsOf(pid);
    const auto ownUs = ownCpuUs();
    const auto allUs = busyUs();
    const auto begunNs = nowNs();
    m_meter.isOn = true;
    go(m_spec.seconds);
    m_meter.isOn = false;
    LoadResult result;
    const auto takenUs = static_cast<double>(nowNs() - begunNs) / 1e3;
    result.messages = std::min(m_meter.acknowledged - acknowledged, m_meter.delivered - delivered);
    const auto messages = static_cast<double>(std::max<std::uint64_t>(result.messages, 1));
    const auto own = ownCpuUs() - ownUs;
    const auto server = cpuUsOf(pid) - serverUs;
    result.otherCpus = std::max((busyUs() - allUs - own - server) / takenUs, 0.0);
    result.ownCpuUs = own / messages;
    result.serverCpuUs = server / messages;
    result.perSecond = static_cast<double>(result.messages) * 1e6 / takenUs;
    if (finish)
        finish();
    return result;
}

bool ChatLoad::drain()
{
    constexpr std::int64_t drainLimitNs = 60 * nsPerSecond;
    auto& loop = m_stage.loop();
    for (const auto& chat : m_chats)
        chat->setWindow(0);
    const bool done = loop.run(nowNs() + drainLimitNs, [this] {
        return std::ranges::all_of(m_chats, [](const auto& chat) { return chat->isComplete(); });
    });
    if (!done)
        loop.fail("messages that were sent are not acknowledged or do not come");
    return done;
}

} // namespace impulse::bench
