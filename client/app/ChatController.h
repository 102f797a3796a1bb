#pragma once

#include "client/core/Chats.h"
#include "client/core/People.h"
#include "client/core/models/ChatListModel.h"
#include "client/core/models/MessageListModel.h"

#include <QObject>

#include <memory>

namespace impulse::client {
class Client;
}
namespace impulse::ui {
class LanguageSwitch;
class MainWindow;
class Theme;
}

namespace impulse::app {

class AccountDialogs;
class DialogController;
class Settings;

/// The main window over an open account: fills the two models from the client core and carries out
/// what the window asks for. Lives as long as the account is unlocked. Main thread.
class ChatController : public QObject {
    Q_OBJECT

public:
    ChatController(ui::Theme& theme, ui::LanguageSwitch& languages, client::Client& client,
                   Settings& settings, QObject* parent = nullptr);
    ~ChatController() override;

    void show();
    /// Follows a person link.
    void openLink(const QString& link);
    /// Writes a draft that was typed but not reported yet, and remembers the window's layout.
    void flush();

    bool eventFilter(QObject* watched, QEvent* event) override;

Q_SIGNALS:
    /// The user closed the main window.
    void closed();

private:
    void connectWindow();
    void connectMessages();
    void connectPeople();
    void connectAccount();
    void connectLook();
    void connectCore();
    void fillChats();
    void openConversation(const ConversationId& id);
    void showOpened(const ConversationId& id);
    void loadFirstPage(const ConversationId& id);
    void loadOlder();
    void showChat(const ConversationId& id);
    void showPerson(const UserId& id);
    void showOwnUser();
    void showConnection();
    /// For operations whose only visible answer is a failure.
    client::Callback<void> reportFailure();
    void report(const client::ClientError& error);

    ui::Theme& m_theme;
    ui::LanguageSwitch& m_languages;
    client::Client& m_client;
    Settings& m_settings;
    client::ChatListModel m_chatModel;
    client::MessageListModel m_messageModel;
    std::unique_ptr<ui::MainWindow> m_window;
    DialogController* m_dialogs;
    AccountDialogs* m_account;
};

} // namespace impulse::app
