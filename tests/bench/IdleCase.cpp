#include "tests/bench/Cases.h"
#include "tests/bench/Clock.h"
#include "tests/bench/ProcessStats.h"

namespace impulse::bench {
namespace {

/// A server with its idle connections, none at first.
struct Side {
    Side(const Bench& bench, const Variant& variant, std::string name)
        : stage(bench.loop, variant.choice), caseName(std::move(name))
    {
    }

    Stage stage;
    Stage::Devices idle;
    std::string caseName;
};

/// Long enough for what the server does after a login.
double settleSeconds(const Options& options)
{
    return std::min(options.load.seconds, 2.0);
}

/// On a server that was just started.
void connectIdle(const Bench& bench, Side& side, std::span<Account* const> accounts)
{
    const auto& options = bench.options;
    // Caches are filled and code is loaded before the first look.
    auto warm = options.load;
    warm.warmUpSeconds = 0;
    warm.seconds = settleSeconds(options);
    ChatLoad(side.stage, warm).run();
    bench.loop.runFor(secondsNs(settleSeconds(options)));
    const auto pid = side.stage.server().pid();
    const auto before = MemoryUse::of(pid);
    side.idle = side.stage.devicesOf(accounts);
    const auto begunNs = nowNs();
    if (!side.stage.connectAll(side.idle))
        return;
    const auto seconds = static_cast<double>(nowNs() - begunNs) / 1e9;
    for (const auto& device : side.idle)
        device->socket().shrink();
    bench.loop.runFor(secondsNs(settleSeconds(options)));
    const auto after = MemoryUse::of(pid);
    const auto grown =
        static_cast<double>(after.privateBytes) - static_cast<double>(before.privateBytes);
    bench.report.add(side.caseName, "connect_all", "s", seconds);
    if (pid > 0)
        bench.report.add(side.caseName, "private_memory", "B/conn",
                         grown / static_cast<double>(options.idle));
}

} // namespace

/// Two servers, one with idle connections and one without, take turns. The one with them is started
/// anew for each run: memory that registering, or those who left, freed in the process would hide
/// what connections take.
void runIdle(const Bench& bench)
{
    const auto& options = bench.options;
    const auto kind = tlsNote(options);
    for (const auto& variant : variantsOf(options)) {
        Side none(bench, variant, nameOf("idle 0" + kind, variant));
        Side many(bench, variant, nameOf("idle " + std::to_string(options.idle) + kind, variant));
        // Nobody registers while thousands are told of it.
        const auto pairs = static_cast<std::size_t>(options.runs) * 4 * options.load.pairs;
        if (!none.stage.start() || !many.stage.start() || !many.stage.prepare(options.idle + pairs))
            return;
        const auto idle = many.stage.take(options.idle);
        for (int run = 0; run < options.runs && !bench.loop.failed(); ++run) {
            many.stage.stop();
            if (!many.stage.start())
                return;
            connectIdle(bench, many, idle);
            for (auto* side : {&none, &many})
                addLoad(bench.report, side->caseName, ChatLoad(side->stage, options.load).run());
            for (const auto& device : many.idle)
                device->disconnect();
        }
        bench.report.addRatios(none.caseName, many.caseName);
    }
}

} // namespace impulse::bench
