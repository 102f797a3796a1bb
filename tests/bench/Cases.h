#pragma once

#include "tests/bench/Options.h"
#include "tests/bench/Report.h"

namespace impulse::bench {

/// What a case works with. A case that fails has failed the loop.
struct Bench {
    EventLoop& loop;
    const Options& options;
    Report& report;
};

/// Pairs who chat: throughput, latency, processor time and fsyncs per message.
void runPairs(const Bench& bench);
/// The same with load on a clock.
void runRate(const Bench& bench);
/// Idle connections: memory of each, and what they cost the pairs.
void runIdle(const Bench& bench);
/// Connections that log in and leave.
void runLogins(const Bench& bench);
/// Many devices come back at once, and each fetches what it missed.
void runStorm(const Bench& bench);
/// How fast a server with a large database is ready.
void runStart(const Bench& bench);
/// One who writes to a group whose members are all there.
void runGroup(const Bench& bench);
/// Clients that do not read, beside pairs who chat.
void runSlow(const Bench& bench);

/// Runs a case by its name; false if there is none of that name.
bool runCase(const Bench& bench, const std::string& name);

/// For each run, for each variant: `measure` on a server that was just started.
/// With two variants their ratios are reported as well.
void onFreshServers(const Bench& bench, const std::string& caseName,
                    const std::function<void(Stage&, const std::string& caseName)>& measure);
/// The name under which a variant's results are reported.
std::string nameOf(const std::string& caseName, const Variant& variant);
void addRatios(const Bench& bench, const std::string& caseName);

/// What the names of cases end in with TLS.
std::string tlsNote(const Options& options);

/// Adds throughput, latencies and processor time.
void addLoad(Report& report, const std::string& caseName, const LoadResult& result);

} // namespace impulse::bench
