#include "server/core/Announcements.h"

#include "common/protocol/Codec.h"

#include <algorithm>

namespace impulse::server {

decltype(protocol::DirectoryPush::entry) wireEntry(const DirectoryEntry& entry)
{
    decltype(protocol::DirectoryPush::entry) result;
    for (std::size_t i = 0; i < 8; ++i)
        result.data()[i] = static_cast<std::uint8_t>(entry.seq >> (56 - 8 * i));
    std::ranges::copy(entry.label.view(), result.data() + 8);
    std::ranges::copy(entry.listHash.view(), result.data() + 40);
    return result;
}

void announcePresence(const Store& store, const UserId& owner,
                      std::optional<std::uint64_t> lastSeenMs, Deliveries& out)
{
    const auto account = store.accounts().find(owner);
    if (!account)
        return;
    for (const auto& peer : store.contacts().audience(owner)) {
        out.push_back(PresenceDelivery{peer, owner, true, account->showLastSeen,
                                       lastSeenMs.value_or(account->lastSeenMs)});
    }
}

void announcePresenceTo(const Store& store, const UserId& peer, const UserId& owner, bool accepted,
                        Deliveries& out)
{
    if (store.contacts().state(peer, owner) == protocol::ContactState::Blocked)
        return;
    const auto account = accepted ? store.accounts().find(owner) : std::nullopt;
    PresenceDelivery push{peer, owner, account.has_value()};
    if (account) {
        push.showLastSeen = account->showLastSeen;
        push.lastSeenMs = account->lastSeenMs;
    }
    out.push_back(push);
}

void announceErased(const Store& store, const Conversation& conversation,
                    const std::vector<std::uint64_t>& seqs, Deliveries& out)
{
    auto frame = protocol::encodePush(protocol::ErasedPush{conversation.id, seqs});
    if (conversation.isGroup) {
        if (const auto roster = store.groups().roster(conversation.id))
            out.push_back(GroupDelivery{conversation.id,
                                        roster->readers,
                                        std::move(frame),
                                        {},
                                        GroupDelivery::WhenSlow::Send});
        return;
    }
    out.push_back(UserDelivery{conversation.first, frame});
    if (conversation.second != conversation.first)
        out.push_back(UserDelivery{conversation.second, frame});
}

} // namespace impulse::server
