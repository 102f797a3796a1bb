#pragma once

#include "client/core/models/MessageItem.h"

#include <QAbstractListModel>
#include <QDate>

#include <functional>
#include <map>
#include <unordered_map>

namespace impulse::client {

/// The loaded part of one conversation, oldest first.
///
/// Order (encryption.md 4.4): by `sortMs`, but never a message before an earlier one (smaller
/// `sequence`) of the same device. Rows are loaded page by page: when the view comes near the top
/// it calls requestOlder(), the client core answers the signal with prepend().
/// Holds values only. Owned by the main thread.
class MessageListModel final : public QAbstractListModel {
    Q_OBJECT

public:
    /// Where a message stands among its neighbours of the same sender and day, under 5 minutes
    /// apart.
    enum class GroupPosition { Single, First, Middle, Last };
    Q_ENUM(GroupPosition)

    enum Role {
        DayStartRole = Qt::UserRole + 1, ///< bool: first row of its day
        GroupPositionRole,
        UnreadDividerRole, ///< bool: the divider stands above this row
        OutgoingRole,
        TimeRole, ///< ms since 1970, qulonglong
    };

    explicit MessageListModel(QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    /// How a row is read aloud (Qt::AccessibleTextRole). The words are the view's business.
    void setDescriber(std::function<QString(const MessageItem&)> describe);

    /// Empties the model for another conversation.
    void setConversation(const ConversationId& id);
    const ConversationId& conversation() const { return m_conversation; }
    /// Adds or replaces messages, in any order; a page of neighbours is one insertion.
    void append(std::vector<MessageItem> items);
    /// The answer to olderWanted(). `more`: there are still older ones.
    void prepend(std::vector<MessageItem> items, bool more);
    void upsert(const MessageItem& item);
    void remove(const MessageId& id);

    /// The divider "New messages" stands above this message until it is cleared.
    void setUnreadFrom(const std::optional<MessageId>& id);
    const std::optional<MessageId>& unreadFrom() const { return m_unreadFrom; }
    void setCanLoadOlder(bool can);
    bool canLoadOlder() const { return m_canLoadOlder; }
    /// Emits olderWanted() unless an earlier request is not answered yet.
    void requestOlder();

    const MessageItem& at(int row) const;
    /// -1 if it is not loaded.
    int rowOf(const MessageId& id) const;
    GroupPosition groupPosition(int row) const;
    bool startsDay(int row) const;
    /// Local date of the row.
    QDate dayOf(int row) const;

Q_SIGNALS:
    void olderWanted();
    void conversationChanged();

private:
    struct Key {
        std::uint64_t ms = 0;
        std::uint64_t sequence = 0;
        MessageId id;
        auto operator<=>(const Key&) const = default;
    };
    struct Row {
        Key key;
        MessageItem item;
    };
    using Sequences = std::map<std::uint64_t, MessageId>;

    Key keyFor(const MessageItem& item) const;
    int rowOf(const Key& key) const;
    bool replaceInPlace(const MessageItem& item);
    void insertSorted(std::vector<Row> rows);
    void pushLaterBehind(const MessageItem& item);
    void take(int row);
    bool joined(int upper) const;
    void rowChanged(int row);

    ConversationId m_conversation;
    std::vector<Row> m_rows;
    std::unordered_map<MessageId, Key, FixedHash> m_keys;
    std::unordered_map<DeviceId, Sequences, FixedHash> m_sequences;
    std::optional<MessageId> m_unreadFrom;
    std::function<QString(const MessageItem&)> m_describe;
    bool m_canLoadOlder = false;
    bool m_olderPending = false;
};

} // namespace impulse::client
