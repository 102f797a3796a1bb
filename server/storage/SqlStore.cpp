#include "server/storage/SqlStore.h"

#include "common/crypto/Codec.h"

namespace impulse::server {

SqlStore::SqlStore(SqlConnection& connection)
    : m_connection(connection), m_accounts(connection), m_directory(connection),
      m_prekeys(connection), m_contacts(connection), m_conversations(connection),
      m_groups(connection, m_conversations), m_mailboxes(connection), m_invites(connection),
      m_handIns(connection), m_loginFailures(connection)
{
    connection.setBeforeSavepoint([this] { return m_conversations.flush(); });
    m_directory.setChanged([this](const UserId& user) { m_groups.devicesChanged(user); });
}

bool SqlStore::takeFailure() const
{
    const bool failed = m_connection.failed();
    m_connection.clearFailure();
    return failed;
}

IncarnationId SqlStore::incarnation() const
{
    Statement statement(m_connection, "SELECT value FROM meta WHERE name = 'incarnation'");
    return statement.next() ? statement.fixed<IncarnationId>(0) : IncarnationId{};
}

void SqlStore::setIncarnation(const IncarnationId& incarnation)
{
    Statement(m_connection, "INSERT INTO meta (name, value) VALUES ('incarnation', ?) "
                            "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(incarnation)
        .run();
}

void SqlStore::setRestored(const IncarnationId& incarnation, std::uint64_t ms)
{
    // One statement: never one without the other.
    Statement(m_connection, "INSERT INTO meta (name, value) VALUES ('incarnation', ?), "
                            "('restored_ms', ?) "
                            "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(incarnation)
        .bind(crypto::be64(ms))
        .run();
}

} // namespace impulse::server
