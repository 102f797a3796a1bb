#include "client/core/chats/ChatService.h"

#include "client/core/people/PeopleService.h"

namespace impulse::client {

namespace {

/// Half of what is promised: a draft is never older than a second.
constexpr int draftDelayMs = 400;
/// A little more than the pause between two typing events (encryption.md 6.2).
constexpr std::uint64_t typingShownMs = 7'000;
constexpr int previewLength = 200;

} // namespace

ChatService::ChatService(LocalState& state, MessageFeed& feed, Outbox& outbox, Receipts& receipts,
                         Typing& typing, PeopleService& people, QObject* parent)
    : Chats(parent), m_state(state), m_feed(feed), m_outbox(outbox), m_receipts(receipts),
      m_typing(typing), m_people(people)
{
    connect(&outbox, &Outbox::messageChanged, this, &ChatService::refresh);
    connect(&outbox, &Outbox::changed, this, &Chats::outboxChanged);
    connect(&people, &People::personChanged, this, [this](const UserId& user) {
        if (m_state.isLoaded())
            refreshChat(m_state.directConversation(user));
    });
    m_storeDrafts.setSingleShot(true);
    connect(&m_storeDrafts, &QTimer::timeout, this, [this] {
        WriteBatch batch;
        for (const auto& id : std::exchange(m_draftsToStore, {}))
            m_state.stageDraft(batch, id);
        m_state.commit(std::move(batch));
    });
    m_typingEnds.setInterval(1000);
    connect(&m_typingEnds, &QTimer::timeout, this, [this] {
        const auto now = m_state.nowMs();
        const auto known = m_typingUntil;
        for (const auto& [id, until] : known) {
            if (until < now)
                takeTyping(id, false);
        }
    });
}

Task<void> ChatService::load()
{
    const auto conversations = m_state.conversations;
    for (const auto& [id, conversation] : conversations) {
        auto page = co_await m_feed.page(id, std::nullopt, 1);
        if (page.ok() && !page->messages.empty())
            m_last[id] = std::move(page->messages.back());
    }
}

void ChatService::clear()
{
    m_storeDrafts.stop();
    m_draftsToStore.clear();
    m_typingUntil.clear();
    m_last.clear();
}

void ChatService::refresh(const ConversationId& conversation, const MessageId& id)
{
    runRefresh(conversation, id).detach();
}

Task<void> ChatService::runRefresh(ConversationId conversation, MessageId id)
{
    auto item = co_await m_feed.message(conversation, id);
    const auto last = m_last.find(conversation);
    if (!item.ok()) {
        if (last != m_last.end() && last->second.id == id)
            m_last.erase(last);
        if (item.error().code == ClientErrorCode::NotFound) {
            Q_EMIT messageRemoved(conversation, id);
            Q_EMIT chatChanged(conversation);
        }
        co_return;
    }
    const auto orderOf = [](const MessageItem& message) {
        return std::pair(message.sortMs, message.id);
    };
    if (last == m_last.end() || last->second.id == item->id ||
        orderOf(last->second) <= orderOf(*item))
        m_last[conversation] = *item;
    Q_EMIT messageChanged(conversation, *item);
    Q_EMIT chatChanged(conversation);
}

void ChatService::refreshChat(const ConversationId& conversation)
{
    if (m_state.conversation(conversation))
        Q_EMIT chatChanged(conversation);
}

std::vector<ChatItem> ChatService::chats() const
{
    std::vector<ChatItem> items;
    if (!m_state.isLoaded())
        return items;
    for (const auto& [id, conversation] : m_state.conversations)
        items.push_back(itemOf(conversation));
    return items;
}

std::optional<ChatItem> ChatService::chat(const ConversationId& id) const
{
    const auto found = m_state.conversations.find(id);
    if (!m_state.isLoaded() || found == m_state.conversations.end())
        return std::nullopt;
    return itemOf(found->second);
}

ChatItem ChatService::itemOf(const ConversationRecord& conversation) const
{
    ChatItem item;
    item.id = conversation.id;
    item.peer = conversation.peer;
    item.unread = static_cast<int>(conversation.unread.size());
    item.pinned = conversation.pinned;
    item.muted = conversation.muted;
    item.timeMs = conversation.createdMs;
    const auto person = m_people.person(conversation.peer);
    if (person) {
        item.title = person->name();
        item.username = person->username;
        item.online = person->online;
        item.identity = person->identity;
        // Somebody found and not written to yet is no request of his.
        const bool wroteToUs = conversation.position > 0 || !conversation.senders.empty();
        item.request = wroteToUs && person->status == ContactStatus::Stranger &&
                       conversation.peer != m_state.self();
        item.blocked = person->status == ContactStatus::Blocked;
    }
    setPreview(item, conversation);
    return item;
}

void ChatService::setPreview(ChatItem& item, const ConversationRecord& conversation) const
{
    const auto last = m_last.find(conversation.id);
    if (last != m_last.end()) {
        const auto& message = last->second;
        item.timeMs = message.sortMs;
        item.previewOwn = message.outgoing;
        if (message.outgoing)
            item.ownState = message.state;
        item.previewKind = message.kind == MessageKind::Deleted ? PreviewKind::Deleted
                           : message.state == MessageState::Failed && message.outgoing
                               ? PreviewKind::NotSent
                               : PreviewKind::Text;
        item.previewText = message.text.left(previewLength);
    }
    const auto draft = m_state.drafts.find(conversation.id);
    if (item.request) {
        item.previewKind = PreviewKind::Request;
        item.previewText.clear();
    } else if (m_typingUntil.contains(conversation.id)) {
        item.previewKind = PreviewKind::Typing;
    } else if (draft != m_state.drafts.end()) {
        item.previewKind = PreviewKind::Draft;
        item.previewText = draft->second.left(previewLength);
    }
}

QString ChatService::draft(const ConversationId& id) const
{
    const auto found = m_state.drafts.find(id);
    return found == m_state.drafts.end() ? QString() : found->second;
}

std::optional<MessageId> ChatService::firstUnread(const ConversationId& id) const
{
    const auto found = m_state.conversations.find(id);
    if (found == m_state.conversations.end() || found->second.unread.empty())
        return std::nullopt;
    return found->second.unread.front();
}

void ChatService::start(const UserId& person, Callback<ConversationId> done)
{
    if (!m_state.isLoaded() || (person != m_state.self() && !m_state.contact(person))) {
        done(Failure{ClientError{m_state.isLoaded() ? ClientErrorCode::NotFound
                                                    : ClientErrorCode::WrongState}});
        return;
    }
    bool isNew = false;
    const auto& conversation = m_state.obtainConversation(person, &isNew);
    const auto id = conversation.id;
    WriteBatch batch;
    if (isNew)
        m_state.stage(batch, conversation);
    m_state.commit(std::move(batch),
                   [guard = QPointer<ChatService>(this), id, done = std::move(done)] {
                       if (!guard)
                           return;
                       done(id);
                       Q_EMIT guard->chatChanged(id);
                   });
}

void ChatService::readPage(const ConversationId& id, std::optional<MessageItem> before, int limit,
                           Callback<MessagePage> done)
{
    std::optional<PagePosition> position;
    if (before)
        position = PagePosition{before->sortMs, before->id};
    runRead(id, position, limit, std::move(done)).detach();
}

Task<void> ChatService::runRead(ConversationId id, std::optional<PagePosition> before, int limit,
                                Callback<MessagePage> done)
{
    auto page = co_await m_feed.page(id, before, limit);
    done(std::move(page));
}

void ChatService::findMessage(const MessageId& id,
                              Callback<std::pair<ConversationId, MessageItem>> done)
{
    runFind(id, std::move(done)).detach();
}

Task<void> ChatService::runFind(MessageId id, Callback<std::pair<ConversationId, MessageItem>> done)
{
    const auto conversation = co_await m_feed.locate(id);
    if (!conversation.ok()) {
        done(Failure{conversation.error()});
        co_return;
    }
    auto item = co_await m_feed.message(*conversation, id);
    if (item.ok())
        done(std::pair(*conversation, std::move(item).value()));
    else
        done(Failure{item.error()});
}

void ChatService::queue(OutboxRecord item, WriteBatch batch, const MessageId& shown,
                        Callback<MessageId> done)
{
    const auto id = item.id;
    const auto conversation = item.conversation;
    m_outbox.stageEvent(batch, std::move(item));
    m_state.commit(std::move(batch), [guard = QPointer<ChatService>(this), id, conversation, shown,
                                      done = std::move(done)] {
        if (!guard)
            return;
        guard->refresh(conversation, shown);
        guard->m_outbox.run();
        done(id);
    });
}

void ChatService::sendText(const ConversationId& id, const QString& text,
                           std::optional<MessageId> replyTo, Callback<MessageId> done)
{
    auto* conversation = m_state.conversation(id);
    auto sendable = sendableText(text);
    if (!conversation || !sendable) {
        done(Failure{
            ClientError{conversation ? ClientErrorCode::InvalidText : ClientErrorCode::NotFound}});
        return;
    }
    const auto* contact = m_state.contact(conversation->peer);
    if (contact && contact->status == ContactStatus::Blocked) {
        done(Failure{ClientError{ClientErrorCode::Blocked}});
        return;
    }
    WriteBatch batch;
    // Writing to somebody accepts him (encryption.md 6.3).
    m_people.stageAccepted(batch, conversation->peer);
    if (m_state.drafts.erase(id) > 0)
        m_state.stageDraft(batch, id);
    m_draftsToStore.erase(id);
    OutboxRecord item;
    item.kind = OutboxKind::Text;
    item.conversation = id;
    item.peer = conversation->peer;
    item.id = Sealer::newId();
    item.text = std::move(*sendable);
    item.replyTo = replyTo;
    m_typing.noteSent(id);
    const auto shown = item.id;
    queue(std::move(item), std::move(batch), shown, std::move(done));
}

void ChatService::editText(const ConversationId& id, const MessageId& message, const QString& text,
                           Callback<MessageId> done)
{
    auto sendable = sendableText(text);
    if (!sendable) {
        done(Failure{ClientError{ClientErrorCode::InvalidText}});
        return;
    }
    OutboxRecord change;
    change.kind = OutboxKind::Edit;
    change.text = std::move(*sendable);
    runChange(id, message, std::move(change), std::move(done)).detach();
}

void ChatService::deleteForEveryone(const ConversationId& id, const MessageId& message,
                                    Callback<MessageId> done)
{
    OutboxRecord change;
    change.kind = OutboxKind::Delete;
    runChange(id, message, std::move(change), std::move(done)).detach();
}

Task<void> ChatService::runChange(ConversationId id, MessageId message, OutboxRecord change,
                                  Callback<MessageId> done)
{
    const auto item = co_await m_feed.message(id, message);
    const auto* conversation = m_state.conversation(id);
    const auto fail = [&done](ClientErrorCode code) { done(Failure{ClientError{code}}); };
    if (!item.ok() || !conversation || item->kind != MessageKind::Text) {
        fail(ClientErrorCode::NotFound);
        co_return;
    }
    if (!item->outgoing) {
        fail(ClientErrorCode::NotAuthor);
        co_return;
    }
    // What the server never took needs no deletion event.
    if (change.kind == OutboxKind::Delete && item->state == MessageState::Failed &&
        m_outbox.cancel(message)) {
        refresh(id, message);
        done(message);
        co_return;
    }
    change.conversation = id;
    change.peer = conversation->peer;
    change.id = Sealer::newId();
    change.target = message;
    change.revision = std::max<std::uint64_t>(m_state.nowMs(), 1);
    queue(std::move(change), WriteBatch(), message, std::move(done));
}

void ChatService::retry(const ConversationId& id, const MessageId& message)
{
    m_outbox.retry(message);
    refresh(id, message);
}

void ChatService::cancel(const ConversationId& id, const MessageId& message)
{
    if (m_outbox.cancel(message))
        refresh(id, message);
}

std::optional<MessageState> ChatService::outboxState(const MessageId& event) const
{
    const auto* item = m_outbox.find(event);
    if (!item)
        return std::nullopt;
    if (item->refused != 0)
        return MessageState::Failed;
    const auto contact = m_state.contacts.find(item->peer);
    const bool held = contact != m_state.contacts.end() && contact->second.changedKey;
    return held ? MessageState::Held : MessageState::Pending;
}

void ChatService::markRead(const ConversationId& id)
{
    auto* conversation = m_state.conversation(id);
    if (!conversation ||
        (conversation->unread.empty() && conversation->readUpTo >= conversation->position))
        return;
    const auto ids = std::exchange(conversation->unread, {});
    conversation->readUpTo = conversation->position;
    m_receipts.oweRead(*conversation, ids);
    WriteBatch batch;
    m_state.stage(batch, *conversation);
    m_state.commit(std::move(batch));
    if (!ids.empty())
        m_receipts.collect(id);
    Q_EMIT chatChanged(id);
}

void ChatService::setTyping(const ConversationId& id, bool typing)
{
    if (m_state.conversation(id))
        m_typing.setOwn(id, typing);
}

void ChatService::takeTyping(const ConversationId& id, bool active)
{
    if (active)
        m_typingUntil[id] = m_state.nowMs() + typingShownMs;
    else
        m_typingUntil.erase(id);
    if (m_typingUntil.empty())
        m_typingEnds.stop();
    else
        m_typingEnds.start();
    Q_EMIT chatChanged(id);
}

void ChatService::setDraft(const ConversationId& id, const QString& text)
{
    if (!m_state.conversation(id) || draft(id) == text)
        return;
    if (text.isEmpty())
        m_state.drafts.erase(id);
    else
        m_state.drafts[id] = text;
    m_draftsToStore.insert(id);
    if (!m_storeDrafts.isActive())
        m_storeDrafts.start(draftDelayMs);
    Q_EMIT chatChanged(id);
}

void ChatService::setPinned(const ConversationId& id, bool pinned)
{
    auto* conversation = m_state.conversation(id);
    if (!conversation)
        return;
    conversation->pinned = pinned;
    WriteBatch batch;
    m_state.stage(batch, *conversation);
    m_state.commit(std::move(batch));
    Q_EMIT chatChanged(id);
}

void ChatService::setMuted(const ConversationId& id, bool muted)
{
    auto* conversation = m_state.conversation(id);
    if (!conversation)
        return;
    conversation->muted = muted;
    WriteBatch batch;
    m_state.stage(batch, *conversation);
    m_state.commit(std::move(batch));
    Q_EMIT chatChanged(id);
}

} // namespace impulse::client
