// The implementation of Catch2 2.13 takes 10 s to compile: once for all test programs.
#ifndef IMPULSE_CATCH2_V3
#define CATCH_CONFIG_RUNNER
#endif
#include "tests/support/Catch.h"
#include "tests/support/CatchRunner.h"

int impulse::test::runTests(int argc, char** argv)
{
    return Catch::Session().run(argc, argv);
}
