#pragma once

#include "server/app/ConfigValue.h"
#include "server/app/ServerConfig.h"

#include <span>

namespace impulse::server {

/// One key of the configuration. From this table come the commented file, the options, the
/// environment variables, their checks and --help.
struct ConfigKey {
    /// As in the file; the option is "--" + name, the variable IMPULSE_SERVER_ + NAME.
    const char* name;
    /// What stands for the value in the help.
    const char* form;
    ConfigType type;
    /// As one would write it; empty: not set, which only a key of this kind may be.
    const char* standard;
    /// SIGHUP and `ctl reload` bring a change into force. The others take a restart.
    bool reloadable;
    /// A value that fits the type goes into the configuration. Gives what the key takes if it does
    /// not like it, else nothing.
    QString (*set)(const ConfigValue& value, ServerConfig& config);
    /// What it does and what it costs.
    const char* text;
};

struct ConfigSection {
    const char* title;
    std::span<const ConfigKey> keys;
};

std::span<const ConfigSection> configSections();

/// Null: no such key.
const ConfigKey* findConfigKey(const QString& name);
/// The known name with the fewest edits, if there are few enough for a slip; else empty.
QString nearestName(const QString& name, const QStringList& known);
QStringList configKeyNames();
QString environmentName(const ConfigKey& key);

/// The configuration file that is the manual: every key with its text, commented out at its
/// default.
QString configManual();

} // namespace impulse::server
