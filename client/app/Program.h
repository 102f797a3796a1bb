#pragma once

namespace impulse::app {

/// The whole desktop program: what `main` does. Returns the exit code: 0, 2 for wrong options, 1 if
/// the cryptographic library does not compute what it should.
int run(int argc, char** argv);

} // namespace impulse::app
