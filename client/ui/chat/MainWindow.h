#pragma once

#include "client/core/Connection.h"
#include "client/core/Items.h"
#include "client/core/models/ChatListModel.h"
#include "client/core/models/MessageListModel.h"
#include "client/ui/chat/OwnUser.h"
#include "client/ui/chat/ServerQuestion.h"
#include "client/ui/theme/Language.h"
#include "client/ui/theme/Theme.h"

#include <QWidget>

#include <unordered_map>

class QSplitter;
class QStackedWidget;

namespace impulse::ui {

class Announcer;
class ConversationView;
class EmptySelection;
class FirstRun;
class Menu;
class SidePane;

/// The main window (design section 3): chat list and conversation, side by side or one at a time.
///
/// It knows no network: it shows the two models and what the setters say, and tells by signals what
/// the user wants. Whoever wires it fills `messages` for the conversation named by
/// conversationOpened(). Main thread; models and theme outlive it.
class MainWindow : public QWidget {
    Q_OBJECT

public:
    MainWindow(Theme& theme, client::ChatListModel& chats, client::MessageListModel& messages,
               QWidget* parent = nullptr);

    void setOwnUser(const OwnUser& user);
    /// Whether the recovery code was confirmed.
    void setRecoverySaved(bool saved);
    /// `nextTryMs`: wall time of the next try while Offline, ms since 1970. `problem`: why it
    /// stopped, one sentence.
    void setConnection(client::ConnectionState state, std::uint64_t nextTryMs = 0,
                       const QString& problem = QString());
    /// A card with a button at the top of the list, in place of the problem.
    void setServerQuestion(ServerQuestion question);
    /// What is known of a person; shown if it is the peer of the open conversation.
    void setPerson(const client::PersonItem& person);
    /// The stored draft. The window remembers it and what is typed later.
    void setDraft(const ConversationId& id, const QString& text);
    /// Whether contacts are told when this account was last online, for the account menu.
    void setShowsLastSeen(bool shows) { m_showsLastSeen = shows; }
    /// The language in use, for the mark in the account menu.
    void setLanguage(Language language) { m_language = language; }

    /// Opens a conversation of the chat list. False if it is not there.
    bool openConversation(const ConversationId& id);
    void closeConversation();
    std::optional<ConversationId> conversation() const { return m_open; }
    /// Typed text that was not reported yet is reported now.
    void flushDraft();

    /// Width of the list and size of the window, to be given to restoreLayout() at the next start.
    QByteArray saveLayout() const;
    void restoreLayout(const QByteArray& state);
    bool isOnePane() const { return m_onePane; }

Q_SIGNALS:
    void conversationOpened(const impulse::ConversationId& id);
    void conversationClosed();
    void sendText(const impulse::ConversationId& id, const QString& text,
                  const std::optional<impulse::MessageId>& replyTo);
    void editText(const impulse::ConversationId& id, const impulse::MessageId& message,
                  const QString& text);
    /// For everyone; confirmed.
    void deleteMessage(const impulse::ConversationId& id, const impulse::MessageId& message);
    void retryMessage(const impulse::ConversationId& id, const impulse::MessageId& message);
    /// Takes an unsent message out of the outbox.
    void cancelMessage(const impulse::ConversationId& id, const impulse::MessageId& message);
    /// The newest message of the open conversation is on the screen of the active window.
    void markRead(const impulse::ConversationId& id, const impulse::MessageId& upTo);
    /// At most 300 ms after a change.
    void draftChanged(const impulse::ConversationId& id, const QString& text);
    void typingChanged(const impulse::ConversationId& id, bool typing);
    void acceptRequest(const impulse::UserId& person);
    void blockPerson(const impulse::UserId& person);
    void unblockPerson(const impulse::UserId& person);
    void acceptIdentity(const impulse::UserId& person, bool wasVerified);
    void pinChanged(const impulse::ConversationId& id, bool pinned);
    void muteChanged(const impulse::ConversationId& id, bool muted);
    void newChatWanted();
    void profileWanted(const impulse::UserId& person);
    void ownProfileWanted();
    void themeChosen(impulse::ui::ThemeMode mode);
    void languageChosen(impulse::ui::Language language);
    void textScaleChosen(double scale);
    void showLastSeenChosen(bool show);
    void signOutWanted();
    void passwordChangeWanted();
    void newRecoveryCodeWanted();
    void accountDeletionWanted();
    void retryConnection();
    /// The button of the server's question.
    void serverDecisionWanted(impulse::ui::ServerQuestion question);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

private:
    void connectSide();
    void connectConversation();
    void addShortcuts();
    void addShortcut(const QKeySequence& keys, void (MainWindow::*slot)());
    void onChatsChanged();
    void onMessagesInserted(int first, int last);
    void markReadIfSeen();
    void updatePanes();
    void updatePages();
    void confirmBlock(const client::ChatItem& chat);
    void showAccountMenu(const QPoint& place);
    void addThemeMenu(Menu& menu);
    void addLanguageMenu(Menu& menu);
    void showChatMenu(const ConversationId& id, const QPoint& place);
    void back();
    void escape();
    void focusSearch();
    void step(int direction, bool unreadOnly);
    void nextChat() { step(1, false); }
    void previousChat() { step(-1, false); }
    void nextUnread() { step(1, true); }
    void previousUnread() { step(-1, true); }
    void nextRecent() { recent(1); }
    void previousRecent() { recent(-1); }
    void recent(int direction);
    void nextPane() { cyclePane(1); }
    void previousPane() { cyclePane(-1); }
    void cyclePane(int direction);
    void toggleMute();
    void largerText() { scaleText(0.1); }
    void smallerText() { scaleText(-0.1); }
    void normalText() { scaleText(0); }
    void scaleText(double difference);
    void replyUp();
    void replyDown();

    Theme& m_theme;
    client::ChatListModel& m_chats;
    client::MessageListModel& m_messages;
    QSplitter* m_splitter;
    SidePane* m_side;
    QStackedWidget* m_pages;
    FirstRun* m_firstRun;
    EmptySelection* m_nothing;
    ConversationView* m_conversation;
    Announcer* m_announcer;
    Language m_language = Language::English;
    std::optional<ConversationId> m_open;
    std::vector<ConversationId> m_recent; ///< latest first
    std::unordered_map<ConversationId, QString, FixedHash> m_drafts;
    std::optional<MessageId> m_markedRead;
    client::ConnectionState m_connection = client::ConnectionState::Online;
    ServerQuestion m_question = ServerQuestion::None;
    bool m_showsLastSeen = true;
    bool m_onePane = false;
    bool m_sideSized = false;
};

} // namespace impulse::ui
