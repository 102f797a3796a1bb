#include "common/crypto/Hardening.h"
#include "common/crypto/SelfTest.h"
#include "tests/support/Catch.h"

#include <algorithm>
#include <vector>

#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

using namespace impulse;
using namespace impulse::crypto;

TEST_CASE("the self-test passes with the library as it is")
{
    CHECK(runSelfTest() == "");
    CHECK(knownAnswers().size() >= 10);
}

TEST_CASE("the self-test names every primitive that answers wrongly")
{
    const auto good = knownAnswers();
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::vector<KnownAnswer> broken(good.begin(), good.end());
        broken[i].compute = [] { return Bytes{0xee}; };
        CHECK(runSelfTest(broken) == good[i].name);
    }
}

TEST_CASE("the self-test compares with the answer that is listed")
{
    const auto good = knownAnswers();
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::vector<KnownAnswer> broken(good.begin(), good.end());
        broken[i].expectedHex = "ee";
        CHECK(runSelfTest(broken) == good[i].name);
    }
}

#if defined(__linux__)
TEST_CASE("a hardened process leaves no core dump")
{
    // In a child: the test program itself stays as it is, for debuggers.
    const auto child = fork();
    if (child == 0) {
        rlimit limit{1, 1};
        const bool hardened = hardenProcess() && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                              getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 &&
                              limit.rlim_max == 0;
        _exit(hardened ? 0 : 1);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}
#endif
