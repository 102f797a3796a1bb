#include "client/core/message/ContentApplier.h"

#include "client/core/account/RootUpdate.h"
#include "client/core/state/SecretBridge.h"

namespace impulse::client {

namespace {

constexpr std::size_t maxUnread = 1000;
constexpr std::size_t maxMissing = 100;

/// The event that this content changes, if it is no line of its own.
std::optional<MessageId> targetOf(const e2ee::Content& content)
{
    if (const auto* edit = std::get_if<e2ee::EditContent>(&content))
        return edit->target.id;
    if (const auto* deletion = std::get_if<e2ee::DeleteContent>(&content))
        return deletion->target.id;
    if (const auto* reaction = std::get_if<e2ee::ReactionContent>(&content))
        return reaction->target.id;
    if (const auto* pin = std::get_if<e2ee::PinContent>(&content))
        return pin->target.id;
    return std::nullopt;
}

} // namespace

ContentApplier::ContentApplier(LocalState& state, DirectoryKeeper& directory, Receipts& receipts,
                               QObject* parent)
    : QObject(parent), m_state(state), m_directory(directory), m_receipts(receipts)
{
}

void ContentApplier::tellMessage(Effects& effects, const ConversationId& conversation,
                                 const MessageId& id)
{
    effects.push_back([this, conversation, id] { Q_EMIT messageChanged(conversation, id); });
}

ContactRecord& ContentApplier::obtainContact(WriteBatch& batch, Effects& effects,
                                             const UserId& user)
{
    auto [place, inserted] = m_state.contacts.try_emplace(user);
    if (inserted) {
        place->second.userId = user;
        m_state.stage(batch, place->second);
    }
    if (place->second.username.empty())
        effects.push_back([this, user] { Q_EMIT nameWanted(user); });
    return place->second;
}

/// Takes the log position and the sender's number, and finds the place among the messages: by the
/// sender's clock within bounds, but never before an earlier one of the same device.
ContentApplier::Placed ContentApplier::place(ConversationRecord& conversation,
                                             const protocol::LogEvent& event,
                                             const crypto::Aad& aad)
{
    conversation.position = std::max(conversation.position, event.seq);
    Placed result;
    result.sortMs = clampedSortMs(aad.sentMs, event.serverMs);
    auto& senders = conversation.senders;
    auto sender = std::ranges::find(senders, aad.senderDevice, &SenderRecord::device);
    if (sender == senders.end()) {
        // Counting starts with the first event that this device was an addressee of.
        if (!event.wrap)
            return result;
        SenderRecord record;
        record.device = aad.senderDevice;
        record.highest = aad.seq;
        record.lastSortMs = result.sortMs;
        senders.push_back(record);
        return result;
    }
    if (aad.seq > sender->highest) {
        for (auto seq = sender->highest + 1; seq < aad.seq; ++seq) {
            if (sender->missing.size() >= maxMissing)
                break;
            sender->missing.push_back(seq);
            result.isNewGap = true;
        }
        sender->highest = aad.seq;
        result.sortMs = std::max(result.sortMs, sender->lastSortMs);
        sender->lastSortMs = result.sortMs;
    } else {
        std::erase(sender->missing, aad.seq);
    }
    return result;
}

void ContentApplier::passEvent(WriteBatch& batch, const ConversationId& conversation,
                               const protocol::LogEvent& event, const crypto::Aad* aad)
{
    auto* record = m_state.conversation(conversation);
    if (!record)
        return;
    if (aad)
        place(*record, event, *aad);
    record->position = std::max(record->position, event.seq);
    m_state.stage(batch, *record);
}

void ContentApplier::applyUnreadable(WriteBatch& batch, Effects& effects,
                                     const ConversationId& conversation,
                                     const protocol::LogEvent& event, const crypto::Aad& aad,
                                     EventState state, std::uint64_t error)
{
    auto& record = *m_state.conversation(conversation);
    const auto placed = place(record, event, aad);
    EventRow row;
    row.state = state;
    row.sender = aad.senderUser;
    row.sentMs = aad.sentMs;
    row.serverMs = event.serverMs;
    row.logSeq = event.seq;
    row.senderSeq = aad.seq;
    row.aad = event.aad;
    row.error = error;
    if (state == EventState::Waiting)
        row.body = event.body;
    batch.events.push_back(
        m_state.sealEvent(conversation, aad.senderDevice, aad.message, placed.sortMs, {}, row));
    m_state.stage(batch, record);
    if (aad.senderUser != m_state.self())
        obtainContact(batch, effects, aad.senderUser);
    tellMessage(effects, conversation, aad.message);
}

void ContentApplier::applyLost(WriteBatch& batch, Effects& effects, const EventRecord& record,
                               EventRow row)
{
    row.state = EventState::Missing;
    row.body.reset();
    batch.replacedEvents.push_back(m_state.sealEvent(record.conversation, record.sender, record.id,
                                                     record.sortMs, record.target, row));
    tellMessage(effects, record.conversation, record.id);
}

void ContentApplier::applyEvent(WriteBatch& batch, Effects& effects,
                                const ConversationId& conversation, const protocol::LogEvent& event,
                                const e2ee::Opened& opened)
{
    auto& record = *m_state.conversation(conversation);
    const auto placed = place(record, event, opened.aad);
    EventRow row;
    row.sender = opened.aad.senderUser;
    row.sentMs = opened.aad.sentMs;
    row.serverMs = event.serverMs;
    row.logSeq = event.seq;
    row.senderSeq = opened.aad.seq;
    row.aad = event.aad;
    row.content = opened.content;
    row.bodyKey = toWire(opened.bodyKey);
    row.bodyHash = opened.bodyHash;
    row.fromRemovedDevice = opened.sender.standing != e2ee::Sender::Standing::Current;
    row.fromLockedOutDevice = opened.sender.standing == e2ee::Sender::Standing::LockedOut;
    EventRecord stored;
    stored.conversation = conversation;
    stored.sender = opened.aad.senderDevice;
    stored.id = opened.aad.message;
    stored.sortMs = placed.sortMs;
    applyRecovered(batch, effects, stored, std::move(row));
    if (placed.isNewGap)
        effects.push_back([this, conversation] { Q_EMIT gapFound(conversation); });
    m_state.stage(batch, record);
}

void ContentApplier::applyRecovered(WriteBatch& batch, Effects& effects, const EventRecord& record,
                                    EventRow row)
{
    auto& conversation = *m_state.conversation(record.conversation);
    const auto content = e2ee::parseContent(crypto::EventKind::Direct, row.content);
    std::optional<MessageId> target;
    row.body.reset();
    row.ownListVersion = m_directory.directory().history(m_state.self()).size();
    if (!content.ok()) {
        row.state = EventState::Refused;
        row.error = static_cast<std::uint64_t>(content.error());
        row.content.clear();
    } else {
        const bool other = std::holds_alternative<e2ee::OtherContent>(*content);
        row.state = other ? EventState::Newer : EventState::Opened;
        target = targetOf(*content);
    }
    const bool own = row.sender == m_state.self();
    if (content.ok()) {
        if (const auto* text = std::get_if<e2ee::TextContent>(&*content)) {
            auto& peer = obtainContact(batch, effects, conversation.peer);
            conversation.lastId = record.id;
            conversation.lastHash = row.bodyHash;
            if (own && peer.status == ContactStatus::Stranger) {
                // Written on another own device, which accepted him by that.
                peer.status = ContactStatus::Accepted;
                m_state.stage(batch, peer);
                effects.push_back([this, user = peer.userId] { Q_EMIT personChanged(user); });
            } else if (!own) {
                applyIncomingText(effects, conversation, record.id, row.logSeq);
                if (text->profileKey)
                    takeProfileKey(batch, effects, peer, *text->profileKey);
                if (text->after)
                    tellReference(effects, conversation.id, *text->after);
            }
        }
    }
    // Replaces what was kept of it while it could not be read; a first copy of an id is never
    // replaced by a second one: the caller has looked.
    batch.replacedEvents.push_back(m_state.sealEvent(record.conversation, record.sender, record.id,
                                                     record.sortMs, target, row));
    m_state.stage(batch, conversation);
    tellMessage(effects, record.conversation, target.value_or(record.id));
}

void ContentApplier::applyIncomingText(Effects& effects, ConversationRecord& conversation,
                                       const MessageId& id, std::uint64_t logSeq)
{
    if (logSeq > conversation.readUpTo &&
        std::ranges::find(conversation.unread, id) == conversation.unread.end()) {
        conversation.unread.push_back(id);
        if (conversation.unread.size() > maxUnread)
            conversation.unread.erase(conversation.unread.begin());
    }
    const auto where = conversation.id;
    m_receipts.oweDelivered(conversation, id);
    effects.push_back([this, where, id] {
        m_receipts.collect(where);
        Q_EMIT textArrived(where, id);
        Q_EMIT conversationChanged(where);
    });
}

void ContentApplier::tellReference(Effects& effects, const ConversationId& conversation,
                                   const e2ee::Reference& reference)
{
    const auto id = reference.id;
    effects.push_back([this, conversation, id] { Q_EMIT referenceSeen(conversation, id); });
}

void ContentApplier::takeProfileKey(WriteBatch& batch, Effects& effects, ContactRecord& contact,
                                    const e2ee::ProfileKey& key)
{
    const auto wire = toWire(key);
    const auto is = [&wire](const std::optional<WireSecret>& known) {
        return known && equal(known->expose(), wire.expose());
    };
    if (is(contact.profileKey) || is(contact.nextProfileKey))
        return;
    (contact.profileKey ? contact.nextProfileKey : contact.profileKey) = wire;
    m_state.stage(batch, contact);
    const auto user = contact.userId;
    effects.push_back([this, user] { Q_EMIT profileWanted(user); });
}

void ContentApplier::applyControl(WriteBatch& batch, Effects& effects, const e2ee::Opened& opened,
                                  const e2ee::Content& content)
{
    if (const auto* receipt = std::get_if<e2ee::ReceiptContent>(&content)) {
        applyReceipt(batch, effects, opened.aad, *receipt);
    } else if (const auto* key = std::get_if<e2ee::ProfileKeyContent>(&content)) {
        applyProfileKey(batch, effects, opened.aad.senderUser, key->key);
    } else if (const auto* sync = std::get_if<e2ee::OwnSyncContent>(&content)) {
        applyOwnSync(batch, effects, *sync);
    } else if (const auto* update = std::get_if<e2ee::RootUpdateContent>(&content)) {
        takeRootUpdate(batch, m_state, m_directory, opened, *update);
    }
}

void ContentApplier::applyProfileKey(WriteBatch& batch, Effects& effects, const UserId& sender,
                                     const e2ee::ProfileKey& key)
{
    if (sender != m_state.self()) {
        if (auto* contact = m_state.contact(sender))
            takeProfileKey(batch, effects, *contact, key);
        return;
    }
    auto& account = m_state.account;
    const auto wire = toWire(key);
    if (account.hasProfileKey && equal(account.profileKey.expose(), wire.expose()))
        return;
    account.nextProfileKey = wire;
    m_state.stageAccount(batch);
    effects.push_back([this] { Q_EMIT ownProfileKeyArrived(); });
}

void ContentApplier::applyReceipt(WriteBatch& batch, Effects& effects, const crypto::Aad& aad,
                                  const e2ee::ReceiptContent& receipt)
{
    auto* conversation = m_state.conversation(aad.conversation);
    if (!conversation)
        return;
    if (aad.senderUser == m_state.self()) {
        // Read on another own device.
        if (receipt.status != e2ee::ReceiptStatus::Read)
            return;
        for (const auto& id : receipt.ids)
            std::erase(conversation->unread, id);
        m_state.stage(batch, *conversation);
        effects.push_back([this, id = conversation->id] { Q_EMIT conversationChanged(id); });
        return;
    }
    // Only the peer's marks count, and only for own messages: rows of others are never shown with
    // one.
    if (aad.senderUser != conversation->peer)
        return;
    const auto mark = receipt.status == e2ee::ReceiptStatus::Read ? Mark::Read : Mark::Delivered;
    for (const auto& id : receipt.ids) {
        batch.marks.push_back({conversation->id, id, mark});
        tellMessage(effects, conversation->id, id);
    }
}

void ContentApplier::applyOwnSync(WriteBatch& batch, Effects& effects,
                                  const e2ee::OwnSyncContent& sync)
{
    if (const auto* read = std::get_if<e2ee::ReadUpToSync>(&sync)) {
        auto* conversation = m_state.conversation(read->conversation);
        if (!conversation || read->number <= conversation->readUpTo)
            return;
        conversation->readUpTo = read->number;
        if (read->number >= conversation->position)
            conversation->unread.clear();
        m_state.stage(batch, *conversation);
        effects.push_back([this, id = conversation->id] { Q_EMIT conversationChanged(id); });
    } else if (const auto* contactSync = std::get_if<e2ee::ContactSync>(&sync)) {
        auto& contact = obtainContact(batch, effects, contactSync->user);
        contact.status = contactSync->blocked    ? ContactStatus::Blocked
                         : contactSync->accepted ? ContactStatus::Accepted
                                                 : ContactStatus::Stranger;
        m_state.stage(batch, contact);
        effects.push_back([this, user = contact.userId] { Q_EMIT personChanged(user); });
    } else if (const auto* identity = std::get_if<e2ee::IdentitySync>(&sync)) {
        auto& contact = obtainContact(batch, effects, identity->user);
        if (contact.pin && contact.pin->identityKey != identity->identityKey) {
            contact.changedKey = identity->identityKey;
        } else if (contact.pin && identity->verified) {
            contact.pin->verified = true;
        }
        m_state.stage(batch, contact);
        effects.push_back([this, user = contact.userId] { Q_EMIT personChanged(user); });
    }
}

void ContentApplier::applyTyping(const e2ee::Opened& opened, const e2ee::Content& content)
{
    const auto* active = std::get_if<e2ee::TypingContent>(&content);
    if (active && opened.aad.senderUser != m_state.self())
        Q_EMIT typing(opened.aad.conversation, active->active);
}

void ContentApplier::stageLine(WriteBatch& batch, Effects& effects,
                               const ConversationId& conversation, SystemLine line)
{
    EventRow row;
    row.state = EventState::Line;
    row.sentMs = m_state.nowMs();
    row.line = static_cast<std::uint64_t>(line);
    stageOwnLine(batch, effects, conversation, row);
}

void ContentApplier::stageMissing(WriteBatch& batch, Effects& effects,
                                  const ConversationId& conversation)
{
    EventRow row;
    row.state = EventState::Missing;
    row.sentMs = m_state.nowMs();
    stageOwnLine(batch, effects, conversation, row);
}

void ContentApplier::stageOwnLine(WriteBatch& batch, Effects& effects,
                                  const ConversationId& conversation, const EventRow& row)
{
    const auto id = Sealer::newId();
    batch.events.push_back(
        m_state.sealEvent(conversation, m_state.device(), id, row.sentMs, {}, row));
    tellMessage(effects, conversation, id);
}

} // namespace impulse::client
