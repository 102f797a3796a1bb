#include "server/storage/SqlInvites.h"

#include "server/storage/SqlIds.h"

namespace impulse::server {

bool SqlInvites::isUsable(const InviteHash& hash, std::uint64_t nowMs) const
{
    Statement statement(m_connection, "SELECT 1 FROM invites WHERE code_hash = ? "
                                      "AND uses_left > 0 AND expires_ms > ?");
    return statement.bind(hash).bind(nowMs).next();
}

void SqlInvites::insert(const NewInvite& invite)
{
    Statement statement(m_connection, "INSERT INTO invites (code_hash, maker, uses_left, "
                                      "expires_ms) VALUES (?, ?, ?, ?)");
    statement.bind(invite.hash);
    if (invite.maker)
        statement.bind(rows::account(m_connection, *invite.maker));
    else
        statement.bindNull();
    statement.bind(invite.uses).bind(invite.expiresMs).run();
}

bool SqlInvites::use(const InviteHash& hash, std::uint64_t nowMs)
{
    Statement statement(m_connection, "UPDATE invites SET uses_left = uses_left - 1 "
                                      "WHERE code_hash = ? AND uses_left > 0 AND expires_ms > ?");
    return statement.bind(hash).bind(nowMs).run() && statement.changedRows() == 1;
}

bool SqlInvites::revoke(const InviteHash& hash)
{
    Statement statement(m_connection, "DELETE FROM invites WHERE code_hash = ?");
    return statement.bind(hash).run() && statement.changedRows() == 1;
}

void SqlInvites::prune(std::uint64_t nowMs)
{
    Statement(m_connection, "DELETE FROM invites WHERE uses_left = 0 OR expires_ms <= ?")
        .bind(nowMs)
        .run();
}

} // namespace impulse::server
