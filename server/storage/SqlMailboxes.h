#pragma once

#include "server/core/ports/Mailboxes.h"
#include "server/storage/SqlConnection.h"

namespace impulse::server {

/// Lives on its connection's thread.
class SqlMailboxes final : public Mailboxes {
public:
    explicit SqlMailboxes(SqlConnection& connection) : m_connection(connection) {}

    std::uint64_t last(const DeviceId& device) const override;
    protocol::MailboxPage page(const DeviceId& device, std::uint64_t after, std::size_t limit,
                               std::size_t maxBytes) const override;

    std::uint64_t append(const DeviceId& device, const NewMailboxEntry& entry,
                         const MailboxBounds& bounds) override;
    void acknowledge(const DeviceId& device, std::uint64_t upTo) override;
    std::size_t dropOlderThan(std::uint64_t ms, std::size_t limit) override;
    void erase(const DeviceId& device) override;

private:
    /// Deletes entries up to and including a number; false: there were none.
    bool remove(std::uint64_t device, std::uint64_t upTo);
    /// The same, and remembers that they were not read.
    void drop(std::uint64_t device, std::uint64_t upTo);
    /// The number up to which entries have to go for at least `excess` bytes.
    std::uint64_t lastOfOldest(std::uint64_t device, std::uint64_t excess) const;

    SqlConnection& m_connection;
};

} // namespace impulse::server
