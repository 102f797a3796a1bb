#include "server/storage/SqlPrekeys.h"

#include "server/storage/SqlIds.h"

namespace impulse::server {

std::optional<StoredPrekey> SqlPrekeys::signedPrekey(const DeviceId& device) const
{
    Statement statement(m_connection,
                        "SELECT signed_prekey_id, signed_prekey FROM devices WHERE device_id = ?");
    if (!statement.bind(device).next() || statement.isNull(1))
        return std::nullopt;
    return StoredPrekey{statement.integer(0), statement.bytes(1)};
}

std::vector<std::uint64_t> SqlPrekeys::oneTimeIds(const DeviceId& device) const
{
    Statement statement(m_connection, "SELECT prekey_id FROM one_time_prekeys "
                                      "WHERE device = (SELECT id FROM devices WHERE device_id = ?) "
                                      "ORDER BY prekey_id");
    statement.bind(device);
    std::vector<std::uint64_t> result;
    while (statement.next())
        result.push_back(statement.integer(0));
    return result;
}

std::uint64_t SqlPrekeys::highestOneTimeId(const DeviceId& device) const
{
    Statement statement(m_connection,
                        "SELECT highest_one_time_id FROM devices WHERE device_id = ?");
    return statement.bind(device).next() ? statement.integer(0) : 0;
}

void SqlPrekeys::setSignedPrekey(const DeviceId& device, const StoredPrekey& prekey)
{
    const auto row = rows::ensureDevice(m_connection, device);
    Statement(m_connection,
              "UPDATE devices SET signed_prekey_id = ?, signed_prekey = ? WHERE id = ?")
        .bind(prekey.id)
        .bind(prekey.bytes)
        .bind(row)
        .run();
}

void SqlPrekeys::addOneTime(const DeviceId& device, const StoredPrekey& prekey)
{
    const auto row = rows::ensureDevice(m_connection, device);
    Statement(m_connection,
              "INSERT INTO one_time_prekeys (device, prekey_id, prekey) VALUES (?, ?, ?)")
        .bind(row)
        .bind(prekey.id)
        .bind(prekey.bytes)
        .run();
    Statement(m_connection, "UPDATE devices SET highest_one_time_id = ? "
                            "WHERE id = ? AND highest_one_time_id < ?")
        .bind(prekey.id)
        .bind(row)
        .bind(prekey.id)
        .run();
}

std::optional<StoredPrekey> SqlPrekeys::takeOneTime(const DeviceId& device)
{
    const auto row = rows::device(m_connection, device);
    std::optional<StoredPrekey> result;
    {
        Statement statement(m_connection, "SELECT prekey_id, prekey FROM one_time_prekeys "
                                          "WHERE device = ? ORDER BY prekey_id LIMIT 1");
        if (statement.bind(row).next())
            result = StoredPrekey{statement.integer(0), statement.bytes(1)};
    }
    if (result &&
        !Statement(m_connection, "DELETE FROM one_time_prekeys WHERE device = ? AND prekey_id = ?")
             .bind(row)
             .bind(result->id)
             .run())
        return std::nullopt;
    return result;
}

void SqlPrekeys::clearOneTime(const DeviceId& device)
{
    Statement(m_connection, "DELETE FROM one_time_prekeys WHERE device = ?")
        .bind(rows::device(m_connection, device))
        .run();
}

void SqlPrekeys::erase(const DeviceId& device)
{
    clearOneTime(device);
    Statement(m_connection, "UPDATE devices SET signed_prekey_id = NULL, signed_prekey = NULL "
                            "WHERE device_id = ?")
        .bind(device)
        .run();
}

} // namespace impulse::server
