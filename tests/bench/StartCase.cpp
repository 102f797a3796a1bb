#include "tests/bench/Cases.h"
#include "tests/bench/Clock.h"
#include "tests/bench/ProcessStats.h"

namespace impulse::bench {
namespace {

/// Starts of one run: they are short.
constexpr int startsPerRun = 4;

} // namespace

void runStart(const Bench& bench)
{
    const auto& options = bench.options;
    const std::string caseName = "start " + std::to_string(options.events) + " events";
    if (!options.url.empty())
        return bench.loop.fail("the case start needs a server of its own");
    for (const auto& variant : variantsOf(options)) {
        const auto name = nameOf(caseName, variant);
        Stage stage(bench.loop, variant.choice);
        if (!stage.start())
            return;
        const auto begunNs = nowNs();
        if (!ChatLoad(stage, options.load).fill(options.events))
            return;
        bench.report.add(name, "fill", "s", static_cast<double>(nowNs() - begunNs) / 1e9);
        stage.stop();
        bench.report.add(name, "database", "B/msg",
                         static_cast<double>(stage.server().databaseBytes()) /
                             static_cast<double>(options.events));
        for (int run = 0; run < startsPerRun * options.runs; ++run) {
            if (!stage.start())
                return;
            bench.report.add(name, "ready", "ms",
                             static_cast<double>(stage.server().startNs()) / 1e6);
            bench.loop.runFor(secondsNs(std::min(options.load.seconds, 1.0)));
            const auto memory = MemoryUse::of(stage.server().pid());
            bench.report.add(name, "resident", "MB",
                             static_cast<double>(memory.residentBytes) / 1e6);
            bench.report.add(name, "private", "MB", static_cast<double>(memory.privateBytes) / 1e6);
            stage.stop();
        }
    }
    addRatios(bench, caseName);
}

} // namespace impulse::bench
