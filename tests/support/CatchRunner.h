#pragma once

namespace impulse::test {

/// Runs the test cases of this program as Catch2's own main() does; what main() returns.
int runTests(int argc, char** argv);

} // namespace impulse::test
