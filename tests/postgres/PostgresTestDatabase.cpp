#include "server/storage/DatabaseFile.h"
#include "tests/postgres/Cluster.h"
#include "tests/support/Catch.h"
#include "tests/support/TestDatabase.h"

namespace impulse::test {

struct TestDatabase::Place {
    QString name;
    server::StorageAddress address{QString()};
};

TestDatabase::TestDatabase() : m_place(std::make_unique<Place>())
{
    // Prepared once, then copied.
    static const QString model = [] {
        const auto name = QStringLiteral("model");
        REQUIRE(server::prepareDatabase(cluster().createDatabase(name)));
        return name;
    }();
    static int count = 0;
    m_place->name = QStringLiteral("test%1").arg(++count);
    m_place->address = cluster().createDatabase(m_place->name, model);
    REQUIRE(server::prepareDatabase(m_place->address));
}

TestDatabase::~TestDatabase()
{
    cluster().dropDatabase(m_place->name);
}

const server::StorageAddress& TestDatabase::address() const
{
    return m_place->address;
}

void TestDatabase::backUp()
{
    REQUIRE(cluster().dump(m_place->name));
}

void TestDatabase::restore()
{
    cluster().dropDatabase(m_place->name);
    cluster().createDatabase(m_place->name);
    REQUIRE(cluster().load(m_place->name));
}

} // namespace impulse::test
