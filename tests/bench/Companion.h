#pragma once

#include "tests/bench/ServerRun.h"

namespace impulse::bench {

/// A shell command that runs again and again beside a measurement, for instance an online backup.
/// It finds the server by IMPULSE_BENCH_DATA (its data folder), IMPULSE_BENCH_PID and
/// IMPULSE_BENCH_URL. Blocking; ends with the program.
class Companion {
public:
    Companion(const std::string& command, const ServerRun& server);
    ~Companion() { finish(); }
    Companion(const Companion&) = delete;
    Companion& operator=(const Companion&) = delete;

    /// Waits for the round that runs, and starts no other. Gives how many rounds there were;
    /// nothing if one of them failed, after which no other was started.
    std::optional<int> finish();

private:
    pid_t m_child = 0;
    /// Closed: no more rounds.
    int m_goOn = -1;
    /// A byte for each round that went well.
    int m_done = -1;
};

} // namespace impulse::bench
