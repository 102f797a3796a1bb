#include "server/storage/SqlLoginFailures.h"

#include "server/storage/SqlIds.h"

namespace impulse::server {

namespace {

/// A window that began then or before is over.
std::uint64_t overBefore(std::uint64_t nowMs, std::uint64_t windowMs)
{
    return nowMs < windowMs ? 0 : nowMs - windowMs;
}

} // namespace

FailureCount SqlLoginFailures::of(const UserId& user) const
{
    Statement statement(m_connection,
                        "SELECT since_ms, failures FROM login_failures "
                        "WHERE account = (SELECT id FROM accounts WHERE user_id = ?)");
    if (!statement.bind(user).next())
        return {};
    return {statement.integer(0), statement.integer(1)};
}

void SqlLoginFailures::add(const UserId& user, std::uint64_t nowMs, std::uint64_t windowMs)
{
    const auto account = rows::account(m_connection, user);
    Statement counted(m_connection, "UPDATE login_failures SET failures = failures + 1 "
                                    "WHERE account = ? AND since_ms > ? AND since_ms <= ?");
    counted.bind(account).bind(overBefore(nowMs, windowMs)).bind(nowMs);
    if (!counted.run() || counted.changedRows() == 1)
        return;
    Statement(m_connection, "INSERT INTO login_failures (account, since_ms, failures) "
                            "VALUES (?, ?, 1) ON CONFLICT (account) DO UPDATE SET "
                            "since_ms = excluded.since_ms, failures = 1")
        .bind(account)
        .bind(nowMs)
        .run();
}

void SqlLoginFailures::prune(std::uint64_t nowMs, std::uint64_t windowMs)
{
    Statement(m_connection, "DELETE FROM login_failures WHERE since_ms <= ? OR since_ms > ?")
        .bind(overBefore(nowMs, windowMs))
        .bind(nowMs)
        .run();
}

} // namespace impulse::server
