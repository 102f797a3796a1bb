// Catch2 inside a QCoreApplication, which processes need.
#include <QCoreApplication>

#ifndef IMPULSE_CATCH2_V3
#define CATCH_CONFIG_RUNNER
#endif
#include "tests/support/Catch.h"

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    return Catch::Session().run(argc, argv);
}
