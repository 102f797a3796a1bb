#pragma once

#include "common/protocol/EventMessages.h"

namespace impulse::server {

struct NewMailboxEntry {
    std::uint64_t serverMs = 0;
    Bytes aad;
    Bytes body;
    Bytes wrap;
};

/// What one mailbox holds at most, whatever its device does. Bytes are those of AAD, body and wrap.
struct MailboxBounds {
    std::size_t entries = 20'000;
    std::size_t bytes = std::size_t{64} << 20;
};

/// Control envelopes waiting for devices. Each mailbox numbers its entries 1, 2, 3 … without holes
/// and never uses a number again. See Store for threads and failures.
class Mailboxes {
public:
    virtual ~Mailboxes() = default;

    /// Number of the newest entry; 0: empty.
    virtual std::uint64_t last(const DeviceId& device) const = 0;
    /// Entries with a higher number, in order; at most `maxBytes` of AAD, body and wrap together,
    /// but at least one entry if there is any. `missing`: an entry above `after` was dropped.
    virtual protocol::MailboxPage page(const DeviceId& device, std::uint64_t after,
                                       std::size_t limit, std::size_t maxBytes) const = 0;

    /// Appends and returns the number. Above a bound the oldest entries are dropped, never this one.
    virtual std::uint64_t append(const DeviceId& device, const NewMailboxEntry& entry,
                                 const MailboxBounds& bounds) = 0;
    /// Deletes entries up to and including a number. They do not count as dropped.
    virtual void acknowledge(const DeviceId& device, std::uint64_t upTo) = 0;
    /// Drops entries stored before a time, at most `limit`; returns how many.
    virtual std::size_t dropOlderThan(std::uint64_t ms, std::size_t limit) = 0;
    /// All entries of a device that was removed.
    virtual void erase(const DeviceId& device) = 0;
};

} // namespace impulse::server
