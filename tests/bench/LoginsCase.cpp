#include "tests/bench/Cases.h"
#include "tests/bench/Clock.h"
#include "tests/bench/ProcessStats.h"

#include <deque>
#include <unordered_map>

namespace impulse::bench {
namespace {

/// Logins that are under way at any time.
constexpr std::size_t atOnce = 64;

/// Devices that log in, leave, and come again when it is their turn.
class Revolvers final : public FrameSink {
public:
    Revolvers(Stage& stage, const Stage::Devices& devices) : m_stage(stage), m_devices(devices)
    {
        for (std::size_t i = 0; i < devices.size(); ++i) {
            devices[i]->setSink(this);
            m_number[devices[i].get()] = i;
            m_waiting.push_back(i);
        }
        m_begunNs.resize(devices.size());
    }

    bool go(double seconds)
    {
        const auto fill = [this] {
            // Not from inside onReady(): the socket is still at work there.
            for (const auto device : std::exchange(m_leaving, {})) {
                m_devices[device]->disconnect();
                m_waiting.push_back(device);
            }
            while (!m_waiting.empty() && m_underWay < atOnce) {
                const auto device = m_waiting.front();
                m_waiting.pop_front();
                ++m_underWay;
                m_begunNs[device] = nowNs();
                m_devices[device]->connect(m_stage.server().target(), Device::Goal::LoggedIn);
            }
            return false;
        };
        m_stage.loop().run(nowNs() + secondsNs(seconds), fill);
        return !m_stage.loop().failed();
    }

    void onReady(Device& device, std::int64_t readNs) override
    {
        ++logins;
        const auto number = m_number[&device];
        times.add(readNs - m_begunNs[number]);
        m_leaving.push_back(number);
        --m_underWay;
    }
    void onFrame(Device&, View, std::int64_t) override {}

    std::uint64_t logins = 0;
    Histogram times;

private:
    Stage& m_stage;
    const Stage::Devices& m_devices;
    std::unordered_map<const Device*, std::size_t> m_number;
    std::vector<std::int64_t> m_begunNs;
    /// Logged in, and to be disconnected at the next turn.
    std::vector<std::size_t> m_leaving;
    /// Off, in the order in which they left.
    std::deque<std::size_t> m_waiting;
    std::size_t m_underWay = 0;
};

void measure(const Bench& bench, Stage& stage, const std::string& caseName)
{
    const auto& options = bench.options;
    const auto accounts = stage.take(options.accounts);
    if (accounts.size() < options.accounts)
        return;
    const auto devices = stage.devicesOf(accounts);
    Revolvers revolvers(stage, devices);
    if (!revolvers.go(options.load.warmUpSeconds))
        return;
    revolvers.logins = 0;
    revolvers.times.clear();
    const auto pid = stage.server().pid();
    const auto serverUs = cpuUsOf(pid);
    const auto ownUs = ownCpuUs();
    const auto begunNs = nowNs();
    revolvers.go(options.load.seconds);
    const auto seconds = static_cast<double>(nowNs() - begunNs) / 1e9;
    const auto logins = static_cast<double>(std::max<std::uint64_t>(revolvers.logins, 1));
    auto& report = bench.report;
    report.add(caseName, "throughput", "1/s", logins / seconds);
    report.add(caseName, "login_p50", "ms", revolvers.times.quantileMs(0.5));
    report.add(caseName, "login_p99", "ms", revolvers.times.quantileMs(0.99));
    report.add(caseName, "login_max", "ms", revolvers.times.maxMs());
    if (pid > 0)
        report.add(caseName, "server_cpu", "us", (cpuUsOf(pid) - serverUs) / logins);
    report.add(caseName, "generator_cpu", "us", (ownCpuUs() - ownUs) / logins);
    for (const auto& device : devices)
        device->disconnect();
}

} // namespace

void runLogins(const Bench& bench)
{
    onFreshServers(bench, "logins" + tlsNote(bench.options),
                   [&](Stage& stage, const std::string& name) { measure(bench, stage, name); });
}

} // namespace impulse::bench
