#pragma once

#include "client/core/models/MessageListModel.h"
#include "client/ui/chat/MessageLayout.h"

#include <QObject>

class QAction;

namespace impulse::ui {

class Menu;
class MessageListView;
class Theme;

/// The commands on one message: the row's context menu, the letters in the list, and the clicks on
/// painted parts all end here, so that everything painted is also a command. Main thread.
class MessageActions : public QObject {
    Q_OBJECT

public:
    MessageActions(Theme& theme, client::MessageListModel& messages, MessageListView& view);

    /// Requests and blocked chats: nothing that would write.
    void setWritable(bool writable) { m_writable = writable; }
    static bool canReply(const client::MessageItem& item);
    static bool canEdit(const client::MessageItem& item);
    static bool canDelete(const client::MessageItem& item);
    void retranslate();

Q_SIGNALS:
    void reply(const impulse::client::MessageItem& message);
    void edit(const impulse::client::MessageItem& message);
    /// Already confirmed.
    void removeForEveryone(const impulse::MessageId& message);
    void retry(const impulse::MessageId& message);
    /// To a person whose identity has changed.
    void sendAnyway();
    void cancel(const impulse::MessageId& message);

private:
    QAction* shortcut(const QKeySequence& keys, void (MessageActions::*slot)(int));
    void sendAgain(const impulse::MessageId& id, bool held);
    void showMenu(int row, const QPoint& place);
    void addLinks(Menu& menu, int row);
    void activate(int row, const MessageHit& hit);
    void replyTo(int row);
    void editRow(int row);
    void copyRow(int row);
    void removeRow(int row);
    void showDetails(int row);
    void goToReplied(int row);

    Theme& m_theme;
    client::MessageListModel& m_messages;
    MessageListView& m_view;
    QAction* m_reply;
    QAction* m_edit;
    QAction* m_copy;
    QAction* m_remove;
    QAction* m_details;
    bool m_writable = true;
};

} // namespace impulse::ui
