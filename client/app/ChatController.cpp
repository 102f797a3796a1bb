#include "client/app/ChatController.h"

#include "client/app/AccountDialogs.h"
#include "client/app/DialogController.h"
#include "client/app/Settings.h"
#include "client/core/Client.h"
#include "client/ui/chat/ChatWords.h"
#include "client/ui/chat/MainWindow.h"
#include "client/ui/theme/Language.h"
#include "client/ui/theme/Theme.h"

#include <QEvent>

namespace impulse::app {

using client::ClientError;
using client::MessageItem;
using client::MessagePage;
using ui::MainWindow;

namespace {

constexpr int pageSize = 50;

ui::ServerQuestion questionOf(const ClientError& error)
{
    switch (error.code) {
    case client::ClientErrorCode::RestoreUnconfirmed:
        return ui::ServerQuestion::ConfirmRestore;
    case client::ClientErrorCode::AccountNotRestored:
        return ui::ServerQuestion::BringAccountBack;
    default:
        return ui::ServerQuestion::None;
    }
}

} // namespace

ChatController::ChatController(ui::Theme& theme, ui::LanguageSwitch& languages,
                               client::Client& client, Settings& settings, QObject* parent)
    : QObject(parent), m_theme(theme), m_languages(languages), m_client(client),
      m_settings(settings),
      m_window(std::make_unique<MainWindow>(theme, m_chatModel, m_messageModel)),
      m_dialogs(new DialogController(theme, client, *m_window, this)),
      m_account(new AccountDialogs(theme, client.accounts(), *m_window, this))
{
    m_window->setObjectName(QStringLiteral("mainWindow"));
    m_window->installEventFilter(this);
    m_window->restoreLayout(settings.layout());
    m_window->setLanguage(languages.language());
    connectWindow();
    connectMessages();
    connectPeople();
    connectAccount();
    connectLook();
    connectCore();
    fillChats();
    showOwnUser();
    showConnection();
}

ChatController::~ChatController()
{
    flush();
}

void ChatController::show()
{
    m_window->show();
    m_window->raise();
    m_window->activateWindow();
}

void ChatController::openLink(const QString& link)
{
    m_dialogs->startChat(link);
}

void ChatController::flush()
{
    m_window->flushDraft();
    m_settings.setLayout(m_window->saveLayout());
}

bool ChatController::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_window.get() && event->type() == QEvent::Close) {
        flush();
        Q_EMIT closed();
    }
    return QObject::eventFilter(watched, event);
}

void ChatController::fillChats()
{
    m_chatModel.setChats(m_client.chats().chats());
    for (int row = 0; row < m_chatModel.rowCount(); ++row) {
        const ConversationId id = m_chatModel.at(row).id;
        const QString draft = m_client.chats().draft(id);
        if (!draft.isEmpty()) {
            m_window->setDraft(id, draft);
        }
    }
}

void ChatController::connectWindow()
{
    MainWindow* window = m_window.get();
    client::Chats& chats = m_client.chats();
    connect(window, &MainWindow::conversationOpened, this, &ChatController::showOpened);
    connect(window, &MainWindow::conversationClosed, this,
            [this] { m_messageModel.setConversation({}); });
    connect(&m_messageModel, &client::MessageListModel::olderWanted, this,
            &ChatController::loadOlder);
    connect(window, &MainWindow::markRead, this,
            [&chats](const ConversationId& id) { chats.markRead(id); });
    connect(window, &MainWindow::draftChanged, this,
            [&chats](const ConversationId& id, const QString& text) { chats.setDraft(id, text); });
    connect(window, &MainWindow::typingChanged, this,
            [&chats](const ConversationId& id, bool typing) { chats.setTyping(id, typing); });
    connect(window, &MainWindow::pinChanged, this,
            [&chats](const ConversationId& id, bool pinned) { chats.setPinned(id, pinned); });
    connect(window, &MainWindow::muteChanged, this,
            [&chats](const ConversationId& id, bool muted) { chats.setMuted(id, muted); });
    connect(window, &MainWindow::retryConnection, this,
            [this] { m_client.connection().retryNow(); });
    connect(m_dialogs, &DialogController::conversationWanted, this,
            &ChatController::openConversation);
}

void ChatController::connectMessages()
{
    MainWindow* window = m_window.get();
    client::Chats& chats = m_client.chats();
    const auto done = [this](Result<MessageId, ClientError> result) {
        if (!result) {
            report(result.error());
        }
    };
    connect(window, &MainWindow::sendText, this,
            [this, &chats](const ConversationId& id, const QString& text,
                           const std::optional<MessageId>& replyTo) {
                const auto sent = [this, id, text](Result<MessageId, ClientError> result) {
                    if (!result) {
                        // What was typed is not lost: it is a draft again.
                        m_client.chats().setDraft(id, text);
                        m_window->setDraft(id, text);
                        report(result.error());
                    }
                };
                chats.sendText(id, text, replyTo, client::whileAlive(this, sent));
            });
    connect(window, &MainWindow::editText, this,
            [this, &chats, done](const ConversationId& id, const MessageId& message,
                                 const QString& text) {
                chats.editText(id, message, text, client::whileAlive(this, done));
            });
    connect(window, &MainWindow::deleteMessage, this,
            [this, &chats, done](const ConversationId& id, const MessageId& message) {
                chats.deleteForEveryone(id, message, client::whileAlive(this, done));
            });
    connect(window, &MainWindow::retryMessage, this,
            [&chats](const ConversationId& id, const MessageId& message) {
                chats.retry(id, message);
            });
    connect(window, &MainWindow::cancelMessage, this,
            [&chats](const ConversationId& id, const MessageId& message) {
                chats.cancel(id, message);
            });
}

void ChatController::connectPeople()
{
    MainWindow* window = m_window.get();
    client::People& people = m_client.people();
    connect(window, &MainWindow::acceptRequest, this,
            [this, &people](const UserId& id) { people.accept(id, reportFailure()); });
    connect(window, &MainWindow::blockPerson, this,
            [this, &people](const UserId& id) { people.block(id, reportFailure()); });
    connect(window, &MainWindow::unblockPerson, this,
            [this, &people](const UserId& id) { people.unblock(id, reportFailure()); });
    connect(window, &MainWindow::acceptIdentity, this,
            [this, &people](const UserId& id, bool wasVerified) {
                people.acceptIdentity(id, wasVerified, reportFailure());
            });
    window->setShowsLastSeen(people.showsLastSeen());
    connect(window, &MainWindow::showLastSeenChosen, this,
            [this, &people](bool show) { people.setShowLastSeen(show, reportFailure()); });
    connect(window, &MainWindow::newChatWanted, m_dialogs,
            [this] { m_dialogs->startChat(QString()); });
    connect(window, &MainWindow::profileWanted, m_dialogs, &DialogController::showContact);
    connect(window, &MainWindow::ownProfileWanted, m_dialogs, &DialogController::showOwnProfile);
}

void ChatController::connectAccount()
{
    MainWindow* window = m_window.get();
    client::Accounts& accounts = m_client.accounts();
    connect(window, &MainWindow::signOutWanted, m_dialogs, &DialogController::askToSignOut);
    connect(window, &MainWindow::passwordChangeWanted, m_account, &AccountDialogs::changePassword);
    connect(window, &MainWindow::newRecoveryCodeWanted, m_account,
            &AccountDialogs::newRecoveryCode);
    connect(window, &MainWindow::accountDeletionWanted, m_account, &AccountDialogs::deleteAccount);
    connect(window, &MainWindow::serverDecisionWanted, m_account, &AccountDialogs::decide);
    const auto showRecovery
        = [&accounts, window] { window->setRecoverySaved(accounts.recoveryConfirmed()); };
    connect(&accounts, &client::Accounts::recoveryChanged, window, showRecovery);
    showRecovery();
}

void ChatController::connectLook()
{
    MainWindow* window = m_window.get();
    connect(window, &MainWindow::themeChosen, this, [this](ui::ThemeMode mode) {
        m_theme.setMode(mode);
        m_settings.setThemeMode(mode);
    });
    connect(window, &MainWindow::languageChosen, this,
            [this](ui::Language language) { m_languages.setLanguage(language); });
    connect(&m_languages, &ui::LanguageSwitch::languageChanged, window, &MainWindow::setLanguage);
    connect(window, &MainWindow::textScaleChosen, this,
            [this](double scale) { m_settings.setTextScale(scale); });
}

void ChatController::connectCore()
{
    client::Chats& chats = m_client.chats();
    connect(&chats, &client::Chats::chatChanged, this, &ChatController::showChat);
    connect(&chats, &client::Chats::messageChanged, this,
            [this](const ConversationId& id, const MessageItem& message) {
                if (id == m_messageModel.conversation()) {
                    m_messageModel.upsert(message);
                }
            });
    connect(&chats, &client::Chats::messageRemoved, this,
            [this](const ConversationId& id, const MessageId& message) {
                if (id == m_messageModel.conversation()) {
                    m_messageModel.remove(message);
                }
            });
    client::People& people = m_client.people();
    connect(&people, &client::People::personChanged, this, &ChatController::showPerson);
    connect(&people, &client::People::ownProfileChanged, this, &ChatController::showOwnUser);
    connect(&m_client.connection(), &client::Connection::changed, this,
            &ChatController::showConnection);
    connect(&m_client.accounts(), &client::Accounts::securityWarning, m_dialogs,
            &DialogController::showWarning);
    connect(&m_client.accounts(), &client::Accounts::storageTrouble, this,
            [this](bool failing, client::ClientErrorCode code) {
                if (failing) {
                    report({code});
                }
            });
}

void ChatController::openConversation(const ConversationId& id)
{
    showChat(id);
    m_window->openConversation(id);
    show();
}

void ChatController::showOpened(const ConversationId& id)
{
    m_messageModel.setConversation(id);
    m_messageModel.setUnreadFrom(m_client.chats().firstUnread(id));
    if (const client::ChatItem* chat = m_chatModel.find(id)) {
        showPerson(chat->peer);
    }
    loadFirstPage(id);
}

void ChatController::loadFirstPage(const ConversationId& id)
{
    const auto page = [this, id](Result<MessagePage, ClientError> result) {
        if (m_messageModel.conversation() != id) {
            return;
        }
        if (!result) {
            report(result.error());
            return;
        }
        m_messageModel.append(std::move(result->messages));
        m_messageModel.setCanLoadOlder(result->more);
    };
    m_client.chats().readPage(id, std::nullopt, pageSize, client::whileAlive(this, page));
}

void ChatController::loadOlder()
{
    const ConversationId id = m_messageModel.conversation();
    if (m_messageModel.rowCount() == 0) {
        m_messageModel.prepend({}, false);
        return;
    }
    const auto page = [this, id](Result<MessagePage, ClientError> result) {
        if (m_messageModel.conversation() != id) {
            return;
        }
        if (!result) {
            m_messageModel.prepend({}, true);
            report(result.error());
            return;
        }
        m_messageModel.prepend(std::move(result->messages), result->more);
    };
    m_client.chats().readPage(id, m_messageModel.at(0), pageSize,
                              client::whileAlive(this, page));
}

void ChatController::showChat(const ConversationId& id)
{
    if (const auto chat = m_client.chats().chat(id)) {
        m_chatModel.upsert(*chat);
    } else {
        m_chatModel.remove(id);
    }
}

void ChatController::showPerson(const UserId& id)
{
    if (const auto person = m_client.people().person(id)) {
        m_window->setPerson(*person);
        m_dialogs->refreshContact(*person);
    }
}

void ChatController::showOwnUser()
{
    const client::OwnProfile profile = m_client.people().ownProfile();
    const QString username = m_client.accounts().username();
    m_window->setOwnUser({m_client.accounts().userId(),
                          profile.displayName.isEmpty() ? username : profile.displayName, username,
                          profile.statusText});
}

void ChatController::showConnection()
{
    const client::Connection& connection = m_client.connection();
    const bool stopped = connection.state() == client::ConnectionState::Stopped;
    const ClientError error = connection.lastError();
    m_window->setConnection(connection.state(), connection.nextRetryMs(),
                            stopped ? DialogController::sentence(error) : QString());
    m_window->setServerQuestion(stopped ? questionOf(error) : ui::ServerQuestion::None);
}

client::Callback<void> ChatController::reportFailure()
{
    const auto done = [this](Result<void, ClientError> result) {
        if (!result) {
            report(result.error());
        }
    };
    return client::whileAlive(this, done);
}

void ChatController::report(const ClientError& error)
{
    m_dialogs->showError(error);
}

} // namespace impulse::app
