#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace impulse::fuzz {

/// Ends the program, and so reports a finding, unless `holds`.
inline void require(bool holds, std::source_location where = std::source_location::current())
{
    if (holds)
        return;
    std::fprintf(stderr, "%s:%u: does not hold\n", where.file_name(), where.line());
    std::abort();
}

} // namespace impulse::fuzz
