#include "client/app/AccountDialogs.h"

#include "client/app/DialogController.h"
#include "client/app/Problems.h"
#include "client/core/Accounts.h"
#include "client/ui/dialogs/ChangePasswordDialog.h"
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

} // namespace impulse::app
