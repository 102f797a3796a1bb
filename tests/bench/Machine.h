#pragma once

#include "tests/bench/Histogram.h"
#include "tests/bench/Report.h"

#include <filesystem>

namespace impulse::bench {

/// Adds what this computer is: processor, cores, kernel, and how long fdatasync takes in `folder`.
void describeMachine(Report& report, const std::filesystem::path& folder);

/// Appends a page to a file there and syncs it, as a database's log does, 50 times. What disks of
/// virtual machines take for it changes by the minute.
Histogram syncTimes(const std::filesystem::path& folder);

/// Allows this process and those that it starts as many descriptors as the system lets it.
void raiseDescriptorLimit();

} // namespace impulse::bench
