#include "client/app/Program.h"
#include "tests/support/WidgetDriver.h"

#include <QCoreApplication>
#include <QTimer>

// The desktop program, unchanged, in a process in which a driver moves mouse and keys.
namespace {

void startDriver()
{
    QTimer::singleShot(0, qApp, [] { new impulse::test::WidgetDriver(qApp); });
}

} // namespace

Q_COREAPP_STARTUP_FUNCTION(startDriver)

int main(int argc, char** argv)
{
    return impulse::app::run(argc, argv);
}
