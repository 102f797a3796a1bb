#pragma once

#include <QStringList>

namespace impulse::server {

/// `impulse-server restore [FILE]` and `integrity`, on a data folder that no server need run on.
/// Prints sentences, or with --json one object on standard output: the result, or {"error":…}.
/// Gives the exit code. Blocking; before any event loop.
int runOffline(const QString& command, QStringList arguments);

} // namespace impulse::server
