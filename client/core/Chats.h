#pragma once

#include "client/core/ClientError.h"
#include "client/core/Items.h"

#include <QObject>

namespace impulse::client {

/// A page of a conversation, oldest first.
struct MessagePage {
    std::vector<MessageItem> messages;
    /// There are older ones.
    bool more = false;
};

/// Conversations and their messages. Main thread; unlocked profiles only. Every change is durable
/// before it is shown; what is sent is retried until the server took or refused it.
class Chats : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    virtual std::vector<ChatItem> chats() const = 0;
    virtual std::optional<ChatItem> chat(const ConversationId& id) const = 0;
    virtual QString draft(const ConversationId& id) const = 0;
    /// Oldest unread message: the "New messages" divider goes above it.
    virtual std::optional<MessageId> firstUnread(const ConversationId& id) const = 0;
    /// The conversation with a person; made if there is none. Own id: notes to self.
    virtual void start(const UserId& person, Callback<ConversationId> done) = 0;
    /// Messages before `before` in the order shown, or the newest.
    virtual void readPage(const ConversationId& id, std::optional<MessageItem> before, int limit,
                          Callback<MessagePage> done) = 0;
    /// A message by its id, in any conversation.
    virtual void findMessage(const MessageId& id,
                             Callback<std::pair<ConversationId, MessageItem>> done) = 0;

    /// `done` comes when the message is durable in the outbox.
    virtual void sendText(const ConversationId& id, const QString& text,
                          std::optional<MessageId> replyTo, Callback<MessageId> done) = 0;
    virtual void editText(const ConversationId& id, const MessageId& message, const QString& text,
                          Callback<MessageId> done) = 0;
    virtual void deleteForEveryone(const ConversationId& id, const MessageId& message,
                                   Callback<MessageId> done) = 0;
    /// Sends a failed message again, or takes it out of the outbox.
    virtual void retry(const ConversationId& id, const MessageId& message) = 0;
    virtual void cancel(const ConversationId& id, const MessageId& message) = 0;

    /// How an event of this device stands in the outbox, also an edit or delete (their own ids):
    /// Pending, Failed or Held; nothing once the server has it. outboxChanged() says when to look
    /// again.
    virtual std::optional<MessageState> outboxState(const MessageId& event) const = 0;

    /// Everything that is here now was seen.
    virtual void markRead(const ConversationId& id) = 0;
    virtual void setTyping(const ConversationId& id, bool typing) = 0;
    /// Durable within a second.
    virtual void setDraft(const ConversationId& id, const QString& text) = 0;
    virtual void setPinned(const ConversationId& id, bool pinned) = 0;
    virtual void setMuted(const ConversationId& id, bool muted) = 0;

Q_SIGNALS:
    /// The chat's row changed, or the chat is new.
    void chatChanged(const impulse::ConversationId& id);
    /// A message is new or changed (text, state, deleted). Also for older ones.
    void messageChanged(const impulse::ConversationId& id,
                        const impulse::client::MessageItem& message);
    /// An id that was shown is no more (a cancelled message).
    void messageRemoved(const impulse::ConversationId& id, const impulse::MessageId& message);
    /// The server took or refused an event of this device, or one was cancelled.
    void outboxChanged();
    /// After the first sync of a connection: everything that the server had is here.
    void upToDate();
};

} // namespace impulse::client
