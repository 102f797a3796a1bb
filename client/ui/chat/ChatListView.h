#pragma once

#include "client/core/models/ChatListModel.h"

#include <QListView>

namespace impulse::ui {

class ChatFilter;
class Theme;

/// The chat list. The current row is the open conversation. Main thread.
class ChatListView : public QListView {
    Q_OBJECT

public:
    ChatListView(Theme& theme, client::ChatListModel& chats, QWidget* parent);

    ChatFilter& filter() { return *m_filter; }
    /// Without a connection nobody is shown as online.
    void setPresenceKnown(bool known);
    void keyboardSearch(const QString& text) override;

Q_SIGNALS:
    void chatChosen(const impulse::ConversationId& id);
    void menuWanted(const impulse::ConversationId& id, const QPoint& globalPosition);
    /// Letters that were typed here belong in the search field.
    void typed(const QString& text);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    Theme& m_theme;
    client::ChatListModel& m_chats;
    ChatFilter* m_filter;
};

} // namespace impulse::ui
