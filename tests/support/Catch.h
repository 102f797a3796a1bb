#pragma once

// Catch2 2.13 (Debian 12) and 3.x (newer systems) behind one include.
#ifdef IMPULSE_CATCH2_V3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <cstdio>

/// Leaves a test case that cannot run on this machine. packaging/test.sh counts these lines and
/// prints the reasons.
#define IMPULSE_SKIP(reason)                                                                       \
    do {                                                                                           \
        std::printf("skipped: %s\n", reason);                                                      \
        std::fflush(stdout);                                                                       \
        return;                                                                                    \
    } while (false)
