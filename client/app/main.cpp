#include "client/app/ApplicationController.h"
#include "client/storage/KeychainSecretStore.h"
#include "client/ui/theme/Language.h"
#include "client/ui/theme/Theme.h"

#include <QApplication>

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("Impulse"));
    QApplication::setApplicationVersion(QStringLiteral(IMPULSE_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("impulse"));
    int exitCode = 0;
    const auto options
        = impulse::app::readStartOptions(QApplication::arguments(), exitCode);
    if (!options) {
        return exitCode;
    }
    impulse::ui::LanguageSwitch languages(application);
    impulse::ui::Theme theme;
    theme.install(application);
    impulse::client::KeychainSecretStore secrets;
    impulse::app::ApplicationController controller(theme, languages, secrets, *options);
    // Windows come and go while one flow hands over to the next; only the controller ends it.
    QApplication::setQuitOnLastWindowClosed(false);
    QObject::connect(&controller, &impulse::app::ApplicationController::finished, &application,
                     [](int code) { QApplication::exit(code); }, Qt::QueuedConnection);
    controller.start();
    return QApplication::exec();
}
