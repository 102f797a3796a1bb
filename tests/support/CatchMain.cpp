#include "tests/support/CatchRunner.h"

int main(int argc, char** argv)
{
    return impulse::test::runTests(argc, argv);
}
