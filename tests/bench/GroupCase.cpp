#include "tests/bench/Cases.h"
#include "tests/bench/Clock.h"
#include "tests/bench/Companion.h"
#include "tests/bench/GroupChat.h"
#include "tests/bench/ProcessStats.h"

namespace impulse::bench {
namespace {

/// Until what was sent has come to all.
constexpr std::int64_t drainLimitNs = 60 * nsPerSecond;

void addResult(Report& report, const std::string& caseName, const Meter& meter)
{
    report.add(caseName, "last_member_p50", "ms", meter.delivery.quantileMs(0.5));
    report.add(caseName, "last_member_p99", "ms", meter.delivery.quantileMs(0.99));
    report.add(caseName, "last_member_max", "ms", meter.delivery.maxMs());
    report.add(caseName, "answer_p50", "ms", meter.answer.quantileMs(0.5));
    report.add(caseName, "answer_p99", "ms", meter.answer.quantileMs(0.99));
    if (meter.fetched > 0)
        report.add(caseName, "fetched_not_pushed", "msgs", static_cast<double>(meter.fetched));
}

/// Counts while the loop turns for the measured time.
void measureChat(const Bench& bench, Stage& stage, GroupChat& chat, const std::string& caseName)
{
    const auto& spec = bench.options.load;
    const auto pid = stage.server().pid();
    std::unique_ptr<Companion> companion;
    if (!bench.options.during.empty())
        companion = std::make_unique<Companion>(bench.options.during, stage.server());
    const auto deliveries = chat.deliveries();
    const auto serverUs = cpuUsOf(pid);
    const auto ownUs = ownCpuUs();
    const auto allUs = busyUs();
    const auto begunNs = nowNs();
    bench.loop.run(begunNs + secondsNs(spec.seconds), [] { return false; });
    const auto takenUs = static_cast<double>(nowNs() - begunNs) / 1e3;
    const auto own = ownCpuUs() - ownUs;
    const auto server = cpuUsOf(pid) - serverUs;
    const auto others = (busyUs() - allUs - own - server) / takenUs;
    const auto count = static_cast<double>(chat.deliveries() - deliveries);
    auto& report = bench.report;
    report.add(caseName, "deliveries", "1/s", count * 1e6 / takenUs);
    if (server > 0)
        report.add(caseName, "server_cpu", "us/delivery", server / std::max(count, 1.0));
    report.add(caseName, "generator_cpu", "us/delivery", own / std::max(count, 1.0));
    report.add(caseName, "other_processes", "cores", std::max(others, 0.0));
    if (companion && !companion->finish())
        bench.loop.fail("the command that was to run meanwhile failed: " + bench.options.during);
}

void measure(const Bench& bench, Stage& stage, const std::string& caseName)
{
    const auto& spec = bench.options.load;
    const auto accounts = stage.take(bench.options.members);
    if (accounts.size() < bench.options.members)
        return;
    const auto devices = stage.devicesOf(accounts);
    if (!stage.connectAll(devices))
        return;
    Meter meter;
    GroupChat chat(devices, spec.textBytes, meter);
    chat.begin();
    if (!bench.loop.run(nowNs() + Stage::stepLimitNs, [&] { return chat.isReady(); }))
        return bench.loop.fail("the group's state does not come to all its members");
    chat.setWindow(spec.window);
    bench.loop.run(nowNs() + secondsNs(spec.warmUpSeconds), [] { return false; });
    meter.isOn = true;
    measureChat(bench, stage, chat, caseName);
    meter.isOn = false;
    chat.setWindow(0);
    if (!bench.loop.run(nowNs() + drainLimitNs, [&] { return chat.isComplete(); }))
        return bench.loop.fail("messages that were sent do not come to all members");
    addResult(bench.report, caseName, meter);
    for (const auto& device : devices)
        device->disconnect();
}

} // namespace

void runGroup(const Bench& bench)
{
    const auto name = "group " + std::to_string(bench.options.members) + "x" +
                      std::to_string(bench.options.load.window) + tlsNote(bench.options);
    onFreshServers(bench, name, [&](Stage& stage, const std::string& caseName) {
        measure(bench, stage, caseName);
    });
}

} // namespace impulse::bench
