#include "tests/bench/ChatLoad.h"
#include <cstdio>
using namespace impulse::bench;
int main(int argc, char** argv)
{
    EventLoop loop;
    LoadSpec spec;
    spec.window = argc > 1 ? static_cast<std::uint64_t>(atoi(argv[1])) : 16;
    spec.seconds = 5;
    spec.rate = argc > 2 ? atoi(argv[2]) : 0;
    ServerChoice choice;
    choice.program = IMPULSE_BIN_DIR "/impulse-server";
    choice.folder = "/tmp";
    for (int i = 3; i < argc; ++i) choice.options.push_back(argv[i]);
    Stage stage(loop, choice);
    stage.start();
    ChatLoad load(stage, spec);
    auto r = load.run();
    if (loop.failed()) { std::printf("FAILED %s\n", loop.failure().c_str()); return 1; }
    std::printf("%.0f/s p50 %.2f p99 %.2f max %.2f server %.2f us own %.2f us fetched %lu late p99 %.2f\n", r.perSecond,
      r.meter.delivery.quantileMs(.5), r.meter.delivery.quantileMs(.99), r.meter.delivery.maxMs(), r.serverCpuUs, r.ownCpuUs, r.meter.fetched, r.meter.lateness.quantileMs(.99));
}
