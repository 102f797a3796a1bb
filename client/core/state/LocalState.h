#pragma once

#include "client/core/ClientError.h"
#include "client/core/async/Task.h"
#include "client/core/state/Records.h"
#include "client/core/state/Vault.h"
#include "client/e2ee/SessionStore.h"

#include <map>
#include <unordered_map>

namespace impulse {
class Clock;
}

namespace impulse::client {

ClientError clientErrorOf(StoreError error);

/// Everything the client knows but the events, in memory, and the only way to the database. Changes
/// are made in memory and staged into a batch in the same breath; batches are written in order, so
/// the database is always a state that memory has been in. What has effects outside waits for
/// commit()'s callback. Main thread.
class LocalState : public QObject {
    Q_OBJECT
public:
    LocalState(ClientStore& store, const Clock& clock, QObject* parent = nullptr);
    ~LocalState() override;

    /// The unsealed row; NotFound if there is no account.
    Task<Result<void, ClientError>> loadProfile();
    /// Everything else, after vault().open(). DatabaseCorrupt if a row does not open.
    Task<Result<void, ClientError>> load();
    /// Forgets what is in memory, keys included.
    void clear();
    /// Takes over a new account (registration, sign-in).
    void adopt(ProfileRecord profile, AccountRecord account);
    bool isLoaded() const { return m_sessions != nullptr; }

    Vault& vault() { return m_vault; }
    ClientStore& store() { return m_store; }
    std::uint64_t nowMs() const;

    std::optional<ProfileRecord> profile;
    AccountRecord account;
    std::map<UserId, ContactRecord> contacts;
    std::map<ConversationId, ConversationRecord> conversations;
    std::map<std::uint64_t, OutboxRecord> outbox;
    std::map<std::pair<DeviceId, MessageId>, OutstandingRecord> outstanding;
    std::map<ConversationId, QString> drafts;
    e2ee::SessionStore& sessions() { return *m_sessions; }

    const UserId& self() const { return profile->userId; }
    const DeviceId& device() const { return profile->deviceId; }
    ContactRecord* contact(const UserId& id);
    ConversationRecord* conversation(const ConversationId& id);
    /// The direct conversation with a person, made if there is none; `isNew` tells.
    ConversationRecord& obtainConversation(const UserId& peer, bool* isNew = nullptr);
    ConversationId directConversation(const UserId& peer) const;
    /// Time of the next envelope: strictly increasing.
    std::uint64_t nextSentMs();

    void stageProfile(WriteBatch& batch) const;
    void stageAccount(WriteBatch& batch) const;
    void stage(WriteBatch& batch, const ContactRecord& contact) const;
    void stage(WriteBatch& batch, const ConversationRecord& conversation) const;
    void stage(WriteBatch& batch, const OutboxRecord& item) const;
    void stage(WriteBatch& batch, const OutstandingRecord& item) const;
    void stage(WriteBatch& batch, const SentFrameRecord& frame) const;
    /// Kept frames of before this hour go.
    void stageFramesBefore(WriteBatch& batch, std::uint64_t hour) const;
    /// The kept frames, in the order of their hours. DatabaseCorrupt.
    Task<Result<std::vector<SentFrameRecord>, ClientError>> loadFrames();
    void stageOutboxRemoval(WriteBatch& batch, std::uint64_t number) const;
    void stageOutstandingRemoval(WriteBatch& batch, const OutstandingRecord& item) const;
    void stageDraft(WriteBatch& batch, const ConversationId& id) const;
    /// Every session and prekey row that has changed since the last call.
    void stageSessions(WriteBatch& batch);
    void stageRow(WriteBatch& batch, Table table, View key, View row) const;

    EventRecord sealEvent(const ConversationId& conversation, const DeviceId& sender,
                          const MessageId& id, std::uint64_t sortMs,
                          const std::optional<MessageId>& target, const EventRow& row) const;
    /// A damaged row is a refused one.
    EventRow openEvent(const EventRecord& record) const;

    void commit(WriteBatch batch, std::function<void()> done = {});
    /// For coroutines: goes on when the batch is durable.
    CallbackAwaiter<bool> committed(QObject* context, WriteBatch batch);

    Task<Result<std::vector<Record>, ClientError>> loadTable(Table table);

private:
    void makeSessions();
    template <class T, class F> bool take(const std::vector<Record>& records, F insert) const;

    ClientStore& m_store;
    const Clock& m_clock;
    Vault m_vault;
    std::unique_ptr<e2ee::SessionStore> m_sessions;
};

} // namespace impulse::client
