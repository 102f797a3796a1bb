#pragma once

#include "client/core/Accounts.h"
#include "client/ui/signin/RecoverWindow.h"
#include "client/ui/signin/SignInTypes.h"

#include <QObject>

#include <memory>
#include <optional>

namespace impulse::ui {
class LanguageSwitch;
class RecoveryCodeStep;
class SignInWindow;
class Theme;
}

namespace impulse::app {

class ServerProbe;

/// From the sign-in window to an open account: registering with the recovery code step, or signing
/// in with the password and then, once the server has taken it, the recovery code (encryption.md
/// 9.3). Owns these windows. Main thread.
class SignInFlow : public QObject {
    Q_OBJECT

public:
    /// `codeCheck` tells whether a typed recovery code has a right checksum.
    SignInFlow(ui::Theme& theme, ui::LanguageSwitch& languages, client::Accounts& accounts,
               ui::RecoverWindow::CodeCheck codeCheck, QObject* parent = nullptr);
    ~SignInFlow() override;

    /// Opens the sign-in window. An invite link in `server` opens the registration at once.
    void start(const QString& server);
    /// Opens the form for the recovery code in front of the sign-in window.
    void startRecovery(const QString& server, const QString& username);

Q_SIGNALS:
    /// The account is open (and, after registering, the code was written down or the window for it
    /// was closed).
    void finished();
    /// The user closed the window.
    void closed();

private:
    static ui::KnownDevice shown(const client::ListedDevice& device);
    void connectSignIn();
    void connectRegister();
    void registerAccount(const ui::RegisterRequest& request);
    void showCode(const QString& code);
    void signIn(const ui::SignInRequest& request);
    void openRecover(ui::RecoverWindow::Mode mode);
    void recover(const ui::RecoverRequest& request);
    void runSignIn(client::SignIn request);
    void showBusy(ui::BusyStage stage);
    void onSignInFailed(const client::ClientError& error);
    /// `answer` gets the code now or when the window for it has one.
    void askCode(const std::optional<client::ClientError>& problem,
                 std::function<void(QString)> answer);
    void answerCode();
    void askDevices(const std::vector<client::ListedDevice>& devices,
                    std::function<void(std::vector<client::DeviceFate>)> answer);
    void answerDevices(const QList<QByteArray>& lost);
    /// Cancel or Esc in the window of the recovery code.
    void cancelRecover();
    void closeRecover();
    /// The recovery code was asked for by a sign-in from the sign-in form.
    bool isNewDevice() const;

    ui::Theme& m_theme;
    client::Accounts& m_accounts;
    ui::RecoverWindow::CodeCheck m_codeCheck;
    std::unique_ptr<ui::SignInWindow> m_window;
    std::unique_ptr<ui::RecoverWindow> m_recover;
    std::unique_ptr<ui::RecoveryCodeStep> m_codeStep;
    ServerProbe* m_signInProbe;
    ServerProbe* m_registerProbe;
    ServerProbe* m_recoverProbe;
    std::function<void(QString)> m_codeAnswer;
    std::function<void(std::vector<client::DeviceFate>)> m_devicesAnswer;
    std::vector<client::ListedDevice> m_devices;
    ui::RecoverWindow::Mode m_mode = ui::RecoverWindow::Mode::SignIn;
    bool m_working = false;      ///< a sign-in runs or waits for an answer
    bool m_leaving = false;      ///< the cancel was meant for the window, not for the work
    bool m_recoverReset = false; ///< the attempt rests on the code alone
};

} // namespace impulse::app
