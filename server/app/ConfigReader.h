#pragma once

#include "server/app/ServerConfig.h"

#include <QProcessEnvironment>

namespace impulse::server {

/// Used if it exists and --config does not name another.
inline constexpr const char* defaultConfigFile = "/etc/impulse/server.conf";

/// Puts options, environment (IMPULSE_SERVER_…), configuration file and defaults together, in this
/// order of precedence. `arguments` come without the program's name. The error is every mistake
/// found, a sentence each; those of the file with its name and line.
Result<ServerConfig, QStringList> readConfig(const QStringList& arguments,
                                             const QProcessEnvironment& environment);

QString usageText();

} // namespace impulse::server
