#pragma once

#include "server/app/ServerProgram.h"

namespace impulse::server {

/// `impulse-server migrate-storage --from URL --to URL [--storage-password-file FILE]`: copies the
/// whole database of a stopped server to another place and leaves the first as it is. `arguments`
/// follow the command's name. `progress` gets lines for the operator. Blocking.
Result<void, ProgramFailure> migrateStorage(const QStringList& arguments,
                                            const std::function<void(const QString&)>& progress);

} // namespace impulse::server
