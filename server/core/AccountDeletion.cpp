#include "server/core/AccountDeletion.h"

#include "server/core/KeyChecks.h"

namespace impulse::server {

NewDirectoryEntry deletionEntry(const Services& services, const UserId& user)
{
    NewDirectoryEntry entry;
    entry.user = user;
    entry.label = directoryLabel(services.keys.serverId, user);
    entry.serverMs = services.clock.nowMs();
    return entry;
}

Outcome<Deletion> storeDeletion(Store& store, const NewDirectoryEntry& entry)
{
    if (!store.accounts().username(entry.user))
        return Failure{refusal(protocol::ErrorCode::Unauthorized)};
    for (const auto& device : store.directory().devices(entry.user)) {
        store.prekeys().erase(device);
        store.mailboxes().erase(device);
    }
    Deletion result;
    result.audience = store.contacts().audience(entry.user);
    result.entry = {store.directory().append(entry), entry.label, entry.listHash};
    store.contacts().erase(entry.user);
    store.accounts().erase(entry.user);
    return result;
}

void announceDeletion(Services& services, const UserId& user, const Deletion& deletion)
{
    services.router.pushDirectory(deletion.entry);
    for (const auto& peer : deletion.audience)
        services.router.announcePresenceTo(peer, user, false);
    services.router.closeAll(user, protocol::ErrorCode::Unauthorized);
}

} // namespace impulse::server
