#pragma once

#include "server/core/Services.h"

namespace impulse::server {

/// What a deletion tells others.
struct Deletion {
    DirectoryEntry entry;
    std::vector<UserId> audience;
};

/// The end of an account in the directory log.
NewDirectoryEntry deletionEntry(const Services& services, const UserId& user);
/// In the transaction: takes everything of the account away but its name and id.
Outcome<Deletion> storeDeletion(Store& store, const NewDirectoryEntry& entry);
/// After the commit, on the I/O thread: tells the others and closes the account's sessions.
void announceDeletion(Services& services, const UserId& user, const Deletion& deletion);

} // namespace impulse::server
