#pragma once

#include "client/core/Chats.h"
#include "client/core/state/LocalState.h"
#include "client/e2ee/content/Content.h"

namespace impulse::client {

/// Makes what is shown out of stored events: a message with the edits and deletion that count
/// (encryption.md 6.1), its delivery state and the message it answers. Main thread.
class MessageFeed : public QObject {
    Q_OBJECT
public:
    /// `placeholderMs`: what waits for its repair is shown as missing after this time.
    MessageFeed(LocalState& state, int placeholderMs, QObject* parent = nullptr);

    Task<Result<MessagePage, ClientError>> page(ConversationId conversation,
                                                std::optional<PagePosition> before, int limit);
    /// The message as it is now; NotFound if it is no line of its own or not here. Content that its
    /// author has deleted is erased from the disk on the way.
    Task<Result<MessageItem, ClientError>> message(ConversationId conversation, MessageId id);
    /// The conversation of a message.
    Task<Result<ConversationId, ClientError>> locate(MessageId id);

private:
    struct Line {
        EventRecord record;
        EventRow row;
        std::vector<std::pair<EventRecord, EventRow>> changes;
    };

    Task<std::vector<MessageItem>> build(ConversationId conversation, EventPageRecords records);
    Line lineOf(const EventRecord& record, const std::vector<EventRecord>& changes) const;
    std::optional<MessageItem> itemOf(const ConversationRecord& conversation,
                                      const Line& line) const;
    bool isExpectedSoon(const EventRecord& record) const;
    void applyText(MessageItem& item, const Line& line) const;
    void applyState(MessageItem& item, const ConversationRecord& conversation,
                    const Line& line) const;
    /// `forGood`: the server has the deletion, too.
    bool isDeleted(const Line& line, bool forGood) const;
    void eraseDeleted(const Line& line);
    std::optional<e2ee::Reference> replyOf(const Line& line) const;
    QString nameOf(const UserId& user) const;

    LocalState& m_state;
    std::uint64_t m_placeholderMs;
};

/// The texts of the rows of Chats::sendText() and such: trimmed, checked against the limits.
std::optional<std::string> sendableText(const QString& text);

} // namespace impulse::client
