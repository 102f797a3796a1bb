#pragma once

#include "server/storage/DatabaseFile.h"

namespace impulse::server {

/// See prepareDatabase().
Result<void, DatabaseFailure> preparePostgreSql(const StorageAddress& address);

/// Has a server of ours used it before?
Result<bool, DatabaseFailure> postgreSqlExists(const StorageAddress& address);

} // namespace impulse::server
