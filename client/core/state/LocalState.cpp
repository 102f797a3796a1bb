#include "client/core/state/LocalState.h"

#include "client/core/account/AccountKeys.h"
#include "client/core/state/SecretBridge.h"
#include "common/core/Clock.h"
#include "common/core/Logging.h"
#include "common/crypto/Codec.h"
#include "common/crypto/Identity.h"
#include "common/crypto/Layouts.h"

namespace impulse::client {

namespace {

const Bytes profileKey = toBytes(view("profile"));
const Bytes accountKey = toBytes(view("account"));
const Bytes preKeysKey = toBytes(view("prekeys"));

Bytes numberKey(std::uint64_t number)
{
    const auto bytes = crypto::be64(number);
    return {bytes.begin(), bytes.end()};
}

Bytes outstandingKey(const OutstandingRecord& item)
{
    Bytes key = toBytes(item.author);
    key.insert(key.end(), item.id.data(), item.id.data() + MessageId::size());
    return key;
}

/// What may hold keys is not left behind in freed memory.
Bytes sealWiping(const Vault& vault, Table table, View key, Bytes row)
{
    Bytes sealed = vault.seal(table, key, row);
    wipe(row);
    return sealed;
}

} // namespace

ClientError clientErrorOf(StoreError error)
{
    switch (error) {
    case StoreError::NewerSchema:
        return {ClientErrorCode::DatabaseNewer};
    case StoreError::Corrupt:
        return {ClientErrorCode::DatabaseCorrupt};
    case StoreError::DiskFull:
        return {ClientErrorCode::DiskFull};
    case StoreError::ReadOnly:
    case StoreError::Unavailable:
        break;
    }
    return {ClientErrorCode::StorageUnavailable};
}

LocalState::LocalState(ClientStore& store, const Clock& clock, QObject* parent)
    : QObject(parent), m_store(store), m_clock(clock)
{
}

LocalState::~LocalState() = default;

std::uint64_t LocalState::nowMs() const
{
    return m_clock.nowMs();
}

Task<Result<std::vector<Record>, ClientError>> LocalState::loadTable(Table table)
{
    using Loaded = Result<std::vector<Record>, StoreError>;
    auto waiting = answerOf<Loaded>(this, [this, table](std::function<void(Loaded)> done) {
        m_store.load(table, std::move(done));
    });
    auto loaded = co_await waiting;
    if (!loaded.ok())
        co_return Failure{clientErrorOf(loaded.error())};
    auto records = std::move(loaded).value();
    if (table != Table::Profile) {
        for (auto& record : records) {
            auto row = m_vault.unseal(table, record.key, record.value);
            if (!row) {
                qCWarning(lcClient)
                    << "a row of table" << static_cast<int>(table) << "does not open";
                co_return Failure{ClientError{ClientErrorCode::DatabaseCorrupt}};
            }
            record.value = std::move(*row);
        }
    }
    co_return records;
}

Task<Result<void, ClientError>> LocalState::loadProfile()
{
    auto records = co_await loadTable(Table::Profile);
    if (!records.ok())
        co_return Failure{records.error()};
    if (records->empty())
        co_return Failure{ClientError{ClientErrorCode::NotFound}};
    profile = decodeRecord<ProfileRecord>(records->front().value);
    if (!profile)
        co_return Failure{ClientError{ClientErrorCode::DatabaseCorrupt}};
    co_return Result<void, ClientError>();
}

template <class T, class F>
bool LocalState::take(const std::vector<Record>& records, F insert) const
{
    for (const auto& record : records) {
        auto decoded = decodeRecord<T>(record.value);
        if (!decoded)
            return false;
        insert(std::move(*decoded));
    }
    return true;
}

Task<Result<void, ClientError>> LocalState::load()
{
    const Failure corrupt{ClientError{ClientErrorCode::DatabaseCorrupt}};
    auto accounts = co_await loadTable(Table::Account);
    if (!accounts.ok())
        co_return Failure{accounts.error()};
    if (accounts->size() != 1)
        co_return corrupt;
    const auto decoded = decodeRecord<AccountRecord>(accounts->front().value);
    wipe(accounts->front().value);
    if (!decoded)
        co_return corrupt;
    account = *decoded;
    makeSessions();

    bool good = true;
    auto rows = co_await loadTable(Table::Contact);
    if (!rows.ok())
        co_return Failure{rows.error()};
    good = good && take<ContactRecord>(*rows, [this](ContactRecord r) { contacts[r.userId] = r; });
    rows = co_await loadTable(Table::Conversation);
    if (!rows.ok())
        co_return Failure{rows.error()};
    good = good && take<ConversationRecord>(
                       *rows, [this](ConversationRecord r) { conversations[r.id] = std::move(r); });
    rows = co_await loadTable(Table::Outbox);
    if (!rows.ok())
        co_return Failure{rows.error()};
    good = good &&
           take<OutboxRecord>(*rows, [this](OutboxRecord r) { outbox[r.number] = std::move(r); });
    rows = co_await loadTable(Table::Outstanding);
    if (!rows.ok())
        co_return Failure{rows.error()};
    good = good && take<OutstandingRecord>(*rows, [this](OutstandingRecord r) {
               outstanding[{r.author, r.id}] = r;
           });
    rows = co_await loadTable(Table::Draft);
    if (!rows.ok())
        co_return Failure{rows.error()};
    for (const auto& row : *rows) {
        const auto id = ConversationId::from(row.key);
        const auto draft = decodeRecord<DraftRecord>(row.value);
        good = good && id && draft;
        if (id && draft)
            drafts[*id] = QString::fromStdString(draft->text);
    }
    rows = co_await loadTable(Table::PreKey);
    if (!rows.ok())
        co_return Failure{rows.error()};
    for (auto& row : *rows) {
        const crypto::SecretBytes saved{View(row.value)};
        wipe(row.value);
        good = good && m_sessions->loadPrekeys(saved).ok();
    }
    rows = co_await loadTable(Table::Session);
    if (!rows.ok())
        co_return Failure{rows.error()};
    for (auto& row : *rows) {
        const crypto::SecretBytes saved{View(row.value)};
        wipe(row.value);
        const auto device = DeviceId::from(row.key);
        good = good && device && m_sessions->loadPeer(*device, saved).ok();
    }
    if (!good)
        co_return corrupt;
    m_sessions->takeChanged();
    co_return Result<void, ClientError>();
}

void LocalState::clear()
{
    profile.reset();
    account = AccountRecord();
    contacts.clear();
    conversations.clear();
    outbox.clear();
    outstanding.clear();
    drafts.clear();
    m_sessions.reset();
    m_vault.close();
}

void LocalState::adopt(ProfileRecord newProfile, AccountRecord newAccount)
{
    profile = std::move(newProfile);
    account = std::move(newAccount);
    makeSessions();
}

void LocalState::makeSessions()
{
    m_sessions = std::make_unique<e2ee::SessionStore>(e2ee::OwnDevice::of(deviceOf(*this)));
}

ContactRecord* LocalState::contact(const UserId& id)
{
    const auto found = contacts.find(id);
    return found == contacts.end() ? nullptr : &found->second;
}

ConversationRecord* LocalState::conversation(const ConversationId& id)
{
    const auto found = conversations.find(id);
    return found == conversations.end() ? nullptr : &found->second;
}

ConversationId LocalState::directConversation(const UserId& peer) const
{
    return crypto::directConversation(self(), peer);
}

ConversationRecord& LocalState::obtainConversation(const UserId& peer, bool* isNew)
{
    const auto id = directConversation(peer);
    auto [place, inserted] = conversations.try_emplace(id);
    if (inserted) {
        place->second.id = id;
        place->second.peer = peer;
        place->second.createdMs = nowMs();
    }
    if (isNew)
        *isNew = inserted;
    return place->second;
}

std::uint64_t LocalState::nextSentMs()
{
    account.lastSentMs = std::max(nowMs(), account.lastSentMs + 1);
    return account.lastSentMs;
}

void LocalState::stageRow(WriteBatch& batch, Table table, View key, View row) const
{
    batch.records.push_back({table, toBytes(key), m_vault.seal(table, key, row)});
}

void LocalState::stageProfile(WriteBatch& batch) const
{
    batch.records.push_back({Table::Profile, profileKey, encodeRecord(*profile)});
}

void LocalState::stageAccount(WriteBatch& batch) const
{
    batch.records.push_back(
        {Table::Account, accountKey,
         sealWiping(m_vault, Table::Account, accountKey, encodeRecord(account))});
}

void LocalState::stage(WriteBatch& batch, const ContactRecord& contact) const
{
    batch.records.push_back(
        {Table::Contact, toBytes(contact.userId),
         sealWiping(m_vault, Table::Contact, contact.userId, encodeRecord(contact))});
}

void LocalState::stage(WriteBatch& batch, const ConversationRecord& conversation) const
{
    stageRow(batch, Table::Conversation, conversation.id, encodeRecord(conversation));
}

void LocalState::stage(WriteBatch& batch, const OutboxRecord& item) const
{
    stageRow(batch, Table::Outbox, numberKey(item.number), encodeRecord(item));
}

void LocalState::stage(WriteBatch& batch, const OutstandingRecord& item) const
{
    stageRow(batch, Table::Outstanding, outstandingKey(item), encodeRecord(item));
}

void LocalState::stage(WriteBatch& batch, const SentFrameRecord& frame) const
{
    Bytes key = numberKey(frame.hour);
    key.insert(key.end(), frame.id.data(), frame.id.data() + MessageId::size());
    stageRow(batch, Table::SentFrame, key, encodeRecord(frame));
}

void LocalState::stageFramesBefore(WriteBatch& batch, std::uint64_t hour) const
{
    batch.removalsBelow.push_back({Table::SentFrame, numberKey(hour)});
}

Task<Result<std::vector<SentFrameRecord>, ClientError>> LocalState::loadFrames()
{
    const auto records = co_await loadTable(Table::SentFrame);
    if (!records.ok())
        co_return Failure{records.error()};
    std::vector<SentFrameRecord> frames;
    const auto insert = [&frames](SentFrameRecord frame) { frames.push_back(std::move(frame)); };
    if (!take<SentFrameRecord>(*records, insert))
        co_return Failure{ClientError{ClientErrorCode::DatabaseCorrupt}};
    co_return frames;
}

void LocalState::stageOutboxRemoval(WriteBatch& batch, std::uint64_t number) const
{
    batch.removals.push_back({Table::Outbox, numberKey(number)});
}

void LocalState::stageOutstandingRemoval(WriteBatch& batch, const OutstandingRecord& item) const
{
    batch.removals.push_back({Table::Outstanding, outstandingKey(item)});
}

void LocalState::stageDraft(WriteBatch& batch, const ConversationId& id) const
{
    const auto found = drafts.find(id);
    if (found == drafts.end()) {
        batch.removals.push_back({Table::Draft, toBytes(id)});
        return;
    }
    DraftRecord record;
    record.text = found->second.toStdString();
    stageRow(batch, Table::Draft, id, encodeRecord(record));
}

void LocalState::stageSessions(WriteBatch& batch)
{
    const auto changed = m_sessions->takeChanged();
    for (const auto& device : changed.peers) {
        const auto saved = m_sessions->savePeer(device);
        if (saved.empty())
            batch.removals.push_back({Table::Session, toBytes(device)});
        else
            stageRow(batch, Table::Session, device, exposeForRow(saved));
    }
    if (changed.prekeys) {
        const auto saved = m_sessions->savePrekeys();
        stageRow(batch, Table::PreKey, preKeysKey, exposeForRow(saved));
    }
}

EventRecord LocalState::sealEvent(const ConversationId& conversation, const DeviceId& sender,
                                  const MessageId& id, std::uint64_t sortMs,
                                  const std::optional<MessageId>& target, const EventRow& row) const
{
    EventRecord record;
    record.conversation = conversation;
    record.sender = sender;
    record.id = id;
    record.sortMs = sortMs;
    record.target = target;
    Bytes plain = encodeRecord(row);
    record.value = m_vault.sealEvent(sender, id, plain);
    wipe(plain);
    return record;
}

EventRow LocalState::openEvent(const EventRecord& record) const
{
    const auto plain = m_vault.unsealEvent(record.sender, record.id, record.value);
    auto row = plain ? decodeRecord<EventRow>(*plain) : std::nullopt;
    if (row)
        return std::move(*row);
    qCWarning(lcClient) << "a stored message does not open";
    EventRow damaged;
    damaged.state = EventState::Missing;
    damaged.sentMs = record.sortMs;
    return damaged;
}

void LocalState::commit(WriteBatch batch, std::function<void()> done)
{
    // The parts that are told live as long as this object.
    m_store.write(std::move(batch), [guard = QPointer<LocalState>(this), done = std::move(done)] {
        if (guard && done)
            done();
    });
}

CallbackAwaiter<bool> LocalState::committed(QObject* context, WriteBatch batch)
{
    auto shared = std::make_shared<WriteBatch>(std::move(batch));
    return answerOf<bool>(context, [this, shared](std::function<void(bool)> done) {
        commit(std::move(*shared), [done = std::move(done)] { done(true); });
    });
}

} // namespace impulse::client
