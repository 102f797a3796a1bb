#pragma once

#include "server/core/Services.h"

namespace impulse::server {

/// The end of an account in the directory log.
NewDirectoryEntry deletionEntry(const Services& services, const UserId& user);
/// In the transaction: takes everything of the account away but its name and id, tells the others
/// and closes its sessions. Unauthorized if there is no such account (any more), Unavailable for
/// `retryMs` (see Recovery.h) if the directory log must not grow now.
Outcome<protocol::Done> storeDeletion(Store& store, const NewDirectoryEntry& entry,
                                      std::uint64_t retryMs, Deliveries& out);

} // namespace impulse::server
