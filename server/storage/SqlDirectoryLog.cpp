#include "server/storage/SqlDirectoryLog.h"

#include "server/storage/SqlIds.h"

namespace impulse::server {

std::uint64_t SqlDirectoryLog::lastSeq() const
{
    Statement statement(m_connection, "SELECT coalesce(max(seq), 0) FROM directory");
    return statement.next() ? statement.integer(0) : 0;
}

std::vector<DirectoryEntry> SqlDirectoryLog::entries(std::uint64_t after, std::size_t limit) const
{
    Statement statement(m_connection, "SELECT seq, label, list_hash FROM directory WHERE seq > ? "
                                      "ORDER BY seq LIMIT ?");
    statement.bind(after).bind(std::uint64_t{limit});
    std::vector<DirectoryEntry> result;
    while (statement.next()) {
        result.push_back(
            {statement.integer(0), statement.fixed<Hash32>(1), statement.fixed<Hash32>(2)});
    }
    return result;
}

std::uint64_t SqlDirectoryLog::version(const UserId& user) const
{
    if (const auto* known = m_versions.find(user))
        return *known;
    Statement statement(m_connection,
                        "SELECT coalesce(max(version), 0) FROM directory "
                        "WHERE account = (SELECT id FROM accounts WHERE user_id = ?)");
    if (!statement.bind(user).next())
        return 0;
    const auto version = statement.integer(0);
    m_versions.put(user, version);
    return version;
}

std::optional<StoredList> SqlDirectoryLog::latest(const UserId& user) const
{
    Statement statement(m_connection, "SELECT list, list_hash FROM directory "
                                      "WHERE account = (SELECT id FROM accounts WHERE user_id = ?) "
                                      "ORDER BY version DESC LIMIT 1");
    if (!statement.bind(user).next() || statement.isNull(0))
        return std::nullopt;
    return StoredList{statement.bytes(0), statement.fixed<Hash32>(1)};
}

std::optional<LoggedList> SqlDirectoryLog::latestAt(const UserId& user, std::uint64_t seq) const
{
    Statement statement(m_connection, "SELECT list, list_hash, seq FROM directory "
                                      "WHERE account = (SELECT id FROM accounts WHERE user_id = ?) "
                                      "AND seq <= ? ORDER BY version DESC LIMIT 1");
    if (!statement.bind(user).bind(seq).next() || statement.isNull(0))
        return std::nullopt;
    return LoggedList{statement.bytes(0), statement.fixed<Hash32>(1), statement.integer(2)};
}

std::vector<Bytes> SqlDirectoryLog::lists(const UserId& user, std::uint64_t afterVersion,
                                          std::size_t limit) const
{
    Statement statement(m_connection,
                        "SELECT list FROM directory "
                        "WHERE account = (SELECT id FROM accounts WHERE user_id = ?) "
                        "AND version > ? AND list IS NOT NULL ORDER BY version LIMIT ?");
    statement.bind(user).bind(afterVersion).bind(std::uint64_t{limit});
    std::vector<Bytes> result;
    while (statement.next())
        result.push_back(statement.bytes(0));
    return result;
}

std::uint64_t SqlDirectoryLog::countSince(const UserId& user, std::uint64_t sinceMs) const
{
    Statement statement(m_connection, "SELECT count(*) FROM directory "
                                      "WHERE account = (SELECT id FROM accounts WHERE user_id = ?) "
                                      "AND server_ms >= ?");
    return statement.bind(user).bind(sinceMs).next() ? statement.integer(0) : 0;
}

std::vector<DeviceId> SqlDirectoryLog::devices(const UserId& user) const
{
    if (const auto* known = m_devices.find(user))
        return *known;
    Statement statement(m_connection, "SELECT device_id FROM devices "
                                      "WHERE account = (SELECT id FROM accounts WHERE user_id = ?) "
                                      "AND is_current = 1 ORDER BY device_id");
    statement.bind(user);
    std::vector<DeviceId> result;
    while (statement.next())
        result.push_back(statement.fixed<DeviceId>(0));
    if (!m_connection.failed())
        m_devices.put(user, result);
    return result;
}

std::uint64_t SqlDirectoryLog::append(const NewDirectoryEntry& entry)
{
    const auto seq = lastSeq() + 1;
    const auto account = rows::account(m_connection, entry.user);
    std::uint64_t version = 0;
    {
        Statement last(m_connection,
                       "SELECT coalesce(max(version), 0) FROM directory WHERE label = ?");
        version = (last.bind(entry.label).next() ? last.integer(0) : 0) + 1;
    }
    Statement insert(m_connection,
                     "INSERT INTO directory (seq, account, version, label, list_hash, list, "
                     "server_ms) VALUES (?, ?, ?, ?, ?, ?, ?)");
    insert.bind(seq);
    // Without an account only for the label of nobody: a missing one is a broken constraint.
    entry.user.isZero() ? insert.bindNull() : insert.bind(account);
    insert.bind(version).bind(entry.label).bind(entry.listHash);
    if (entry.list.empty())
        insert.bindNull();
    else
        insert.bind(entry.list);
    insert.bind(entry.serverMs).run();
    m_versions.erase(entry.user);
    if (entry.user.isZero())
        return seq;
    setDevices(entry.user, account, entry.devices);
    return seq;
}

void SqlDirectoryLog::setDevices(const UserId& user, std::uint64_t account,
                                 const std::vector<DeviceId>& devices)
{
    Statement(m_connection, "UPDATE devices SET is_current = 0 WHERE account = ?")
        .bind(account)
        .run();
    for (const auto& device : devices) {
        const auto row = rows::ensureDevice(m_connection, device);
        Statement(m_connection, "UPDATE devices SET account = ?, is_current = 1 WHERE id = ?")
            .bind(account)
            .bind(row)
            .run();
    }
    m_devices.erase(user);
    if (m_changed)
        m_changed(user);
}

std::optional<UserId> SqlDirectoryLog::userOf(const Hash32& label) const
{
    Statement statement(m_connection,
                        "SELECT accounts.user_id FROM directory "
                        "JOIN accounts ON accounts.id = directory.account "
                        "WHERE directory.label = ? ORDER BY directory.version LIMIT 1");
    return statement.bind(label).next() ? std::optional(statement.fixed<UserId>(0)) : std::nullopt;
}

std::vector<LabelEntry> SqlDirectoryLog::history(const Hash32& label) const
{
    Statement statement(m_connection, "SELECT seq, list_hash, list IS NOT NULL FROM directory "
                                      "WHERE label = ? ORDER BY version");
    statement.bind(label);
    std::vector<LabelEntry> result;
    while (statement.next()) {
        result.push_back(
            {statement.integer(0), statement.fixed<Hash32>(1), statement.integer(2) != 0});
    }
    return result;
}

void SqlDirectoryLog::supplyList(const Hash32& label, const Hash32& listHash, View list,
                                 const std::vector<DeviceId>& devices)
{
    Statement(m_connection,
              "UPDATE directory SET list = ? WHERE label = ? AND list_hash = ? AND list IS NULL")
        .bind(list)
        .bind(label)
        .bind(listHash)
        .run();
    std::uint64_t account = 0;
    UserId user;
    {
        Statement newest(m_connection,
                         "SELECT directory.list_hash, directory.account, accounts.user_id "
                         "FROM directory JOIN accounts ON accounts.id = directory.account "
                         "WHERE directory.label = ? ORDER BY directory.version DESC LIMIT 1");
        if (newest.bind(label).next() && newest.fixed<Hash32>(0) == listHash) {
            account = newest.integer(1);
            user = newest.fixed<UserId>(2);
        }
    }
    if (account != 0)
        setDevices(user, account, devices);
}

void SqlDirectoryLog::claim(const Hash32& label, const UserId& user)
{
    Statement(m_connection, "UPDATE directory SET account = ? WHERE label = ?")
        .bind(rows::account(m_connection, user))
        .bind(label)
        .run();
    m_versions.erase(user);
    m_devices.erase(user);
    if (m_changed)
        m_changed(user);
}

} // namespace impulse::server
