#include "server/storage/CommitMark.h"

#include <QRandomGenerator>
#include <QtEndian>

namespace impulse::server {

namespace {
constexpr std::size_t half = 8;
}

CommitMark::CommitMark(SqlConnection& connection) : m_connection(connection), m_value(2 * half)
{
    // It only has to differ from what other servers wrote.
    qToBigEndian(QRandomGenerator::system()->generate64(), m_value.data());
}

bool CommitMark::write()
{
    if (!m_connection.isPostgreSql())
        return true;
    qToBigEndian(++m_count, m_value.data() + half);
    return Statement(m_connection, "INSERT INTO meta (name, value) VALUES ('last_commit', ?) "
                                   "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(View(m_value))
        .run();
}

std::optional<bool> CommitMark::wasCommitted()
{
    m_connection.clearFailure();
    std::optional<bool> result;
    {
        Statement statement(m_connection, "SELECT value FROM meta WHERE name = 'last_commit'");
        const bool found = statement.next();
        if (!m_connection.failed())
            result = found && statement.bytes(0) == m_value;
    }
    m_connection.clearFailure();
    return result;
}

} // namespace impulse::server
