#pragma once

#include "server/storage/StorageAddress.h"

#include <memory>

namespace impulse::test {

/// A prepared, empty database of a test's own: of SQLite in impulse-unit-server, of a PostgreSQL
/// server in impulse-postgres-tests. Each program has an implementation; the tests are the same.
class TestDatabase {
public:
    TestDatabase();
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    const server::StorageAddress& address() const;
    /// Keeps a copy, while others use it.
    void backUp();
    /// Puts the copy back. Nobody is connected.
    void restore();

private:
    struct Place;
    const std::unique_ptr<Place> m_place;
};

} // namespace impulse::test
