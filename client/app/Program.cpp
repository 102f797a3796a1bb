#include "client/app/Program.h"

#include "client/app/ApplicationController.h"
#include "client/storage/KeychainSecretStore.h"
#include "client/ui/theme/Language.h"
#include "client/ui/theme/Theme.h"
#include "common/core/Logging.h"
#include "common/crypto/Hardening.h"
#include "common/crypto/SelfTest.h"

#include <QApplication>

namespace impulse::app {

int run(int argc, char** argv)
{
    crypto::hardenProcess();
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("Impulse"));
    QApplication::setApplicationVersion(QStringLiteral(IMPULSE_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("impulse"));
    if (const auto broken = crypto::runSelfTest(); !broken.empty()) {
        qCCritical(lcClient) << "the cryptographic self-test failed:"
                             << QLatin1String(broken.data(), static_cast<qsizetype>(broken.size()));
        return 1;
    }
    int exitCode = 0;
    const auto options = readStartOptions(QApplication::arguments(), exitCode);
    if (!options)
        return exitCode;
    ui::LanguageSwitch languages(application);
    ui::Theme theme;
    theme.install(application);
    client::KeychainSecretStore secrets;
    ApplicationController controller(theme, languages, secrets, *options);
    // Windows come and go while one flow hands over to the next; only the controller ends it.
    QApplication::setQuitOnLastWindowClosed(false);
    QObject::connect(&controller, &ApplicationController::finished, &application,
                     [](int code) { QApplication::exit(code); }, Qt::QueuedConnection);
    controller.start();
    return QApplication::exec();
}

} // namespace impulse::app
