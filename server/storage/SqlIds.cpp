#include "server/storage/SqlIds.h"

namespace impulse::server::rows {

std::uint64_t account(SqlConnection& connection, const UserId& user)
{
    Statement statement(connection, "SELECT id FROM accounts WHERE user_id = ?");
    return statement.bind(user).next() ? statement.integer(0) : 0;
}

std::uint64_t device(SqlConnection& connection, const DeviceId& device)
{
    Statement statement(connection, "SELECT id FROM devices WHERE device_id = ?");
    return statement.bind(device).next() ? statement.integer(0) : 0;
}

std::uint64_t ensureDevice(SqlConnection& connection, const DeviceId& id)
{
    if (const auto row = device(connection, id))
        return row;
    Statement statement(connection, "INSERT INTO devices (device_id) VALUES (?) RETURNING id");
    return statement.bind(id).next() ? statement.integer(0) : 0;
}

std::uint64_t conversation(SqlConnection& connection, const ConversationId& conversation)
{
    Statement statement(connection, "SELECT id FROM conversations WHERE conversation_id = ?");
    return statement.bind(conversation).next() ? statement.integer(0) : 0;
}

} // namespace impulse::server::rows
