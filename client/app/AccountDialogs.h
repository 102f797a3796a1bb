#pragma once

#include "client/core/ClientError.h"
#include "client/core/Password.h"
#include "client/ui/chat/ServerQuestion.h"

#include <QObject>
#include <QPointer>

class QWidget;

namespace impulse::client {
class Accounts;
}
namespace impulse::ui {
class PasswordDialog;
class RecoveryCodeStep;
class Theme;
}

namespace impulse::app {

/// What a person does to the own account from the main window: another password, another recovery
/// code, an end. One of them at a time, over `window`. Main thread.
class AccountDialogs : public QObject {
    Q_OBJECT

public:
    AccountDialogs(ui::Theme& theme, client::Accounts& accounts, QWidget& window, QObject* parent);

    void changePassword();
    /// Asks for the password, then shows the new code and has it confirmed.
    void newRecoveryCode();
    void deleteAccount();
    /// What has to be decided at a server that was put back from a backup.
    void decide(ui::ServerQuestion question);

private:
    bool isOpen() const;
    /// Shows why the dialog's work failed; a cancel is only the form again.
    static void showFailure(ui::PasswordDialog& dialog, const client::ClientError& error);
    /// The dialog of the other two, with what stops its work.
    void open(ui::PasswordDialog& dialog);
    void showCode(const QString& code);
    void confirmRestore();
    void bringBack();

    ui::Theme& m_theme;
    client::Accounts& m_accounts;
    QWidget& m_window;
    QPointer<QWidget> m_open;
};

} // namespace impulse::app
