#include "client/app/ApplicationController.h"

#include "client/app/ChatController.h"
#include "client/app/Problems.h"
#include "client/app/Settings.h"
#include "client/app/SignInFlow.h"
#include "client/app/UnlockFlow.h"
#include "client/core/Client.h"
#include "client/core/ThreadWorkerPool.h"
#include "client/e2ee/Recovery.h"
#include "client/net/WebSocketTransport.h"
#include "client/storage/ProfileFolder.h"
#include "client/storage/SqlClientStore.h"
#include "client/ui/dialogs/ConfirmDialog.h"
#include "client/ui/signin/ProblemText.h"
#include "common/core/Clock.h"

#include <QCoreApplication>

#include <utility>

namespace impulse::app {

using client::ClientError;
using client::ProfileState;

namespace {

bool isWholeCode(const ui::SecretText& code)
{
    const QByteArray& text = code.utf8();
    return e2ee::parseRecoveryCode(std::string_view(text.constData(), size_t(text.size()))).ok();
}

} // namespace

/// Built in this order and torn down in the other.
struct ApplicationController::Parts {
    Parts(client::ProfileFolder opened, client::SecretStore& secrets, const QString& profileName)
        : folder(std::move(opened)), settings(folder.path()), store(folder.databasePath()),
          client({transport, store, workers, clock, &secrets, nullptr, profileName})
    {
    }

    client::ProfileFolder folder;
    Settings settings;
    SystemClock clock;
    client::WebSocketTransport transport;
    client::ThreadWorkerPool workers;
    client::SqlClientStore store;
    client::Client client;
};

ApplicationController::ApplicationController(ui::Theme& theme, ui::LanguageSwitch& languages,
                                             client::SecretStore& secrets,
                                             const StartOptions& options, QObject* parent)
    : QObject(parent), m_theme(theme), m_languages(languages), m_secrets(secrets),
      m_options(options)
{
}

ApplicationController::~ApplicationController() = default;

client::Accounts& ApplicationController::accounts()
{
    return m_parts->client.accounts();
}

void ApplicationController::start()
{
    if (!openProfile()) {
        return;
    }
    applySettings();
    connect(&accounts(), &client::Accounts::stateChanged, this,
            &ApplicationController::onStateChanged, Qt::QueuedConnection);
    const auto opened
        = [this](Result<ProfileState, ClientError> result) { onOpened(std::move(result)); };
    accounts().open(client::whileAlive(this, opened));
}

bool ApplicationController::openProfile()
{
    QString path = m_options.home;
    if (path.isEmpty()) {
        auto located = client::ProfileFolder::locate(m_options.profile);
        if (!located) {
            stopWith(tr("This profile name cannot be used"),
                     tr("Names have letters A to Z, digits, dots, hyphens and underscores."));
            return false;
        }
        path = *located;
    }
    auto folder = client::ProfileFolder::open(path);
    if (!folder) {
        const bool inUse = folder.error() == client::ProfileError::InUse;
        stopWith(tr("Impulse cannot open this profile"),
                 inUse ? ui::ProblemText::of(ui::SignInProblem::InUse)
                       : tr("Its folder cannot be written: %1").arg(path));
        return false;
    }
    // A profile in a folder of its own is told apart in the keychain by that folder.
    const QString name = m_options.home.isEmpty() ? m_options.profile : folder->path();
    m_parts = std::make_unique<Parts>(std::move(*folder), m_secrets, name);
    return true;
}

void ApplicationController::applySettings()
{
    Settings& settings = m_parts->settings;
    if (const auto language = settings.language()) {
        m_languages.setLanguage(*language);
    }
    m_theme.setMode(settings.themeMode());
    m_theme.setTextScale(settings.textScale());
    connect(&m_languages, &ui::LanguageSwitch::languageChanged, this,
            [this](ui::Language language) { m_parts->settings.setLanguage(language); });
}

void ApplicationController::onOpened(Result<ProfileState, ClientError> result)
{
    if (!result) {
        stopWith(tr("Impulse cannot open this profile"),
                 ui::ProblemText::of(problemOf(result.error())));
        return;
    }
    showFor(*result);
}

void ApplicationController::onStateChanged()
{
    const ProfileState state = accounts().state();
    // While a flow runs it says itself when it is done: after registering the code comes first.
    if (m_signIn || m_unlock) {
        return;
    }
    if (m_chats && state == ProfileState::Unlocked) {
        return;
    }
    showFor(state);
}

void ApplicationController::showFor(ProfileState state)
{
    switch (state) {
    case ProfileState::Closed:
        break;
    case ProfileState::NoAccount:
        showSignIn();
        break;
    case ProfileState::Locked:
        showUnlock();
        break;
    case ProfileState::Unlocked:
        showChats();
        break;
    case ProfileState::Removed:
        showRemoved();
        break;
    }
}

void ApplicationController::showSignIn()
{
    m_chats.reset();
    m_signIn = std::make_unique<SignInFlow>(m_theme, m_languages, accounts(), isWholeCode);
    connect(m_signIn.get(), &SignInFlow::finished, this, &ApplicationController::showChats,
            Qt::QueuedConnection);
    connect(m_signIn.get(), &SignInFlow::closed, this, [this] { Q_EMIT finished(0); });
    if (m_options.link.isEmpty()) {
        m_signIn->start(m_options.server);
        return;
    }
    const auto link = client::ServerLink::parse(m_options.link);
    if (link && link->kind == client::ServerLink::Kind::Person) {
        // The person is looked for once somebody has signed in there.
        m_signIn->start(link->server().toString());
        return;
    }
    // A broken one as well: the window says what is wrong with it.
    m_signIn->start(std::exchange(m_options.link, QString()));
}

void ApplicationController::showUnlock()
{
    m_chats.reset();
    m_unlock = std::make_unique<UnlockFlow>(m_theme, accounts());
    connect(m_unlock.get(), &UnlockFlow::finished, this, &ApplicationController::showChats,
            Qt::QueuedConnection);
    connect(m_unlock.get(), &UnlockFlow::forgotten, this, &ApplicationController::recover,
            Qt::QueuedConnection);
    connect(m_unlock.get(), &UnlockFlow::closed, this, [this] { Q_EMIT finished(0); });
    m_unlock->start();
}

void ApplicationController::recover(const QString& server, const QString& username)
{
    m_unlock.reset();
    showSignIn();
    m_signIn->startRecovery(server, username);
}

void ApplicationController::showChats()
{
    m_chats = std::make_unique<ChatController>(m_theme, m_languages, m_parts->client,
                                               m_parts->settings);
    connect(m_chats.get(), &ChatController::closed, this, [this] { Q_EMIT finished(0); });
    m_chats->show();
    m_signIn.reset();
    m_unlock.reset();
    const auto text = std::exchange(m_options.link, QString());
    const auto link = client::ServerLink::parse(text);
    // A broken one as well: the window says what is wrong with it.
    const bool isBroken = !link && !text.isEmpty();
    if (isBroken || (link && link->kind == client::ServerLink::Kind::Person)) {
        m_chats->openLink(text);
    }
}

void ApplicationController::showRemoved()
{
    m_chats.reset();
    auto* notice = new ui::ConfirmDialog(
        m_theme,
        {tr("This device was removed from your account"),
         tr("What Impulse keeps on this computer is deleted now. You can sign in again with your "
            "password and your recovery code."),
         QString()},
        false);
    connect(notice, &QDialog::finished, this, [this] {
        const auto done = [this](Result<void, ClientError> result) {
            if (!result) {
                stopWith(tr("Impulse cannot open this profile"),
                         ui::ProblemText::of(problemOf(result.error())));
            } else if (!m_signIn) {
                showSignIn();
            }
        };
        accounts().signOut(client::whileAlive(this, done));
    });
    notice->open();
}

void ApplicationController::stopWith(const QString& title, const QString& text)
{
    auto* notice = new ui::ConfirmDialog(m_theme, {title, text, QString()}, false);
    notice->setObjectName(QStringLiteral("notice"));
    connect(notice, &QDialog::finished, this, [this] { Q_EMIT finished(1); });
    notice->open();
}

} // namespace impulse::app
