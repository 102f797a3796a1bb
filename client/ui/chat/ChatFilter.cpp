#include "client/ui/chat/ChatFilter.h"

#include "client/ui/chat/ChatWords.h"

namespace impulse::ui {

ChatFilter::ChatFilter(client::ChatListModel& chats, QObject* parent)
    : QSortFilterProxyModel(parent), m_chats(chats)
{
    setSourceModel(&chats);
}

void ChatFilter::setText(const QString& text)
{
    m_text = text.trimmed();
    if (m_text.startsWith(QLatin1Char('@')))
        m_text.remove(0, 1);
    invalidateFilter();
}

const client::ChatItem& ChatFilter::at(const QModelIndex& index) const
{
    return m_chats.at(mapToSource(index).row());
}

bool ChatFilter::showsOnline(const client::ChatItem& chat) const
{
    return chat.online && m_presenceKnown;
}

QModelIndex ChatFilter::indexOf(const ConversationId& id) const
{
    const int row = m_chats.rowOf(id);
    return row < 0 ? QModelIndex() : mapFromSource(m_chats.index(row));
}

QVariant ChatFilter::data(const QModelIndex& index, int role) const
{
    if (role == Qt::AccessibleTextRole && index.isValid()) {
        client::ChatItem chat = at(index);
        chat.online = showsOnline(chat);
        return ChatWords::chatSentence(chat);
    }
    return QSortFilterProxyModel::data(index, role);
}

bool ChatFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    Q_UNUSED(parent)
    const client::ChatItem& chat = m_chats.at(row);
    return m_text.isEmpty() || chat.title.contains(m_text, Qt::CaseInsensitive)
        || chat.username.contains(m_text, Qt::CaseInsensitive);
}

} // namespace impulse::ui
