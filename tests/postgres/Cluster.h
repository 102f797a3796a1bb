#pragma once

#include "tests/support/PostgresServer.h"

namespace impulse::test {

/// The server of this test program, which main() started.
PostgresServer& cluster();

/// A database without tables, as an operator makes it.
class EmptyDatabase {
public:
    EmptyDatabase()
    {
        static int count = 0;
        m_name = QStringLiteral("empty%1").arg(++count);
        m_address = cluster().createDatabase(m_name);
    }
    ~EmptyDatabase() { cluster().dropDatabase(m_name); }
    EmptyDatabase(const EmptyDatabase&) = delete;
    EmptyDatabase& operator=(const EmptyDatabase&) = delete;

    const QString& name() const { return m_name; }
    const server::StorageAddress& address() const { return m_address; }
    /// For --storage.
    QString url() const { return cluster().url(m_name); }

private:
    QString m_name;
    server::StorageAddress m_address{QString()};
};

} // namespace impulse::test
