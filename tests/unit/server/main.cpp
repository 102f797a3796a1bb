// Sockets and SQL drivers need an application object.
#include "tests/support/CatchRunner.h"

#include <QCoreApplication>

int main(int argc, char* argv[])
{
    QCoreApplication application(argc, argv);
    return impulse::test::runTests(argc, argv);
}
