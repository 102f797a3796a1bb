#include "tests/bench/Machine.h"
#include "tests/bench/Suite.h"

#include <csignal>
#include <cstdio>

namespace {

using namespace impulse::bench;

/// 0: everything that was sent came, once. 1: something did not, or the server failed. 2:
/// arguments.
int run(const Options& options)
{
    Report report(options.jsonFile);
    if (!report.isGood()) {
        std::fprintf(stderr, "cannot write %s\n", options.jsonFile.c_str());
        return 2;
    }
    raiseDescriptorLimit();
    describeMachine(report, options.folder);
    EventLoop loop;
    for (const auto& name : options.cases) {
        if (!loop.failed() && !runCase({loop, options, report}, name)) {
            std::fprintf(stderr, "there is no case %s\n", name.c_str());
            return 2;
        }
    }
    if (options.suite != Options::Suite::None && !loop.failed())
        runSuite(loop, options, report);
    if (!loop.failed())
        return 0;
    std::fprintf(stderr, "FAILED: %s\n", loop.failure().c_str());
    return 1;
}

} // namespace

int main(int argc, char* argv[])
{
    signal(SIGPIPE, SIG_IGN);
    EventLoop::failOnSignals();
    const auto options = parseOptions({argv + 1, argv + argc});
    if (!options) {
        std::fprintf(stderr, "impulse-bench: %s (--help tells more)\n", options.error().c_str());
        return 2;
    }
    if (options.value().wantsHelp) {
        std::fputs(usage().c_str(), stdout);
        return 0;
    }
    return run(options.value());
}
