#pragma once

#include "common/core/Ids.h"
#include "server/storage/SqlConnection.h"

/// From the ids of the protocol to the small integers that rows refer to. 0: there is none.
namespace impulse::server::rows {

std::uint64_t account(SqlConnection& connection, const UserId& user);
std::uint64_t device(SqlConnection& connection, const DeviceId& device);
/// Makes the row if there is none.
std::uint64_t ensureDevice(SqlConnection& connection, const DeviceId& device);
std::uint64_t conversation(SqlConnection& connection, const ConversationId& conversation);

} // namespace impulse::server::rows
