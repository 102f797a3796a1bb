#pragma once

#include "client/core/models/ChatListModel.h"

#include <QSortFilterProxyModel>

namespace impulse::ui {

/// The chats whose name or username contains what is typed in the search field, in the order of
/// the model. Answers Qt::AccessibleTextRole with the row's sentence. Main thread.
class ChatFilter : public QSortFilterProxyModel {
    Q_OBJECT

public:
    ChatFilter(client::ChatListModel& chats, QObject* parent);

    void setText(const QString& text);
    /// What was last heard of who is online is old without a connection.
    void setPresenceKnown(bool known) { m_presenceKnown = known; }
    bool showsOnline(const client::ChatItem& chat) const;
    const client::ChatItem& at(const QModelIndex& index) const;
    const client::ChatItem& at(int row) const { return at(index(row, 0)); }
    /// Invalid if it is filtered out.
    QModelIndex indexOf(const ConversationId& id) const;
    QVariant data(const QModelIndex& index, int role) const override;

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    client::ChatListModel& m_chats;
    QString m_text;
    bool m_presenceKnown = true;
};

} // namespace impulse::ui
