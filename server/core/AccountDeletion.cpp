#include "server/core/AccountDeletion.h"

#include "server/core/Announcements.h"
#include "server/core/KeyChecks.h"
#include "server/core/Recovery.h"

namespace impulse::server {

using protocol::ErrorCode;

NewDirectoryEntry deletionEntry(const Services& services, const UserId& user)
{
    NewDirectoryEntry entry;
    entry.user = user;
    entry.label = directoryLabel(services.keys.serverId, user);
    entry.serverMs = services.clock.nowMs();
    return entry;
}

Outcome<protocol::Done> storeDeletion(Store& store, const NewDirectoryEntry& entry,
                                      std::uint64_t retryMs, Deliveries& out)
{
    const auto& user = entry.user;
    IMPULSE_CHECK(checkAppends(store, retryMs));
    if (!store.accounts().username(user))
        return Failure{refusal(ErrorCode::Unauthorized)};
    for (const auto& device : store.directory().devices(user)) {
        store.prekeys().erase(device);
        store.mailboxes().erase(device);
    }
    for (const auto& peer : store.contacts().audience(user))
        announcePresenceTo(store, peer, user, false, out);
    const auto seq = store.directory().append(entry);
    out.push_back(DirectoryDelivery{{seq, entry.label, entry.listHash}});
    out.push_back(AccountClosingDelivery{user, ErrorCode::Unauthorized});
    store.contacts().erase(user);
    store.accounts().erase(user);
    return protocol::Done{};
}

} // namespace impulse::server
