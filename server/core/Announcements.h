#pragma once

#include "server/core/ports/EventBus.h"
#include "server/core/ports/Store.h"

/// Deliveries that are made from what is stored.
namespace impulse::server {

/// An entry as it is on the wire: seq u64, label, hash of the list.
decltype(protocol::DirectoryPush::entry) wireEntry(const DirectoryEntry& entry);

/// Tells everybody whom `owner` accepted how he looks now. `lastSeenMs`: when he went, if the store
/// does not know it yet.
void announcePresence(const Store& store, const UserId& owner,
                      std::optional<std::uint64_t> lastSeenMs, Deliveries& out);
/// Tells `peer` alone, after the owner accepted him or took it back.
void announcePresenceTo(const Store& store, const UserId& peer, const UserId& owner, bool accepted,
                        Deliveries& out);

void announceErased(const Store& store, const Conversation& conversation,
                    const std::vector<std::uint64_t>& seqs, Deliveries& out);

} // namespace impulse::server
