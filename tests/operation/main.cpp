// Catch2 inside a QCoreApplication, which processes need.
#include "tests/support/CatchRunner.h"

#include <QCoreApplication>

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    return impulse::test::runTests(argc, argv);
}
