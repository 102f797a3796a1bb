#pragma once

#include "client/core/Chats.h"
#include "client/core/message/Inbound.h"
#include "client/core/message/MessageFeed.h"
#include "client/core/message/Typing.h"

namespace impulse::client {

class PeopleService;

/// Chats for the windows: keeps a row per conversation current and turns wishes into outbox items.
/// Main thread.
class ChatService final : public Chats {
    Q_OBJECT
public:
    ChatService(LocalState& state, MessageFeed& feed, Outbox& outbox, Receipts& receipts,
                Typing& typing, PeopleService& people, QObject* parent = nullptr);

    /// After unlocking: reads the last message of every conversation.
    Task<void> load();
    void clear();
    /// A message changed: tells who shows it.
    void refresh(const ConversationId& conversation, const MessageId& id);
    void refreshChat(const ConversationId& conversation);
    void takeTyping(const ConversationId& id, bool active);

    std::vector<ChatItem> chats() const override;
    std::optional<ChatItem> chat(const ConversationId& id) const override;
    QString draft(const ConversationId& id) const override;
    std::optional<MessageId> firstUnread(const ConversationId& id) const override;
    void start(const UserId& person, Callback<ConversationId> done) override;
    void readPage(const ConversationId& id, std::optional<MessageItem> before, int limit,
                  Callback<MessagePage> done) override;
    void findMessage(const MessageId& id,
                     Callback<std::pair<ConversationId, MessageItem>> done) override;
    void sendText(const ConversationId& id, const QString& text, std::optional<MessageId> replyTo,
                  Callback<MessageId> done) override;
    void editText(const ConversationId& id, const MessageId& message, const QString& text,
                  Callback<MessageId> done) override;
    void deleteForEveryone(const ConversationId& id, const MessageId& message,
                           Callback<MessageId> done) override;
    void retry(const ConversationId& id, const MessageId& message) override;
    void cancel(const ConversationId& id, const MessageId& message) override;
    std::optional<MessageState> outboxState(const MessageId& event) const override;
    void markRead(const ConversationId& id) override;
    void setTyping(const ConversationId& id, bool typing) override;
    void setDraft(const ConversationId& id, const QString& text) override;
    void setPinned(const ConversationId& id, bool pinned) override;
    void setMuted(const ConversationId& id, bool muted) override;

private:
    Task<void> runRefresh(ConversationId conversation, MessageId id);
    Task<void> runRead(ConversationId id, std::optional<PagePosition> before, int limit,
                       Callback<MessagePage> done);
    Task<void> runFind(MessageId id, Callback<std::pair<ConversationId, MessageItem>> done);
    Task<void> runChange(ConversationId id, MessageId message, OutboxRecord change,
                         Callback<MessageId> done);
    void queue(OutboxRecord item, WriteBatch batch, const MessageId& shown,
               Callback<MessageId> done);
    ChatItem itemOf(const ConversationRecord& conversation) const;
    void setPreview(ChatItem& item, const ConversationRecord& conversation) const;

    LocalState& m_state;
    MessageFeed& m_feed;
    Outbox& m_outbox;
    Receipts& m_receipts;
    Typing& m_typing;
    PeopleService& m_people;
    std::map<ConversationId, MessageItem> m_last;
    /// Who is typing, until when.
    std::map<ConversationId, std::uint64_t> m_typingUntil;
    QTimer m_typingEnds;
    std::set<ConversationId> m_draftsToStore;
    QTimer m_storeDrafts;
};

} // namespace impulse::client
