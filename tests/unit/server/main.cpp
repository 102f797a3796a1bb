#ifndef IMPULSE_CATCH2_V3
#define CATCH_CONFIG_RUNNER
#endif
#include "tests/support/Catch.h"

#include <QCoreApplication>

// Sockets and SQL drivers need an application object.
int main(int argc, char* argv[])
{
    QCoreApplication application(argc, argv);
    return Catch::Session().run(argc, argv);
}
