#include "server/storage/SqlAccounts.h"

namespace impulse::server {

namespace {

std::optional<Account> readAccount(Statement& statement)
{
    if (!statement.next())
        return std::nullopt;
    Account account;
    account.userId = statement.fixed<UserId>(0);
    account.username = statement.text(1);
    account.password = {statement.fixed<protocol::Salt>(2), statement.integer(3),
                        statement.integer(4)};
    account.passwordVerifier = {statement.fixed<protocol::Salt>(5), statement.fixed<Hash32>(6)};
    account.recoveryVerifier = {statement.fixed<protocol::Salt>(7), statement.fixed<Hash32>(8)};
    account.showLastSeen = statement.integer(9) != 0;
    account.lastSeenMs = statement.integer(10);
    return account;
}

std::optional<Bytes> readBytes(Statement& statement)
{
    if (!statement.next() || statement.isNull(0))
        return std::nullopt;
    return statement.bytes(0);
}

} // namespace

std::optional<Account> SqlAccounts::find(const UserId& user) const
{
    Statement statement(m_connection,
                        "SELECT user_id, username, server_salt, ops, mem, verifier_salt, verifier, "
                        "recovery_salt, recovery_verifier, show_last_seen, last_seen_ms "
                        "FROM accounts WHERE user_id = ? AND deleted = 0");
    return readAccount(statement.bind(user));
}

std::optional<Account> SqlAccounts::findByName(std::string_view username) const
{
    Statement statement(m_connection,
                        "SELECT user_id, username, server_salt, ops, mem, verifier_salt, verifier, "
                        "recovery_salt, recovery_verifier, show_last_seen, last_seen_ms "
                        "FROM accounts WHERE username = ? AND deleted = 0");
    return readAccount(statement.bind(username));
}

std::optional<std::string> SqlAccounts::username(const UserId& user) const
{
    if (const auto* known = m_usernames.find(user))
        return *known;
    Statement statement(m_connection,
                        "SELECT username FROM accounts WHERE user_id = ? AND deleted = 0");
    if (!statement.bind(user).next())
        return std::nullopt;
    auto username = statement.text(0);
    m_usernames.put(user, username);
    return username;
}

std::uint64_t SqlAccounts::createdMs(const UserId& user) const
{
    Statement statement(m_connection, "SELECT created_ms FROM accounts WHERE user_id = ?");
    return statement.bind(user).next() ? statement.integer(0) : 0;
}

bool SqlAccounts::isNameTaken(std::string_view username) const
{
    Statement statement(m_connection, "SELECT 1 FROM accounts WHERE username = ?");
    return statement.bind(username).next();
}

bool SqlAccounts::isIdTaken(const UserId& user) const
{
    Statement statement(m_connection, "SELECT 1 FROM accounts WHERE user_id = ?");
    return statement.bind(user).next();
}

std::optional<Bytes> SqlAccounts::rootSlot(const UserId& user) const
{
    Statement statement(m_connection,
                        "SELECT root_slot FROM accounts WHERE user_id = ? AND deleted = 0");
    return readBytes(statement.bind(user));
}

std::optional<Bytes> SqlAccounts::profile(const UserId& user) const
{
    Statement statement(m_connection,
                        "SELECT profile FROM accounts WHERE user_id = ? AND deleted = 0");
    return readBytes(statement.bind(user));
}

bool SqlAccounts::isDisabled(const UserId& user) const
{
    Statement statement(m_connection,
                        "SELECT disabled FROM accounts WHERE user_id = ? AND deleted = 0");
    return statement.bind(user).next() && statement.integer(0) != 0;
}

std::optional<ResetCode> SqlAccounts::resetCode(const UserId& user) const
{
    Statement statement(m_connection, "SELECT reset_hash, reset_expires_ms FROM accounts "
                                      "WHERE user_id = ? AND deleted = 0");
    if (!statement.bind(user).next() || statement.isNull(0))
        return std::nullopt;
    return ResetCode{statement.fixed<ResetHash>(0), statement.integer(1)};
}

void SqlAccounts::setDisabled(const UserId& user, bool disabled)
{
    Statement(m_connection, "UPDATE accounts SET disabled = ? WHERE user_id = ? AND deleted = 0")
        .bind(disabled)
        .bind(user)
        .run();
}

void SqlAccounts::setResetCode(const UserId& user, const ResetCode& code)
{
    Statement(m_connection, "UPDATE accounts SET reset_hash = ?, reset_expires_ms = ? "
                            "WHERE user_id = ? AND deleted = 0")
        .bind(code.hash)
        .bind(code.expiresMs)
        .bind(user)
        .run();
}

void SqlAccounts::insert(const NewAccount& account)
{
    const auto& data = account.account;
    Statement(m_connection,
              "INSERT INTO accounts (user_id, username, server_salt, ops, mem, verifier_salt, "
              "verifier, recovery_salt, recovery_verifier, root_slot, profile, show_last_seen, "
              "last_seen_ms, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(data.userId)
        .bind(data.username)
        .bind(data.password.serverSalt)
        .bind(data.password.ops)
        .bind(data.password.mem)
        .bind(data.passwordVerifier.salt)
        .bind(data.passwordVerifier.value)
        .bind(data.recoveryVerifier.salt)
        .bind(data.recoveryVerifier.value)
        .bind(account.rootSlot)
        .bind(account.profile)
        .bind(data.showLastSeen)
        .bind(data.lastSeenMs)
        .bind(account.createdMs)
        .run();
}

void SqlAccounts::setPassword(const UserId& user, const protocol::PasswordParameters& parameters,
                              const Verifier& verifier)
{
    Statement(m_connection,
              "UPDATE accounts SET server_salt = ?, ops = ?, mem = ?, verifier_salt = ?, "
              "verifier = ?, reset_hash = NULL WHERE user_id = ? AND deleted = 0")
        .bind(parameters.serverSalt)
        .bind(parameters.ops)
        .bind(parameters.mem)
        .bind(verifier.salt)
        .bind(verifier.value)
        .bind(user)
        .run();
}

void SqlAccounts::setRecovery(const UserId& user, View rootSlot, const Verifier& verifier)
{
    Statement(m_connection,
              "UPDATE accounts SET root_slot = ?, recovery_salt = ?, recovery_verifier = ? "
              "WHERE user_id = ? AND deleted = 0")
        .bind(rootSlot)
        .bind(verifier.salt)
        .bind(verifier.value)
        .bind(user)
        .run();
}

void SqlAccounts::setProfile(const UserId& user, View profile)
{
    Statement(m_connection, "UPDATE accounts SET profile = ? WHERE user_id = ? AND deleted = 0")
        .bind(profile)
        .bind(user)
        .run();
}

void SqlAccounts::setShowLastSeen(const UserId& user, bool show)
{
    Statement(m_connection,
              "UPDATE accounts SET show_last_seen = ? WHERE user_id = ? AND deleted = 0")
        .bind(show)
        .bind(user)
        .run();
}

void SqlAccounts::setLastSeen(const UserId& user, std::uint64_t ms)
{
    Statement(m_connection,
              "UPDATE accounts SET last_seen_ms = ? WHERE user_id = ? AND deleted = 0")
        .bind(ms)
        .bind(user)
        .run();
}

void SqlAccounts::erase(const UserId& user)
{
    m_usernames.erase(user);
    Statement(m_connection,
              "UPDATE accounts SET deleted = 1, server_salt = NULL, ops = NULL, mem = NULL, "
              "verifier_salt = NULL, verifier = NULL, recovery_salt = NULL, "
              "recovery_verifier = NULL, root_slot = NULL, profile = NULL, last_seen_ms = 0, "
              "reset_hash = NULL "
              "WHERE user_id = ?")
        .bind(user)
        .run();
}

} // namespace impulse::server
