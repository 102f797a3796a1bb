#include "tests/support/CatchRunner.h"
#include "tests/ui/UiEnvironment.h"

namespace impulse::test {

namespace {

UiEnvironment* current = nullptr;

} // namespace

UiEnvironment& environment()
{
    return *current;
}

} // namespace impulse::test

int main(int argc, char** argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    QApplication application(argc, argv);
    impulse::test::UiEnvironment environment(application);
    impulse::test::current = &environment;
    return impulse::test::runTests(argc, argv);
}
