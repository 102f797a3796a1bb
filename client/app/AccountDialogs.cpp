#include "client/app/AccountDialogs.h"

#include "client/app/DialogController.h"
#include "client/app/Problems.h"
#include "client/core/Accounts.h"
#include "client/ui/dialogs/ChangePasswordDialog.h"
#include "client/ui/dialogs/ConfirmDialog.h"
#include "client/ui/dialogs/PasswordDialog.h"
#include "client/ui/signin/RecoveryCodeStep.h"

namespace impulse::app {

using client::ClientError;
using client::ClientErrorCode;

AccountDialogs::AccountDialogs(ui::Theme& theme, client::Accounts& accounts, QWidget& window,
                               QObject* parent)
    : QObject(parent), m_theme(theme), m_accounts(accounts), m_window(window)
{
}

bool AccountDialogs::isOpen() const
{
    return m_open && m_open->isVisible();
}

void AccountDialogs::changePassword()
{
    if (isOpen()) {
        return;
    }
    auto* dialog = new ui::ChangePasswordDialog(m_theme, m_accounts.username(), &m_window);
    m_open = dialog;
    dialog->setObjectName(QStringLiteral("changePasswordDialog"));
    connect(dialog, &ui::ChangePasswordDialog::cancelRequested, this,
            [this] { m_accounts.cancel(); });
    connect(dialog, &ui::ChangePasswordDialog::changeRequested, this, [this, dialog] {
        dialog->setBusy(true);
        const auto done = [dialog](Result<void, ClientError> result) {
            if (result) {
                dialog->accept();
            } else if (result.error().code == ClientErrorCode::Cancelled) {
                dialog->setBusy(false);
            } else if (result.error().code == ClientErrorCode::WrongCredentials) {
                dialog->setWrongPassword();
            } else if (problemOf(result.error()) == ui::SignInProblem::WeakPassword) {
                dialog->setWeakPassword();
            } else {
                dialog->setProblem(DialogController::sentence(result.error()));
            }
        };
        m_accounts.changePassword(passwordOf(dialog->presentPassword()),
                                  passwordOf(dialog->newPassword()), {},
                                  client::whileAlive(dialog, done));
    });
    dialog->open();
}

void AccountDialogs::open(ui::PasswordDialog& dialog)
{
    m_open = &dialog;
    connect(&dialog, &ui::PasswordDialog::cancelRequested, this, [this] { m_accounts.cancel(); });
    dialog.open();
}

void AccountDialogs::showFailure(ui::PasswordDialog& dialog, const ClientError& error)
{
    switch (error.code) {
    case ClientErrorCode::Cancelled:
        dialog.setBusy(false);
        break;
    case ClientErrorCode::WrongCredentials:
        dialog.setProblem(tr("The password is wrong"));
        break;
    case ClientErrorCode::RootNotHere:
        dialog.setProblem(tr("The password is right, but it was changed on another device. Make "
                             "the code there."));
        break;
    default:
        dialog.setProblem(DialogController::sentence(error));
        break;
    }
}

void AccountDialogs::newRecoveryCode()
{
    if (isOpen()) {
        return;
    }
    auto* dialog = new ui::PasswordDialog(
        m_theme,
        {tr("Make a new recovery code?"),
         tr("A code that you saved before stops working. The new one is shown only once."),
         tr("Make a code"), tr("Making the code…")},
        false, &m_window);
    dialog->setObjectName(QStringLiteral("newCodeDialog"));
    connect(dialog, &ui::PasswordDialog::confirmed, this, [this, dialog] {
        dialog->setBusy(true);
        const auto done = [this, dialog](Result<QString, ClientError> result) {
            if (!result) {
                showFailure(*dialog, result.error());
                return;
            }
            dialog->accept();
            showCode(*result);
        };
        m_accounts.newRecoveryCode(passwordOf(dialog->password()), {},
                                   client::whileAlive(dialog, done));
    });
    open(*dialog);
}

void AccountDialogs::showCode(const QString& code)
{
    auto* step = new ui::RecoveryCodeStep(m_theme, ui::SecretText(code),
                                          ui::RecoveryCodeStep::chooseGroups(), &m_window);
    m_open = step;
    step->setObjectName(QStringLiteral("recoveryCodeStep"));
    step->setWindowFlag(Qt::Window);
    step->setWindowModality(Qt::WindowModal);
    step->setAttribute(Qt::WA_DeleteOnClose);
    step->setStepShown(false);
    connect(step, &ui::RecoveryCodeStep::finished, this, [this, step] {
        m_accounts.confirmRecoveryCode();
        step->close();
    });
    step->show();
}

void AccountDialogs::deleteAccount()
{
    if (isOpen()) {
        return;
    }
    auto* dialog = new ui::PasswordDialog(
        m_theme,
        {tr("Delete your account?"),
         tr("@%1 and everything it has are gone for good: your contacts, your messages and your "
            "name, which nobody can take again. What others received stays with them.")
             .arg(m_accounts.username()),
         tr("Delete account"), tr("Deleting…")},
        true, &m_window);
    dialog->setObjectName(QStringLiteral("deleteAccountDialog"));
    connect(dialog, &ui::PasswordDialog::confirmed, this, [this, dialog] {
        dialog->setBusy(true);
        const auto done = [dialog](Result<void, ClientError> result) {
            if (result) {
                dialog->accept();
            } else {
                showFailure(*dialog, result.error());
            }
        };
        m_accounts.deleteAccount(passwordOf(dialog->password()),
                                 client::whileAlive(dialog, done));
    });
    open(*dialog);
}

void AccountDialogs::decide(ui::ServerQuestion question)
{
    if (isOpen()) {
        return;
    }
    if (question == ui::ServerQuestion::ConfirmRestore) {
        confirmRestore();
    } else if (question == ui::ServerQuestion::BringAccountBack) {
        bringBack();
    }
}

void AccountDialogs::confirmRestore()
{
    auto* dialog = new ui::ConfirmDialog(
        m_theme,
        {tr("Was your server restored?"),
         tr("If whoever runs it says so, go on: your messages stay, and the server gets back what "
            "it lost. If they do not, someone may be posing as your server."),
         tr("Go on")},
        true, &m_window);
    m_open = dialog;
    dialog->setObjectName(QStringLiteral("confirmRestoreDialog"));
    // Refused only if the connection was made anew meanwhile: then there is nothing to confirm.
    connect(dialog, &QDialog::accepted, this,
            [this] { m_accounts.confirmRestore([](const Result<void, ClientError>&) {}); });
    dialog->open();
}

void AccountDialogs::bringBack()
{
    auto* dialog = new ui::PasswordDialog(
        m_theme,
        {tr("Bring your account back?"),
         tr("The server gets your account again as it is here, with the name @%1. Your messages "
            "stay.")
             .arg(m_accounts.username()),
         tr("Bring it back"), tr("Bringing it back…")},
        false, &m_window);
    dialog->setObjectName(QStringLiteral("bringBackDialog"));
    connect(dialog, &ui::PasswordDialog::confirmed, this, [this, dialog] {
        dialog->setBusy(true);
        const auto done = [dialog](Result<void, ClientError> result) {
            if (result) {
                dialog->accept();
            } else if (result.error().code == ClientErrorCode::RootNotHere) {
                dialog->setProblem(tr("This computer cannot do it. Try another of your devices."));
            } else if (result.error().code == ClientErrorCode::UsernameTaken) {
                dialog->setProblem(
                    tr("Someone else has this name there now. Ask whoever runs the server."));
            } else if (result.error().code == ClientErrorCode::RegistrationClosed ||
                       result.error().code == ClientErrorCode::InviteInvalid) {
                dialog->setProblem(
                    tr("The server takes no new accounts. Ask whoever runs it to allow yours."));
            } else {
                showFailure(*dialog, result.error());
            }
        };
        m_accounts.comeBack(passwordOf(dialog->password()), {}, client::whileAlive(dialog, done));
    });
    open(*dialog);
}

} // namespace impulse::app
