#include "tests/bench/Cases.h"
#include "tests/bench/Companion.h"

namespace impulse::bench {
namespace {

/// Measured time of the run that counts fsyncs.
constexpr double countSeconds = 5;

std::uint64_t linesOf(const std::filesystem::path& file)
{
    std::ifstream input(file, std::ios::binary);
    return static_cast<std::uint64_t>(
        std::count(std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>(), '\n'));
}

/// Runs the command meanwhile, if there is one.
LoadResult measureBeside(const Bench& bench, Stage& stage, const LoadSpec& spec,
                         const std::string& caseName)
{
    ChatLoad load(stage, spec);
    std::unique_ptr<Companion> companion;
    std::optional<int> rounds;
    if (!bench.options.during.empty()) {
        load.during = [&]() -> std::function<void()> {
            companion = std::make_unique<Companion>(bench.options.during, stage.server());
            return [&] { rounds = companion->finish(); };
        };
    }
    auto result = load.run();
    if (companion && !rounds)
        bench.loop.fail("the command that was to run meanwhile failed: " + bench.options.during);
    if (rounds)
        bench.report.add(caseName, "commands_meanwhile", "runs", *rounds);
    return result;
}

/// A server under strace, which stops it at fsync and fdatasync only, so that groups are about as
/// large as without it.
void countSyncs(const Bench& bench, const LoadSpec& spec, const Variant& variant,
                const std::string& caseName)
{
    const auto trace = bench.options.folder / ("impulse-bench-trace-" + std::to_string(getpid()));
    auto choice = variant.choice;
    choice.prefix = {"strace", "-f",          "--seccomp-bpf", "-e", "trace=fsync,fdatasync",
                     "-e",     "signal=none", "-qq",           "-o", trace.string()};
    Stage stage(bench.loop, std::move(choice));
    if (!stage.start())
        return;
    auto shorter = spec;
    shorter.seconds = std::min(spec.seconds, countSeconds);
    std::uint64_t before = 0;
    std::uint64_t syncs = 0;
    ChatLoad load(stage, shorter);
    load.during = [&]() -> std::function<void()> {
        before = linesOf(trace);
        return [&] { syncs = linesOf(trace) - before; };
    };
    const auto result = load.run();
    stage.stop();
    std::filesystem::remove(trace);
    if (result.messages > 0)
        bench.report.add(caseName, "fsyncs", "1/msg",
                         static_cast<double>(syncs) / static_cast<double>(result.messages));
}

bool haveStrace()
{
    return std::filesystem::exists("/usr/bin/strace");
}

void runLoad(const Bench& bench, const LoadSpec& spec, const std::string& caseName)
{
    onFreshServers(bench, caseName, [&](Stage& stage, const std::string& name) {
        const auto result = measureBeside(bench, stage, spec, name);
        addLoad(bench.report, name, result);
        if (spec.rate > 0)
            bench.report.add(name, "generator_late_p99", "ms",
                             result.meter.lateness.quantileMs(0.99));
    });
    if (!bench.options.countsSyncs || !bench.options.url.empty() || !haveStrace())
        return;
    for (const auto& variant : variantsOf(bench.options)) {
        if (!bench.loop.failed())
            countSyncs(bench, spec, variant, nameOf(caseName, variant));
    }
}

/// What sets a case apart from the usual one.
std::string notes(const Options& options)
{
    std::string result;
    if (options.load.textBytes != LoadSpec().textBytes)
        result += " text " + std::to_string(options.load.textBytes);
    result += tlsNote(options);
    if (!options.during.empty())
        result += " beside " + options.duringName;
    return result;
}

} // namespace

void runPairs(const Bench& bench)
{
    const auto& spec = bench.options.load;
    runLoad(bench, spec,
            "pairs " + std::to_string(spec.pairs) + "x" + std::to_string(spec.window) +
                notes(bench.options));
}

void runRate(const Bench& bench)
{
    auto spec = bench.options.load;
    spec.rate = bench.options.rate;
    runLoad(bench, spec,
            "rate " + std::to_string(static_cast<int>(spec.rate)) + notes(bench.options));
}

} // namespace impulse::bench
