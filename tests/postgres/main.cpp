// The storage and the server's core on a real PostgreSQL server, which is started here. Apart from
// the unit tests, which start no programs.
#include "tests/postgres/Cluster.h"
#include "tests/support/Catch.h"
#include "tests/support/CatchRunner.h"

#include <QCoreApplication>

#include <cstdio>

namespace impulse::test {

namespace {
PostgresServer* running = nullptr;
}

PostgresServer& cluster()
{
    return *running;
}

} // namespace impulse::test

TEST_CASE("the storage on PostgreSQL (skipped without it)")
{
    const auto missing = impulse::test::PostgresServer::missing().toStdString();
    if (!missing.empty())
        IMPULSE_SKIP(missing.c_str());
    CHECK(impulse::test::cluster().isRunning());
}

int main(int argc, char* argv[])
{
    QCoreApplication application(argc, argv);
    if (!impulse::test::PostgresServer::missing().isEmpty()) {
        // Only the test that says so.
        char only[] = "the storage on PostgreSQL*";
        char* arguments[] = {argv[0], only, nullptr};
        return impulse::test::runTests(2, arguments);
    }
    impulse::test::PostgresServer server;
    if (!server.isRunning()) {
        std::fprintf(stderr, "PostgreSQL does not start\n");
        return 1;
    }
    impulse::test::running = &server;
    return impulse::test::runTests(argc, argv);
}
