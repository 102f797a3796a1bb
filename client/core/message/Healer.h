#pragma once

#include "client/core/message/ContentApplier.h"

namespace impulse::client {

/// Repairs what could not be decrypted, and answers those who ask for repair (encryption.md 3.5).
/// Main thread.
class Healer : public QObject {
    Q_OBJECT
public:
    Healer(LocalState& state, ServerSession& session, DirectoryKeeper& directory, Sealer& sealer,
           Outbox& outbox, ContentApplier& applier, int placeholderMs, QObject* parent = nullptr);

    /// True for the errors after which asking again helps.
    static bool canHeal(crypto::CryptoError error);

    /// An event of an own device or an accepted contact could not be opened: asks for it again.
    void noteFailed(WriteBatch& batch, const crypto::Aad& aad, bool control);
    /// The event came after all.
    void noteRecovered(WriteBatch& batch, const DeviceId& author, const MessageId& id);
    bool isOutstanding(const DeviceId& author, const MessageId& id) const;

    /// Somebody asks for events of this device.
    Task<void> answer(crypto::VerifiedPeer asker, e2ee::ResendRequestContent request);
    /// The peer device lost a session: repeats what is outstanding there.
    void repeat(const DeviceId& device);
    /// A new wrap of an event that waits here: opens it. False: nothing waits for it.
    Task<bool> takeRewrap(crypto::Aad aad, Bytes wrap);

    /// An own device passes an event on that waits here.
    Task<void> takeForwarded(WriteBatch& batch, ContentApplier::Effects& effects,
                             e2ee::ForwardedContent forwarded);

    /// While everything is up to date: asks what is due.
    void start();
    void stop();

private:
    Task<void> askDue();
    Task<void> askDevice(UserId user, DeviceId device, std::vector<OutstandingRecord> items);
    /// False: no session can be had now.
    Task<bool> prepareAuthor(UserId user, DeviceId device, bool& isListed);
    void stageRequests(WriteBatch& batch, const UserId& user, const DeviceId& device, bool isListed,
                       const std::vector<OutstandingRecord>& items);
    void stageControl(WriteBatch& batch, const UserId& user, const e2ee::Content& content,
                      std::vector<DeviceId> devices);
    Task<void> giveUp(std::vector<OutstandingRecord> items);
    /// What was sealed in a batch goes out when it is durable.
    void commitAndSend(WriteBatch batch);
    Task<std::vector<EventRecord>> findRows(MessageId id);
    Task<std::optional<EventRecord>> findWaiting(crypto::Aad aad);
    void applyOpened(WriteBatch& batch, ContentApplier::Effects& effects, const EventRecord& record,
                     EventRow row);
    void watchPlaceholder(const OutstandingRecord& item);
    Task<std::optional<Bytes>> fetchBody(ConversationId conversation, std::uint64_t logSeq);
    bool isAnswerable(const EventRecord& record, const EventRow& row,
                      const crypto::VerifiedPeer& asker) const;
    /// Counts the answer in the row.
    bool countAnswer(EventRow& row, const DeviceId& asker);
    bool stageRewrap(WriteBatch& batch, const EventRecord& record, const EventRow& row,
                     const crypto::VerifiedPeer& asker);
    void stageForwarded(WriteBatch& batch, const EventRow& row, const crypto::VerifiedPeer& asker);
    std::optional<crypto::VerifiedPeer> partyOf(const UserId& user, const DeviceId& device) const;

    LocalState& m_state;
    ServerSession& m_session;
    DirectoryKeeper& m_directory;
    Sealer& m_sealer;
    Outbox& m_outbox;
    ContentApplier& m_applier;
    int m_placeholderMs;
    QTimer m_timer;
    bool m_asking = false;
    /// Answers of the current hour, per device.
    std::map<DeviceId, int> m_answersThisHour;
    std::uint64_t m_hour = 0;
};

} // namespace impulse::client
