#pragma once

#include "client/core/message/ContentApplier.h"
#include "client/core/message/Healer.h"
#include "client/core/message/Outbox.h"
#include "client/core/sync/GossipWatch.h"

namespace impulse::client {

/// Reads the logs of conversations and this device's mailbox in order, opens what is in them and
/// stores it: one transaction for plaintext, session state and position (architecture.md 5,
/// encryption.md 4.4). A push is a hint; what is missing is fetched. Main thread.
class Inbound : public QObject {
    Q_OBJECT
public:
    Inbound(LocalState& state, ServerSession& session, DirectoryKeeper& directory, Outbox& outbox,
            ContentApplier& applier, Healer& healer, GossipWatch& gossip,
            QObject* parent = nullptr);

    void takePush(const protocol::AnyPush& push);
    /// Fetches a conversation to its end.
    Task<Result<void, ClientError>> catchUp(ConversationId conversation);
    /// Fetches and acknowledges the mailbox to its end.
    Task<Result<void, ClientError>> catchUpMailbox();
    // After a restore of the server.

    /// This conversation is read again: which own events are met is noted from now on.
    void beginRepair(const ConversationId& conversation);
    /// An own event that the log has, in the conversation that is repaired.
    bool wasMet(const MessageId& id) const { return m_met.contains(id); }
    /// The mailbox begins anew; what was taken from it before repeats nothing.
    void rereadMailbox();

Q_SIGNALS:
    /// The log holds events of this device that it does not know: its prekeys must be replaced.
    void rolledBack();

private:
    /// Events or entries of one request.
    static constexpr std::uint64_t pageSize = 100;
    /// So often a server may give nothing new although it says that there is more.
    static constexpr int maxIdlePages = 3;

    struct Known {
        std::map<std::pair<DeviceId, MessageId>, EventRecord> events;
    };

    Task<void> takeEvent(protocol::LogEvent event);
    Task<bool> process(ConversationId conversation, std::vector<protocol::LogEvent> events);
    Task<void> processEvent(ConversationId conversation, protocol::LogEvent event,
                            const Known& known);
    Task<bool> processMailbox(std::vector<protocol::MailboxEntry> entries);
    Task<void> takeMail(protocol::MailboxEntry entry);
    Task<void> takeTransient(protocol::TransientPush push);
    Task<void> processTransient(protocol::TransientPush push);
    Task<void> prepareSender(crypto::Aad aad);
    Task<void> meetOwnEvent(ConversationId conversation, protocol::LogEvent event, crypto::Aad aad,
                            const EventRecord* known);
    void renumber(WriteBatch& batch, const EventRecord& known,
                  const protocol::LogEvent& event) const;
    bool isOlder(const protocol::LogEvent& event, const crypto::Aad& aad) const;
    Task<void> takeControl(WriteBatch& batch, ContentApplier::Effects& effects,
                           const protocol::MailboxEntry& entry, const crypto::Aad& aad);
    Task<void> applyMail(WriteBatch& batch, ContentApplier::Effects& effects,
                         const e2ee::Opened& opened);
    bool acceptsFrom(const UserId& user) const;
    void acknowledge();

    LocalState& m_state;
    ServerSession& m_session;
    DirectoryKeeper& m_directory;
    Outbox& m_outbox;
    ContentApplier& m_applier;
    Healer& m_healer;
    GossipWatch& m_gossip;
    /// One page at a time: sessions and positions move in order.
    Turn m_turn;
    std::set<ConversationId> m_reading;
    std::set<ConversationId> m_readAgain;
    int m_transients = 0;
    bool m_readingMailbox = false;
    bool m_mailboxAgain = false;
    std::uint64_t m_acknowledged = 0;
    std::optional<ConversationId> m_repairing;
    std::set<MessageId> m_met;
};

} // namespace impulse::client
