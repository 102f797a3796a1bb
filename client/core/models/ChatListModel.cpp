#include "client/core/models/ChatListModel.h"

#include <algorithm>

namespace impulse::client {
namespace {

/// Ties are broken by id, so that the order is the same at every start.
bool before(const ChatItem& a, const ChatItem& b)
{
    const auto sectionA = ChatListModel::sectionOf(a);
    const auto sectionB = ChatListModel::sectionOf(b);
    if (sectionA != sectionB)
        return sectionA < sectionB;
    if (a.timeMs != b.timeMs)
        return a.timeMs > b.timeMs;
    return a.id < b.id;
}

} // namespace

ChatListModel::ChatListModel(QObject* parent) : QAbstractListModel(parent) {}

ChatListModel::Section ChatListModel::sectionOf(const ChatItem& item)
{
    if (item.request)
        return Section::Requests;
    return item.pinned ? Section::Pinned : Section::Chats;
}

int ChatListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_chats.size());
}

QVariant ChatListModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ChatItem& item = at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return item.title;
    case SectionRole:
        return QVariant::fromValue(sectionOf(item));
    case UsernameRole:
        return item.username;
    case UnreadRole:
        return item.unread;
    case TimeRole:
        return QVariant::fromValue<qulonglong>(item.timeMs);
    case OnlineRole:
        return item.online;
    default:
        return {};
    }
}

void ChatListModel::upsert(const ChatItem& item)
{
    const int old = rowOf(item.id);
    if (old < 0) {
        const auto place = std::ranges::upper_bound(m_chats, item, before);
        const int row = static_cast<int>(place - m_chats.begin());
        beginInsertRows({}, row, row);
        m_chats.insert(place, item);
        endInsertRows();
        return;
    }
    const auto current = m_chats.begin() + old;
    if (*current == item)
        return;
    // The place among the others, as if the old row were not there.
    auto target = old;
    while (target > 0 && before(item, at(target - 1)))
        --target;
    if (target == old) {
        while (target + 1 < rowCount() && before(at(target + 1), item))
            ++target;
    }
    if (target != old) {
        // Qt counts the destination before the row is taken out.
        beginMoveRows({}, old, old, {}, target > old ? target + 1 : target);
        if (target > old)
            std::rotate(current, current + 1, m_chats.begin() + target + 1);
        else
            std::rotate(m_chats.begin() + target, current, current + 1);
        endMoveRows();
    }
    m_chats[static_cast<std::size_t>(target)] = item;
    Q_EMIT dataChanged(index(target), index(target));
}

void ChatListModel::remove(const ConversationId& id)
{
    const int row = rowOf(id);
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_chats.erase(m_chats.begin() + row);
    endRemoveRows();
}

void ChatListModel::clear()
{
    setChats({});
}

void ChatListModel::setChats(std::vector<ChatItem> chats)
{
    beginResetModel();
    m_chats = std::move(chats);
    std::ranges::sort(m_chats, before);
    endResetModel();
}

const ChatItem& ChatListModel::at(int row) const
{
    return m_chats.at(static_cast<std::size_t>(row));
}

int ChatListModel::rowOf(const ConversationId& id) const
{
    const auto found = std::ranges::find(m_chats, id, &ChatItem::id);
    return found == m_chats.end() ? -1 : static_cast<int>(found - m_chats.begin());
}

const ChatItem* ChatListModel::find(const ConversationId& id) const
{
    const int row = rowOf(id);
    return row < 0 ? nullptr : &at(row);
}

bool ChatListModel::hasRequests() const
{
    return !m_chats.empty() && m_chats.front().request;
}

} // namespace impulse::client
