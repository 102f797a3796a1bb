#pragma once

#include "client/core/Connection.h"
#include "client/ui/chat/OwnUser.h"
#include "client/ui/chat/ServerQuestion.h"

#include <QTimer>
#include <QWidget>

class QStackedWidget;

namespace impulse::client {
class ChatListModel;
}

namespace impulse::ui {

class AccountButton;
class Banner;
class Button;
class ChatListView;
class IconButton;
class Label;
class SearchField;
class Theme;

/// The left pane: account button, search, new chat, connection card, chat list or its empty state.
/// Main thread.
class SidePane : public QWidget {
    Q_OBJECT

public:
    SidePane(Theme& theme, client::ChatListModel& chats, QWidget* parent = nullptr);

    void setOwnUser(const OwnUser& user);
    /// See MainWindow::setConnection().
    void setConnection(client::ConnectionState state, std::uint64_t nextTryMs,
                       const QString& problem);
    /// See MainWindow::setServerQuestion().
    void setServerQuestion(ServerQuestion question);
    ChatListView& list() { return *m_list; }
    SearchField& search() { return *m_search; }
    void focusSearch();

Q_SIGNALS:
    void accountMenuWanted(const QPoint& globalPosition);
    void newChatWanted();
    void tryNowClicked();
    void decideClicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeEmptyState();
    void updateBanner();
    void updateQuestion();
    void updatePages();
    void applyMetrics();
    void retranslate();

    Theme& m_theme;
    client::ChatListModel& m_chats;
    AccountButton* m_account;
    SearchField* m_search;
    IconButton* m_newChat;
    QWidget* m_head;
    Banner* m_offline;
    Button* m_tryNow;
    Banner* m_stopped;
    Banner* m_question;
    Button* m_decide;
    QStackedWidget* m_pages;
    ChatListView* m_list;
    QWidget* m_empty = nullptr;
    Label* m_emptyTitle = nullptr;
    Label* m_emptyText = nullptr;
    Button* m_emptyButton = nullptr;
    Label* m_nothing;
    client::ConnectionState m_state = client::ConnectionState::Online;
    std::uint64_t m_nextTryMs = 0;
    std::uint64_t m_offlineSinceMs = 0;
    QString m_problem;
    ServerQuestion m_asked = ServerQuestion::None;
    QTimer m_tick;
};

} // namespace impulse::ui
