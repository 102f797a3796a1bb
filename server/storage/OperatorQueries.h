#pragma once

#include "server/core/ports/Invites.h"
#include "server/storage/SqlConnection.h"

#include <vector>

namespace impulse::server {

struct UserRow {
    UserId id;
    std::string username;
    std::uint64_t createdMs = 0;
    std::uint64_t lastSeenMs = 0;
    std::uint64_t devices = 0;
    bool disabled = false;
};

struct InviteRow {
    InviteHash hash;
    /// Empty: the operator.
    std::string maker;
    std::uint64_t usesLeft = 0;
    std::uint64_t expiresMs = 0;
};

struct StoredCounts {
    std::uint64_t schema = 0;
    std::uint64_t accounts = 0;
    std::uint64_t devices = 0;
    std::uint64_t conversations = 0;
    std::uint64_t events = 0;
    std::uint64_t mailboxEntries = 0;
    std::uint64_t directoryEntries = 0;
};

/// Accounts in the order of their names, after one. Failures are kept in the connection.
std::vector<UserRow> userRows(SqlConnection& connection, std::string_view after, std::size_t limit);
std::optional<UserRow> userRow(SqlConnection& connection, std::string_view username);
/// Those that can still be used, in the order of their hashes, after one.
std::vector<InviteRow> inviteRows(SqlConnection& connection, std::uint64_t nowMs,
                                  const InviteHash& after, std::size_t limit);
/// The same from one hash to another, both included.
std::vector<InviteRow> inviteRowsBetween(SqlConnection& connection, std::uint64_t nowMs,
                                         const InviteHash& first, const InviteHash& last,
                                         std::size_t limit);
/// Of a database of PostgreSQL, its indexes included.
std::uint64_t storedBytes(SqlConnection& connection);
/// Reads whole indexes: not for a thread that others wait for.
StoredCounts storedCounts(SqlConnection& connection);

} // namespace impulse::server
