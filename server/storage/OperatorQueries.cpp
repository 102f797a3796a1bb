#include "server/storage/OperatorQueries.h"

#include "server/storage/Migrations.h"

namespace impulse::server {

namespace {

UserRow readUser(const Statement& statement)
{
    return {statement.fixed<UserId>(0), statement.text(1),    statement.integer(2),
            statement.integer(3),       statement.integer(4), statement.integer(5) != 0};
}

std::vector<InviteRow> readInvites(Statement& statement)
{
    std::vector<InviteRow> rows;
    while (statement.next())
        rows.push_back({statement.fixed<InviteHash>(0), statement.text(1), statement.integer(2),
                        statement.integer(3)});
    return rows;
}

std::uint64_t single(SqlConnection& connection, const char* sql)
{
    Statement statement(connection, sql);
    return statement.next() ? statement.integer(0) : 0;
}

} // namespace

std::vector<UserRow> userRows(SqlConnection& connection, std::string_view after, std::size_t limit)
{
    Statement statement(
        connection,
        "SELECT user_id, username, created_ms, last_seen_ms, (SELECT count(*) FROM devices "
        "WHERE account = accounts.id AND is_current = 1), disabled FROM accounts "
        "WHERE deleted = 0 AND username > ? ORDER BY username LIMIT ?");
    statement.bind(after).bind(std::uint64_t{limit});
    std::vector<UserRow> rows;
    while (statement.next())
        rows.push_back(readUser(statement));
    return rows;
}

std::optional<UserRow> userRow(SqlConnection& connection, std::string_view username)
{
    Statement statement(
        connection,
        "SELECT user_id, username, created_ms, last_seen_ms, (SELECT count(*) FROM devices "
        "WHERE account = accounts.id AND is_current = 1), disabled FROM accounts "
        "WHERE deleted = 0 AND username = ?");
    if (!statement.bind(username).next())
        return std::nullopt;
    return readUser(statement);
}

std::vector<InviteRow> inviteRows(SqlConnection& connection, std::uint64_t nowMs,
                                  const InviteHash& after, std::size_t limit)
{
    Statement statement(connection, "SELECT code_hash, coalesce((SELECT username FROM accounts "
                                    "WHERE id = maker), ''), uses_left, expires_ms FROM invites "
                                    "WHERE code_hash > ? AND uses_left > 0 AND expires_ms > ? "
                                    "ORDER BY code_hash LIMIT ?");
    statement.bind(after).bind(nowMs).bind(std::uint64_t{limit});
    return readInvites(statement);
}

std::vector<InviteRow> inviteRowsBetween(SqlConnection& connection, std::uint64_t nowMs,
                                         const InviteHash& first, const InviteHash& last,
                                         std::size_t limit)
{
    Statement statement(connection, "SELECT code_hash, coalesce((SELECT username FROM accounts "
                                    "WHERE id = maker), ''), uses_left, expires_ms FROM invites "
                                    "WHERE code_hash >= ? AND code_hash <= ? AND uses_left > 0 "
                                    "AND expires_ms > ? ORDER BY code_hash LIMIT ?");
    statement.bind(first).bind(last).bind(nowMs).bind(std::uint64_t{limit});
    return readInvites(statement);
}

std::uint64_t storedBytes(SqlConnection& connection)
{
    return single(connection, "SELECT pg_database_size(current_database())");
}

StoredCounts storedCounts(SqlConnection& connection)
{
    return {migrations::storedVersion(connection),
            single(connection, "SELECT count(*) FROM accounts WHERE deleted = 0"),
            single(connection, "SELECT count(*) FROM devices WHERE is_current = 1"),
            single(connection, "SELECT count(*) FROM conversations"),
            single(connection, "SELECT CAST(coalesce(sum(last_seq - first_seq + 1), 0) "
                               "AS bigint) FROM conversations"),
            single(connection, "SELECT count(*) FROM mailbox"),
            single(connection, "SELECT coalesce(max(seq), 0) FROM directory")};
}

} // namespace impulse::server
