#include "tests/bench/Cases.h"

#include "tests/bench/Machine.h"

#include <map>

namespace impulse::bench {

bool runCase(const Bench& bench, const std::string& name)
{
    static const std::map<std::string, void (*)(const Bench&)> cases{
        {"pairs", runPairs}, {"rate", runRate},   {"idle", runIdle}, {"logins", runLogins},
        {"storm", runStorm}, {"start", runStart}, {"slow", runSlow}, {"group", runGroup},
    };
    const auto found = cases.find(name);
    if (found == cases.end())
        return false;
    found->second(bench);
    if (!bench.loop.failed())
        bench.report.finish();
    return true;
}

std::string nameOf(const std::string& caseName, const Variant& variant)
{
    return variant.label.empty() ? caseName : caseName + " [" + variant.label + ']';
}

void onFreshServers(const Bench& bench, const std::string& caseName,
                    const std::function<void(Stage&, const std::string& caseName)>& measure)
{
    const auto variants = variantsOf(bench.options);
    for (int run = 0; run < bench.options.runs; ++run) {
        for (const auto& variant : variants) {
            Stage stage(bench.loop, variant.choice);
            if (!stage.start())
                return;
            const auto name = nameOf(caseName, variant);
            bench.report.add(name, "fdatasync_p50", "ms",
                             syncTimes(bench.options.folder).quantileMs(0.5));
            measure(stage, name);
            if (bench.loop.failed())
                return;
        }
    }
    addRatios(bench, caseName);
}

void addRatios(const Bench& bench, const std::string& caseName)
{
    const auto variants = variantsOf(bench.options);
    if (variants.size() == 2)
        bench.report.addRatios(nameOf(caseName, variants[0]), nameOf(caseName, variants[1]));
}

std::string tlsNote(const Options& options)
{
    return options.usesTls ? " wss" : "";
}

void addLoad(Report& report, const std::string& caseName, const LoadResult& result)
{
    const auto& meter = result.meter;
    report.add(caseName, "throughput", "1/s", result.perSecond);
    report.add(caseName, "delivery_p50", "ms", meter.delivery.quantileMs(0.5));
    report.add(caseName, "delivery_p99", "ms", meter.delivery.quantileMs(0.99));
    report.add(caseName, "delivery_max", "ms", meter.delivery.maxMs());
    report.add(caseName, "answer_p50", "ms", meter.answer.quantileMs(0.5));
    report.add(caseName, "answer_p99", "ms", meter.answer.quantileMs(0.99));
    if (result.serverCpuUs > 0)
        report.add(caseName, "server_cpu", "us/msg", result.serverCpuUs);
    report.add(caseName, "generator_cpu", "us/msg", result.ownCpuUs);
    report.add(caseName, "other_processes", "cores", result.otherCpus);
    if (meter.fetched > 0)
        report.add(caseName, "fetched_not_pushed", "msgs", static_cast<double>(meter.fetched));
}

} // namespace impulse::bench
