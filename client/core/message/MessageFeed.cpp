#include "client/core/message/MessageFeed.h"

#include "client/e2ee/content/Content.h"
#include "common/core/Cbor.h"
#include "common/protocol/ErrorCode.h"

#include <algorithm>

namespace impulse::client {

namespace {

QString toText(const std::string& utf8)
{
    return QString::fromStdString(utf8);
}

template <class T> std::optional<T> contentAs(const EventRow& row)
{
    if (row.content.empty())
        return std::nullopt;
    auto content = e2ee::parseContent(crypto::EventKind::Direct, row.content);
    if (!content.ok())
        return std::nullopt;
    if (auto* wanted = std::get_if<T>(&*content))
        return std::move(*wanted);
    return std::nullopt;
}

MessageFailure failureOf(std::uint64_t refusal)
{
    if (refusal == refusedBySecurity)
        return MessageFailure::Security;
    switch (static_cast<protocol::ErrorCode>(refusal)) {
    case protocol::ErrorCode::Blocked:
        return MessageFailure::Blocked;
    case protocol::ErrorCode::TooLarge:
        return MessageFailure::TooLarge;
    case protocol::ErrorCode::Forbidden:
        return MessageFailure::NotAllowed;
    case protocol::ErrorCode::RateLimited:
        return MessageFailure::RateLimited;
    case protocol::ErrorCode::NotFound:
        return MessageFailure::NoAccount;
    default:
        return MessageFailure::Refused;
    }
}

} // namespace

std::optional<std::string> sendableText(const QString& text)
{
    // Room for the other keys of the content.
    constexpr std::size_t overhead = 512;
    auto utf8 = text.toStdString();
    if (text.trimmed().isEmpty() || utf8.size() + overhead > limits::content || !cbor::isUtf8(utf8))
        return std::nullopt;
    return utf8;
}

MessageFeed::MessageFeed(LocalState& state, int placeholderMs, QObject* parent)
    : QObject(parent), m_state(state), m_placeholderMs(static_cast<std::uint64_t>(placeholderMs))
{
}

Task<Result<MessagePage, ClientError>>
MessageFeed::page(ConversationId conversation, std::optional<PagePosition> before, int limit)
{
    using Loaded = Result<EventPageRecords, StoreError>;
    const auto wanted = static_cast<std::size_t>(std::clamp(limit, 1, 1000));
    auto waiting = answerOf<Loaded>(
        this, [this, conversation, before, wanted](std::function<void(Loaded)> done) {
            m_state.store().readPage(conversation, before, wanted, std::move(done));
        });
    auto loaded = co_await waiting;
    if (!loaded.ok())
        co_return Failure{clientErrorOf(loaded.error())};
    MessagePage page;
    page.more = loaded->events.size() == wanted;
    page.messages = co_await build(conversation, std::move(loaded).value());
    co_return page;
}

Task<Result<MessageItem, ClientError>> MessageFeed::message(ConversationId conversation,
                                                            MessageId id)
{
    using Loaded = Result<EventPageRecords, StoreError>;
    auto waiting =
        answerOf<Loaded>(this, [this, conversation, id](std::function<void(Loaded)> done) {
            m_state.store().findEvents(conversation, {id}, std::move(done));
        });
    auto loaded = co_await waiting;
    if (!loaded.ok())
        co_return Failure{clientErrorOf(loaded.error())};
    for (const auto& record : loaded->events) {
        const auto line = lineOf(record, loaded->changes);
        if (isDeleted(line, true) && line.row.state == EventState::Opened)
            eraseDeleted(line);
    }
    auto items = co_await build(conversation, std::move(loaded).value());
    if (items.empty())
        co_return Failure{ClientError{ClientErrorCode::NotFound}};
    co_return std::move(items.front());
}

Task<Result<ConversationId, ClientError>> MessageFeed::locate(MessageId id)
{
    using Found = Result<std::vector<EventRecord>, StoreError>;
    auto waiting = answerOf<Found>(this, [this, id](std::function<void(Found)> done) {
        m_state.store().findAnywhere(id, std::move(done));
    });
    const auto found = co_await waiting;
    if (!found.ok())
        co_return Failure{clientErrorOf(found.error())};
    if (found->empty())
        co_return Failure{ClientError{ClientErrorCode::NotFound}};
    co_return found->front().conversation;
}

MessageFeed::Line MessageFeed::lineOf(const EventRecord& record,
                                      const std::vector<EventRecord>& changes) const
{
    Line line;
    line.record = record;
    line.row = m_state.openEvent(record);
    for (const auto& change : changes) {
        if (change.target != record.id)
            continue;
        auto row = m_state.openEvent(change);
        // Only the author's changes count (6.1).
        if (row.sender == line.row.sender)
            line.changes.emplace_back(change, std::move(row));
    }
    return line;
}

bool MessageFeed::isDeleted(const Line& line, bool forGood) const
{
    if (line.row.state == EventState::Deleted)
        return true;
    for (const auto& [record, row] : line.changes) {
        if (forGood && row.state != EventState::Opened)
            continue;
        const auto deletion = contentAs<e2ee::DeleteContent>(row);
        if (!deletion)
            continue;
        // What was never readable here has no hash to compare.
        if (!line.row.bodyHash || deletion->target.bodyHash == *line.row.bodyHash)
            return true;
    }
    return false;
}

/// What its author deleted does not stay on this disk either.
void MessageFeed::eraseDeleted(const Line& line)
{
    WriteBatch batch;
    auto row = line.row;
    row.state = EventState::Deleted;
    row.content.clear();
    row.bodyKey.reset();
    batch.replacedEvents.push_back(m_state.sealEvent(line.record.conversation, line.record.sender,
                                                     line.record.id, line.record.sortMs, {}, row));
    for (const auto& [record, change] : line.changes) {
        if (!contentAs<e2ee::EditContent>(change))
            continue;
        auto erased = change;
        erased.state = EventState::Deleted;
        erased.content.clear();
        erased.bodyKey.reset();
        batch.replacedEvents.push_back(m_state.sealEvent(
            record.conversation, record.sender, record.id, record.sortMs, record.target, erased));
    }
    m_state.commit(std::move(batch));
}

QString MessageFeed::nameOf(const UserId& user) const
{
    const auto found = m_state.contacts.find(user);
    if (found == m_state.contacts.end())
        return {};
    const auto& contact = found->second;
    return toText(contact.displayName.empty() ? contact.username : contact.displayName);
}

/// The text that counts: the edit with the highest (revision, id), from the author, for exactly
/// this body.
void MessageFeed::applyText(MessageItem& item, const Line& line) const
{
    const auto text = contentAs<e2ee::TextContent>(line.row);
    if (!text)
        return;
    item.text = toText(text->text);
    struct Edit {
        std::uint64_t revision;
        MessageId id;
        std::string text;
        std::uint64_t sentMs;
    };
    std::vector<Edit> edits;
    for (const auto& [record, row] : line.changes) {
        auto edit = contentAs<e2ee::EditContent>(row);
        if (edit && line.row.bodyHash && edit->target.bodyHash == *line.row.bodyHash)
            edits.push_back({edit->revision, record.id, std::move(edit->text), row.sentMs});
    }
    std::ranges::sort(edits, {},
                      [](const Edit& edit) { return std::pair(edit.revision, edit.id); });
    auto sentMs = line.row.sentMs;
    for (const auto& edit : edits) {
        item.versions.push_back({item.text, sentMs});
        item.text = toText(edit.text);
        sentMs = edit.sentMs;
        item.edited = true;
    }
}

void MessageFeed::applyState(MessageItem& item, const ConversationRecord& conversation,
                             const Line& line) const
{
    if (!item.outgoing) {
        item.state = MessageState::Sent;
        return;
    }
    // A change that waits in the outbox shows in the line that it changes.
    const OutboxRecord* waiting = nullptr;
    for (const auto& [number, queued] : m_state.outbox) {
        if (queued.kind != OutboxKind::Control &&
            (queued.id == item.id || queued.target == item.id))
            waiting = &queued;
    }
    if (!waiting) {
        item.state = line.record.mark == Mark::Read        ? MessageState::Read
                     : line.record.mark == Mark::Delivered ? MessageState::Delivered
                                                           : MessageState::Sent;
        if (conversation.peer == m_state.self())
            item.state = MessageState::Read;
        return;
    }
    const auto contact = m_state.contacts.find(conversation.peer);
    if (waiting->refused != 0) {
        item.state = MessageState::Failed;
        item.failure = failureOf(waiting->refused);
    } else if (contact != m_state.contacts.end() && contact->second.changedKey) {
        item.state = MessageState::Held;
    } else {
        item.state = MessageState::Pending;
    }
    if (waiting->kind == OutboxKind::Text) {
        item.text = toText(waiting->text);
    } else if (waiting->kind == OutboxKind::Edit && !waiting->sealed && waiting->refused == 0) {
        item.versions.push_back({item.text, item.sentMs});
        item.text = toText(waiting->text);
        item.edited = true;
    } else if (waiting->kind == OutboxKind::Delete && waiting->refused == 0) {
        item.kind = MessageKind::Deleted;
        item.text.clear();
    }
}

/// A repair usually takes a second: nothing is shown of what was just asked for again.
bool MessageFeed::isExpectedSoon(const EventRecord& record) const
{
    const auto found = m_state.outstanding.find({record.sender, record.id});
    return found != m_state.outstanding.end() &&
           m_state.nowMs() < found->second.sinceMs + m_placeholderMs;
}

std::optional<MessageItem> MessageFeed::itemOf(const ConversationRecord& conversation,
                                               const Line& line) const
{
    MessageItem item;
    item.id = line.record.id;
    item.device = line.record.sender;
    item.sender = line.row.sender;
    item.outgoing = line.row.sender == m_state.self();
    item.senderName = item.outgoing ? QString() : nameOf(item.sender);
    item.sentMs = line.row.sentMs;
    item.sortMs = line.record.sortMs;
    item.sequence = line.row.senderSeq;
    if (line.row.fromRemovedDevice)
        item.removedDevice =
            line.row.fromLockedOutDevice ? RemovedDevice::LostOrStolen : RemovedDevice::Removed;
    item.recoveredFromOwn = line.row.recoveredFromOwn;
    if (line.row.state == EventState::Line) {
        item.kind = MessageKind::System;
        item.system = static_cast<SystemLine>(line.row.line);
        item.outgoing = false;
        item.sequence = 0;
        return item;
    }
    if (isDeleted(line, false)) {
        item.kind = MessageKind::Deleted;
        item.state = MessageState::Sent;
        return item;
    }
    switch (line.row.state) {
    case EventState::Refused:
        item.kind = MessageKind::Refused;
        return item;
    case EventState::Waiting:
        if (isExpectedSoon(line.record))
            return std::nullopt;
        item.kind = MessageKind::Missing;
        item.missing = MissingMessage::Expected;
        return item;
    case EventState::Missing:
        item.kind = MessageKind::Missing;
        if (!line.row.sender.isZero())
            item.missing = MissingMessage::Lost;
        return item;
    case EventState::Newer:
        item.kind = MessageKind::NewerVersion;
        return item;
    default:
        break;
    }
    // Own texts that were not sealed yet are in the outbox only.
    const bool queued = item.outgoing && line.row.content.empty();
    if (!queued && !contentAs<e2ee::TextContent>(line.row))
        return std::nullopt;
    applyText(item, line);
    applyState(item, conversation, line);
    return item;
}

std::optional<e2ee::Reference> MessageFeed::replyOf(const Line& line) const
{
    if (const auto text = contentAs<e2ee::TextContent>(line.row))
        return text->reply;
    for (const auto& [number, queued] : m_state.outbox) {
        if (queued.id == line.record.id && queued.replyTo)
            return e2ee::Reference{*queued.replyTo, {}};
    }
    return std::nullopt;
}

Task<std::vector<MessageItem>> MessageFeed::build(ConversationId conversation,
                                                  EventPageRecords records)
{
    std::vector<MessageItem> items;
    const auto* state = m_state.conversation(conversation);
    if (!state)
        co_return items;
    std::map<MessageId, MessageId> replies;
    for (const auto& record : records.events) {
        if (record.target)
            continue;
        const auto line = lineOf(record, records.changes);
        auto item = itemOf(*state, line);
        if (!item)
            continue;
        const auto reply =
            item->kind == MessageKind::Text ? replyOf(line) : std::optional<e2ee::Reference>();
        if (reply)
            replies[record.id] = reply->id;
        items.push_back(std::move(*item));
    }
    if (replies.empty())
        co_return items;
    std::vector<MessageId> wanted;
    wanted.reserve(replies.size());
    for (const auto& [id, target] : replies)
        wanted.push_back(target);
    using Loaded = Result<EventPageRecords, StoreError>;
    auto waiting =
        answerOf<Loaded>(this, [this, conversation, &wanted](std::function<void(Loaded)> done) {
            m_state.store().findEvents(conversation, wanted, std::move(done));
        });
    const auto loaded = co_await waiting;
    state = m_state.conversation(conversation);
    if (!state)
        co_return items;
    for (auto& item : items) {
        const auto reply = replies.find(item.id);
        if (reply == replies.end())
            continue;
        ReplyQuote quote;
        quote.id = reply->second;
        if (loaded.ok()) {
            for (const auto& record : loaded->events) {
                if (record.id != quote.id)
                    continue;
                const auto target = itemOf(*state, lineOf(record, loaded->changes));
                if (!target)
                    continue;
                quote.author = target->sender;
                quote.own = target->outgoing;
                quote.authorName = target->senderName;
                quote.text = target->text;
            }
        }
        item.reply = std::move(quote);
    }
    co_return items;
}

} // namespace impulse::client
