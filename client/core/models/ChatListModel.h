#pragma once

#include "client/core/models/ChatItem.h"

#include <QAbstractListModel>

namespace impulse::client {

/// The chat list: requests first, then pinned chats, then the others, each newest first.
///
/// Holds values only; the client core fills it, the window shows it. Owned by the main thread.
class ChatListModel final : public QAbstractListModel {
    Q_OBJECT

public:
    enum class Section { Requests, Pinned, Chats };
    Q_ENUM(Section)

    enum Role {
        SectionRole = Qt::UserRole + 1,
        UsernameRole,
        UnreadRole,
        TimeRole, ///< ms since 1970, qulonglong
        OnlineRole,
    };

    explicit ChatListModel(QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    /// Adds the chat, or replaces the one with the same id and moves it where it belongs.
    void upsert(const ChatItem& item);
    void remove(const ConversationId& id);
    void clear();
    /// Replaces everything in one reset (at start).
    void setChats(std::vector<ChatItem> chats);

    const ChatItem& at(int row) const;
    /// -1 if it is not here.
    int rowOf(const ConversationId& id) const;
    /// Nothing if it is not here. Valid until the model changes.
    const ChatItem* find(const ConversationId& id) const;
    bool hasRequests() const;
    static Section sectionOf(const ChatItem& item);

private:
    std::vector<ChatItem> m_chats;
};

} // namespace impulse::client
