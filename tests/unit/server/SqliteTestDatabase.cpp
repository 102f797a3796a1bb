#include "server/storage/DatabaseFile.h"
#include "tests/support/Catch.h"
#include "tests/support/TestDatabase.h"

#include <QFile>
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

void TestDatabase::backUp()
{
    const auto copy = m_place->folder.filePath(QStringLiteral("backup.db"));
    QFile::remove(copy);
    auto connection = server::SqlConnection::open(address(), server::SqlMode::ReadWrite);
    REQUIRE(connection);
    REQUIRE((*connection)->executeOnce(QStringLiteral("VACUUM INTO '%1'").arg(copy)));
}

void TestDatabase::restore()
{
    for (const auto& suffix : {QString(), QStringLiteral("-wal"), QStringLiteral("-shm")})
        QFile::remove(address().path + suffix);
    REQUIRE(QFile::copy(m_place->folder.filePath(QStringLiteral("backup.db")), address().path));
}

} // namespace impulse::test
