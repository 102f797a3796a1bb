#include "server/storage/SqlMailboxes.h"

#include "server/storage/SqlIds.h"

#include <algorithm>
#include <limits>

namespace impulse::server {

std::uint64_t SqlMailboxes::last(const DeviceId& device) const
{
    Statement statement(m_connection,
                        "SELECT coalesce(max(number), 0) FROM mailbox "
                        "WHERE device = (SELECT id FROM devices WHERE device_id = ?)");
    return statement.bind(device).next() ? statement.integer(0) : 0;
}

protocol::MailboxPage SqlMailboxes::page(const DeviceId& device, std::uint64_t after,
                                         std::size_t limit, std::size_t maxBytes) const
{
    const auto row = rows::device(m_connection, device);
    protocol::MailboxPage result;
    {
        Statement statement(m_connection, "SELECT mailbox_dropped FROM devices WHERE id = ?");
        result.missing = statement.bind(row).next() && statement.integer(0) > after;
    }
    Statement statement(m_connection, "SELECT number, server_ms, aad, body, wrap FROM mailbox "
                                      "WHERE device = ? AND number > ? ORDER BY number LIMIT ?");
    // One more than wanted tells whether there is more.
    statement.bind(row).bind(after).bind(std::uint64_t{limit} + 1);
    std::size_t bytes = 0;
    while (statement.next()) {
        protocol::MailboxEntry entry{statement.integer(0), statement.integer(1), statement.bytes(2),
                                     statement.bytes(3), statement.bytes(4)};
        bytes += entry.aad.size() + entry.body.size() + entry.wrap.size();
        if (result.entries.size() == limit || (bytes > maxBytes && !result.entries.empty())) {
            result.more = true;
            break;
        }
        result.entries.push_back(std::move(entry));
    }
    return result;
}

std::uint64_t SqlMailboxes::append(const DeviceId& device, const NewMailboxEntry& entry,
                                   const MailboxBounds& bounds)
{
    const auto row = rows::ensureDevice(m_connection, device);
    std::uint64_t number = 0;
    std::uint64_t bytes = 0;
    {
        Statement statement(m_connection, "UPDATE devices SET mailbox_last = mailbox_last + 1, "
                                          "mailbox_bytes = mailbox_bytes + ? WHERE id = ? "
                                          "RETURNING mailbox_last, mailbox_bytes");
        statement.bind(std::uint64_t{entry.aad.size() + entry.body.size() + entry.wrap.size()});
        if (!statement.bind(row).next())
            return 0;
        number = statement.integer(0);
        bytes = statement.integer(1);
    }
    Statement(m_connection, "INSERT INTO mailbox (device, number, server_ms, aad, body, wrap) "
                            "VALUES (?, ?, ?, ?, ?, ?)")
        .bind(row)
        .bind(number)
        .bind(entry.serverMs)
        .bind(entry.aad)
        .bind(entry.body)
        .bind(entry.wrap)
        .run();
    // Entries have no holes in between, so the numbers tell how many there are at most.
    auto upTo = number > bounds.entries ? number - bounds.entries : 0;
    if (bytes > bounds.bytes)
        upTo = std::max(upTo, lastOfOldest(row, bytes - bounds.bytes));
    if (upTo > 0)
        drop(row, std::min(upTo, number - 1));
    return number;
}

std::uint64_t SqlMailboxes::lastOfOldest(std::uint64_t device, std::uint64_t excess) const
{
    Statement statement(m_connection, "SELECT number, length(aad) + length(body) + length(wrap) "
                                      "FROM mailbox WHERE device = ? ORDER BY number");
    statement.bind(device);
    std::uint64_t number = 0;
    for (std::uint64_t bytes = 0; bytes < excess && statement.next(); bytes += statement.integer(1))
        number = statement.integer(0);
    return number;
}

bool SqlMailboxes::remove(std::uint64_t device, std::uint64_t upTo)
{
    std::uint64_t bytes = 0;
    bool any = false;
    {
        Statement statement(m_connection, "DELETE FROM mailbox WHERE device = ? AND number <= ? "
                                          "RETURNING length(aad) + length(body) + length(wrap)");
        for (statement.bind(device).bind(upTo); statement.next(); any = true)
            bytes += statement.integer(0);
    }
    if (any) {
        Statement(m_connection, "UPDATE devices SET mailbox_bytes = mailbox_bytes - ? WHERE id = ?")
            .bind(bytes)
            .bind(device)
            .run();
    }
    return any;
}

void SqlMailboxes::drop(std::uint64_t device, std::uint64_t upTo)
{
    if (!remove(device, upTo))
        return;
    Statement(m_connection,
              "UPDATE devices SET mailbox_dropped = ? WHERE id = ? AND mailbox_dropped < ?")
        .bind(upTo)
        .bind(device)
        .bind(upTo)
        .run();
}

void SqlMailboxes::acknowledge(const DeviceId& device, std::uint64_t upTo)
{
    remove(rows::device(m_connection, device), upTo);
}

std::size_t SqlMailboxes::dropOlderThan(std::uint64_t ms, std::size_t limit)
{
    struct Row {
        std::uint64_t device;
        std::uint64_t number;
    };
    std::vector<Row> old;
    {
        // Ids ascend with time: the first entry that is young enough ends the search.
        Statement statement(m_connection, "SELECT device, number, server_ms FROM mailbox "
                                          "ORDER BY id LIMIT ?");
        statement.bind(std::uint64_t{limit});
        while (statement.next() && statement.integer(2) < ms)
            old.push_back({statement.integer(0), statement.integer(1)});
    }
    for (const auto& row : old)
        drop(row.device, row.number);
    return old.size();
}

void SqlMailboxes::erase(const DeviceId& device)
{
    remove(rows::device(m_connection, device), std::numeric_limits<std::int64_t>::max());
}

} // namespace impulse::server
