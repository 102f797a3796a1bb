#include "tests/demo/Demo.h"

#include <QCoreApplication>

#include <cstdio>

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    const auto arguments = app.arguments();
    if (arguments.size() != 3 || arguments.at(1) != QStringLiteral("--output")) {
        std::fprintf(stderr, "usage: impulse-demo --output FOLDER (it is emptied)\n");
        return 2;
    }
    impulse::demo::Demo demo(arguments.at(2));
    return demo.run();
}
