#include "tests/soak/SoakClient.h"

#include <QCoreApplication>
#include <QDir>

#include <cstdio>

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (app.arguments().size() != 2) {
        std::fprintf(stderr, "usage: impulse-soak-client HOME\n");
        return 2;
    }
    const auto home = app.arguments().at(1);
    QDir().mkpath(home);
    impulse::test::SoakClient client(home);
    return app.exec();
}
