#pragma once

#include "tests/support/PostgresServer.h"

namespace impulse::test {

/// The server of this test program, which main() started.
PostgresServer& cluster();

} // namespace impulse::test
