#include "client/app/UnlockFlow.h"

#include "client/app/Problems.h"
#include "client/ui/dialogs/ConfirmDialog.h"
#include "client/ui/signin/UnlockWindow.h"

namespace impulse::app {

UnlockFlow::UnlockFlow(ui::Theme& theme, client::Accounts& accounts, QObject* parent)
    : QObject(parent), m_theme(theme), m_accounts(accounts),
      m_window(std::make_unique<ui::UnlockWindow>(theme))
{
    m_window->setObjectName(QStringLiteral("unlockWindow"));
    connect(m_window.get(), &ui::UnlockWindow::unlockRequested, this, &UnlockFlow::unlock);
    connect(m_window.get(), &ui::UnlockWindow::forgotten, this, &UnlockFlow::askToForget);
    connect(m_window.get(), &ui::UnlockWindow::cancelRequested, this,
            [this] { m_accounts.cancel(); });
    connect(m_window.get(), &ui::UnlockWindow::closed, this, &UnlockFlow::closed);
}

UnlockFlow::~UnlockFlow() = default;

void UnlockFlow::start()
{
    const QString username = m_accounts.username();
    m_window->setAccount(username.isEmpty() ? QString() : QLatin1Char('@') + username);
    m_window->setBusy(false);
    m_window->show();
}

void UnlockFlow::unlock()
{
    m_window->setBusy(true);
    const auto done = [this](Result<void, client::ClientError> result) {
        if (!result && result.error().code == client::ClientErrorCode::Cancelled) {
            m_window->setBusy(false);
            return;
        }
        if (!result) {
            m_window->setProblem(problemOf(result.error()));
            return;
        }
        m_window->wipe();
        m_window->hide();
        Q_EMIT finished();
    };
    m_accounts.unlock(passwordOf(m_window->password()), client::whileAlive(this, done));
}

void UnlockFlow::askToForget()
{
    auto* dialog = new ui::ConfirmDialog(
        m_theme,
        {tr("Sign in with the recovery code?"),
         tr("The recovery code lets you set a new password. What Impulse keeps on this computer is "
            "deleted first, with everything that was not sent yet."),
         tr("Delete and sign in")},
        true, m_window.get());
    connect(dialog, &QDialog::accepted, this, &UnlockFlow::forget);
    dialog->open();
}

void UnlockFlow::forget()
{
    const QString server = m_accounts.server().toString();
    const QString username = m_accounts.username();
    m_window->setBusy(true);
    const auto done = [this, server, username](Result<void, client::ClientError> result) {
        if (!result) {
            m_window->setProblem(problemOf(result.error()));
            return;
        }
        m_window->hide();
        Q_EMIT forgotten(server, username);
    };
    m_accounts.signOut(client::whileAlive(this, done));
}

} // namespace impulse::app
