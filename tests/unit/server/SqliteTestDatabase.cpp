#include "server/storage/DatabaseFile.h"
#include "tests/support/Catch.h"
#include "tests/support/TestDatabase.h"

#include <QTemporaryDir>

namespace impulse::test {

struct TestDatabase::Place {
    QTemporaryDir folder;
    server::StorageAddress address{folder.filePath(QStringLiteral("impulse.db"))};
};

TestDatabase::TestDatabase() : m_place(std::make_unique<Place>())
{
    REQUIRE(server::prepareDatabase(m_place->address));
}

TestDatabase::~TestDatabase() = default;

const server::StorageAddress& TestDatabase::address() const
{
    return m_place->address;
}

} // namespace impulse::test
