#include "client/core/models/MessageListModel.h"

#include <QDateTime>

#include <algorithm>

namespace impulse::client {
namespace {

constexpr std::uint64_t groupGapMs = 5ULL * 60 * 1000;

bool isBubble(const MessageItem& item)
{
    return item.kind != MessageKind::System && item.kind != MessageKind::Missing;
}

} // namespace

MessageListModel::MessageListModel(QObject* parent) : QAbstractListModel(parent) {}

int MessageListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant MessageListModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const MessageItem& item = at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return item.kind == MessageKind::Text ? item.text : QString();
    case Qt::AccessibleTextRole:
        return m_describe ? m_describe(item) : QString();
    case DayStartRole:
        return startsDay(index.row());
    case GroupPositionRole:
        return QVariant::fromValue(groupPosition(index.row()));
    case UnreadDividerRole:
        return m_unreadFrom == item.id;
    case OutgoingRole:
        return item.outgoing;
    case TimeRole:
        return QVariant::fromValue<qulonglong>(item.sentMs);
    default:
        return {};
    }
}

void MessageListModel::setDescriber(std::function<QString(const MessageItem&)> describe)
{
    m_describe = std::move(describe);
}

void MessageListModel::setConversation(const ConversationId& id)
{
    beginResetModel();
    m_conversation = id;
    m_rows.clear();
    m_keys.clear();
    m_sequences.clear();
    m_unreadFrom.reset();
    m_canLoadOlder = false;
    m_olderPending = false;
    endResetModel();
    Q_EMIT conversationChanged();
}

void MessageListModel::append(std::vector<MessageItem> items)
{
    // In sequence order each message finds its predecessor already counted.
    std::ranges::stable_sort(items, {}, &MessageItem::sequence);
    std::vector<Row> fresh;
    fresh.reserve(items.size());
    std::vector<MessageItem> changed;
    std::vector<MessageItem> pushing;
    for (auto& item : items) {
        if (m_keys.contains(item.id)) {
            changed.push_back(std::move(item));
            continue;
        }
        const Key key = keyFor(item);
        m_keys.emplace(item.id, key);
        if (item.sequence > 0) {
            auto& sequences = m_sequences[item.device];
            sequences.emplace(item.sequence, item.id);
            pushing.push_back(item);
        }
        fresh.push_back({key, std::move(item)});
    }
    insertSorted(std::move(fresh));
    for (const auto& item : pushing)
        pushLaterBehind(item);
    for (const auto& item : changed) {
        if (!replaceInPlace(item)) {
            take(rowOf(item.id));
            append({item});
        }
    }
}

void MessageListModel::prepend(std::vector<MessageItem> items, bool more)
{
    m_olderPending = false;
    append(std::move(items));
    setCanLoadOlder(more);
}

void MessageListModel::upsert(const MessageItem& item)
{
    append({item});
}

void MessageListModel::remove(const MessageId& id)
{
    const int row = rowOf(id);
    if (row >= 0)
        take(row);
}

void MessageListModel::setUnreadFrom(const std::optional<MessageId>& id)
{
    if (m_unreadFrom == id)
        return;
    const int old = m_unreadFrom ? rowOf(*m_unreadFrom) : -1;
    m_unreadFrom = id;
    rowChanged(old);
    rowChanged(id ? rowOf(*id) : -1);
}

void MessageListModel::setCanLoadOlder(bool can)
{
    m_canLoadOlder = can;
    m_olderPending = false;
}

void MessageListModel::requestOlder()
{
    if (!m_canLoadOlder || m_olderPending)
        return;
    m_olderPending = true;
    Q_EMIT olderWanted();
}

const MessageItem& MessageListModel::at(int row) const
{
    return m_rows.at(static_cast<std::size_t>(row)).item;
}

int MessageListModel::rowOf(const MessageId& id) const
{
    const auto found = m_keys.find(id);
    return found == m_keys.end() ? -1 : rowOf(found->second);
}

int MessageListModel::rowOf(const Key& key) const
{
    const auto place = std::ranges::lower_bound(m_rows, key, {}, &Row::key);
    return place != m_rows.end() && place->key == key ? static_cast<int>(place - m_rows.begin())
                                                      : -1;
}

/// The message's own time, or that of the same device's previous message if that is later.
MessageListModel::Key MessageListModel::keyFor(const MessageItem& item) const
{
    Key key{item.sortMs, item.sequence, item.id};
    if (item.sequence == 0)
        return key;
    const auto device = m_sequences.find(item.device);
    if (device == m_sequences.end())
        return key;
    const auto next = device->second.lower_bound(item.sequence);
    if (next != device->second.begin())
        key.ms = std::max(key.ms, m_keys.at(std::prev(next)->second).ms);
    return key;
}

bool MessageListModel::replaceInPlace(const MessageItem& item)
{
    const int row = rowOf(item.id);
    auto& current = m_rows[static_cast<std::size_t>(row)];
    if (current.item.device != item.device || current.item.sequence != item.sequence
        || keyFor(item) != current.key)
        return false;
    if (current.item != item) {
        current.item = item;
        rowChanged(row);
    }
    return true;
}

/// Rows that fall into one gap of the present rows are one insertion, so that a page of a
/// thousand older messages costs the view one layout.
void MessageListModel::insertSorted(std::vector<Row> rows)
{
    std::ranges::sort(rows, {}, &Row::key);
    for (std::size_t i = 0; i < rows.size();) {
        const auto place = std::ranges::lower_bound(m_rows, rows[i].key, {}, &Row::key);
        std::size_t end = i + 1;
        while (end < rows.size() && (place == m_rows.end() || rows[end].key < place->key))
            ++end;
        const int first = static_cast<int>(place - m_rows.begin());
        const int last = first + static_cast<int>(end - i) - 1;
        beginInsertRows({}, first, last);
        m_rows.insert(place, std::make_move_iterator(rows.begin() + static_cast<long>(i)),
                      std::make_move_iterator(rows.begin() + static_cast<long>(end)));
        endInsertRows();
        rowChanged(first - 1);
        rowChanged(last + 1);
        i = end;
    }
}

/// A message that came late can stand after later ones of its device: those move behind it.
void MessageListModel::pushLaterBehind(const MessageItem& item)
{
    const Key key = m_keys.at(item.id);
    const auto& sequences = m_sequences.at(item.device);
    std::vector<MessageItem> moved;
    for (auto next = sequences.upper_bound(item.sequence); next != sequences.end(); ++next) {
        if (m_keys.at(next->second).ms >= key.ms)
            break;
        moved.push_back(at(rowOf(next->second)));
    }
    for (const auto& later : moved)
        take(rowOf(later.id));
    if (!moved.empty())
        append(std::move(moved));
}

void MessageListModel::take(int row)
{
    const auto place = m_rows.begin() + row;
    beginRemoveRows({}, row, row);
    m_keys.erase(place->item.id);
    if (place->item.sequence > 0)
        m_sequences[place->item.device].erase(place->item.sequence);
    m_rows.erase(place);
    endRemoveRows();
    rowChanged(row - 1);
    rowChanged(row);
}

QDate MessageListModel::dayOf(int row) const
{
    return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(at(row).sentMs)).date();
}

bool MessageListModel::startsDay(int row) const
{
    return row == 0 || dayOf(row) != dayOf(row - 1);
}

/// Whether the row below belongs to the same group.
bool MessageListModel::joined(int upper) const
{
    if (upper < 0 || upper + 1 >= rowCount())
        return false;
    const MessageItem& a = at(upper);
    const MessageItem& b = at(upper + 1);
    const auto gap = b.sentMs > a.sentMs ? b.sentMs - a.sentMs : a.sentMs - b.sentMs;
    return isBubble(a) && isBubble(b) && a.sender == b.sender && a.outgoing == b.outgoing
        && gap < groupGapMs && m_unreadFrom != b.id && a.state != MessageState::Failed
        && a.state != MessageState::Held && dayOf(upper) == dayOf(upper + 1);
}

MessageListModel::GroupPosition MessageListModel::groupPosition(int row) const
{
    const bool above = joined(row - 1);
    const bool below = joined(row);
    if (above)
        return below ? GroupPosition::Middle : GroupPosition::Last;
    return below ? GroupPosition::First : GroupPosition::Single;
}

/// The neighbours are repainted too: their corners depend on this row.
void MessageListModel::rowChanged(int row)
{
    if (row < 0 || row >= rowCount())
        return;
    Q_EMIT dataChanged(index(std::max(0, row - 1)), index(std::min(row + 1, rowCount() - 1)));
}

} // namespace impulse::client
