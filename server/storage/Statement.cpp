#include "server/storage/SqlConnection.h"

#include <QSqlError>

#include <algorithm>

namespace impulse::server {

Statement::Statement(SqlConnection& connection, const char* sql)
    : m_connection(connection), m_sql(sql)
{
    const bool failedBefore = connection.failed();
    if (connection.isUsable())
        m_prepared = connection.prepared(sql);
    if (!m_prepared && !failedBefore && connection.mayRepeat())
        m_prepared = connection.prepared(sql);
}

Statement::~Statement()
{
    // An open cursor would keep a read transaction open, and the WAL from being emptied.
    if (m_prepared)
        m_prepared->query.finish();
}

Statement& Statement::bind(std::uint64_t value)
{
    return bindVariant(static_cast<qlonglong>(value));
}

Statement& Statement::bind(View value)
{
    // A null QByteArray would be stored as NULL.
    return bindVariant(value.empty()
                           ? QByteArray("", 0)
                           : QByteArray::fromRawData(reinterpret_cast<const char*>(value.data()),
                                                     static_cast<qsizetype>(value.size())));
}

Statement& Statement::bind(std::string_view text)
{
    return bindVariant(text.empty()
                           ? QStringLiteral("")
                           : QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())));
}

Statement& Statement::bindNull()
{
    return bindVariant(QVariant());
}

Statement& Statement::bindVariant(const QVariant& value)
{
    if (m_prepared)
        m_prepared->query.bindValue(m_connection.parameterName(m_bound++), value);
    return *this;
}

bool Statement::run()
{
    m_ran = true;
    if (!m_prepared || m_connection.failed())
        return false;
    if (m_prepared->writes && !m_connection.prepareToWrite())
        return false;
    if (m_prepared->query.exec())
        return true;
    m_connection.fail(m_prepared->query.lastError());
    return runAgain();
}

bool Statement::runAgain()
{
    const auto values = m_prepared->query.boundValues();
    if (!m_connection.mayRepeat())
        return false;
    m_prepared = m_connection.prepared(m_sql);
    if (!m_prepared)
        return false;
    std::size_t parameter = 0;
    for (const auto& value : values)
        m_prepared->query.bindValue(m_connection.parameterName(parameter++), value);
    if (m_prepared->query.exec())
        return true;
    m_connection.fail(m_prepared->query.lastError());
    return false;
}

bool Statement::next()
{
    if (!m_ran && !run())
        return false;
    if (m_prepared->query.next())
        return true;
    if (m_prepared->query.lastError().isValid())
        m_connection.fail(m_prepared->query.lastError());
    return false;
}

std::uint64_t Statement::changedRows() const
{
    return static_cast<std::uint64_t>(std::max(0, m_prepared->query.numRowsAffected()));
}

std::uint64_t Statement::integer(int column) const
{
    return static_cast<std::uint64_t>(m_prepared->query.value(column).toLongLong());
}

bool Statement::isNull(int column) const
{
    return m_prepared->query.isNull(column);
}

Bytes Statement::bytes(int column) const
{
    const auto value = m_prepared->query.value(column).toByteArray();
    return {value.begin(), value.end()};
}

std::string Statement::text(int column) const
{
    return m_prepared->query.value(column).toString().toStdString();
}

} // namespace impulse::server
