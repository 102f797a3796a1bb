// The storage and the server's core on a real PostgreSQL server, which is started here. Apart from
// the unit tests, which start no programs.
#include "tests/postgres/Cluster.h"
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

int main(int argc, char* argv[])
{
    QCoreApplication application(argc, argv);
    const auto missing = impulse::test::PostgresServer::missing();
    if (!missing.isEmpty()) {
        std::printf("skipped: %s\n", missing.toLocal8Bit().constData());
        return 0;
    }
    impulse::test::PostgresServer server;
    if (!server.isRunning()) {
        std::fprintf(stderr, "PostgreSQL does not start\n");
        return 1;
    }
    impulse::test::running = &server;
    return impulse::test::runTests(argc, argv);
}
