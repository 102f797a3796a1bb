#pragma once

#include "tests/bench/Cases.h"

namespace impulse::bench {

/// Runs the cases of a suite, with what `options` says about the server. The loop has failed if one
/// of them did. `full` takes about an hour: 5 runs of 20 s and more of everything. `quick` takes
/// under two minutes and shows only that everything works.
void runSuite(EventLoop& loop, const Options& options, Report& report);

} // namespace impulse::bench
