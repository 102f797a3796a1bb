#pragma once

#include "client/core/message/ContentApplier.h"

namespace impulse::client {

/// Repairs what could not be decrypted, and answers those who ask for repair (encryption.md 3.5).
/// Main thread.
class Healer : public QObject {
    Q_OBJECT
public:
    Healer(LocalState& state, ServerSession& session, DirectoryKeeper& directory, Sealer& sealer,
           Outbox& outbox, ContentApplier& applier, QObject* parent = nullptr);

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

    /// While everything is up to date: asks what is due.
    void start();
    void stop();

private:
    struct Answered {
        int count = 0;
        std::uint64_t lastMs = 0;
    };

    Task<void> askDue();
    Task<void> askDevice(UserId user, DeviceId device, std::vector<OutstandingRecord> items);
    Task<std::optional<Bytes>> fetchBody(ConversationId conversation, std::uint64_t logSeq);
    bool mayAnswer(const DeviceId& asker, const MessageId& id);
    std::optional<crypto::VerifiedPeer> partyOf(const UserId& user, const DeviceId& device) const;

    LocalState& m_state;
    ServerSession& m_session;
    DirectoryKeeper& m_directory;
    Sealer& m_sealer;
    Outbox& m_outbox;
    ContentApplier& m_applier;
    QTimer m_timer;
    bool m_asking = false;
    std::map<std::pair<DeviceId, MessageId>, Answered> m_answered;
    /// Answers of the current hour, per device.
    std::map<DeviceId, int> m_answersThisHour;
    std::uint64_t m_hour = 0;
};

} // namespace impulse::client
