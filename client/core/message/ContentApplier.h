#pragma once

#include "client/core/message/Receipts.h"
#include "client/core/sync/DirectoryKeeper.h"

namespace impulse::client {

/// What an opened envelope does to the local state (encryption.md 4.5, 6). Stages everything into
/// the caller's batch; what the windows are told, they are told when it is durable. Main thread.
class ContentApplier : public QObject {
    Q_OBJECT
public:
    ContentApplier(LocalState& state, DirectoryKeeper& directory, Receipts& receipts,
                   QObject* parent = nullptr);

    /// Called when the batch is durable.
    using Effects = std::vector<std::function<void()>>;
    /// For commit(): calls them.
    static std::function<void()> run(std::shared_ptr<const Effects> effects)
    {
        return [effects = std::move(effects)] {
            for (const auto& effect : *effects)
                effect();
        };
    }

    /// A durable event at its place of the log. Takes its position and the sender's number too.
    void applyEvent(WriteBatch& batch, Effects& effects, const ConversationId& conversation,
                    const protocol::LogEvent& event, const e2ee::Opened& opened);
    /// An event that was recovered later: the same, without position.
    void applyRecovered(WriteBatch& batch, Effects& effects, const EventRecord& record,
                        EventRow row);
    /// An event without readable content: refused, waiting, missing.
    void applyUnreadable(WriteBatch& batch, Effects& effects, const ConversationId& conversation,
                         const protocol::LogEvent& event, const crypto::Aad& aad, EventState state,
                         std::uint64_t error);
    /// An event that nobody could give again.
    void applyLost(WriteBatch& batch, Effects& effects, const EventRecord& record, EventRow row);
    /// Position and sender's number only.
    void passEvent(WriteBatch& batch, const ConversationId& conversation,
                   const protocol::LogEvent& event, const crypto::Aad* aad);
    /// Receipts, profile keys, own-device sync. The healer has taken its own types before.
    void applyControl(WriteBatch& batch, Effects& effects, const e2ee::Opened& opened,
                      const e2ee::Content& content);
    void applyTyping(const e2ee::Opened& opened, const e2ee::Content& content);
    /// The person an event belongs to, made if he is new.
    ContactRecord& obtainContact(WriteBatch& batch, Effects& effects, const UserId& user);
    /// A line of the conversation itself.
    void stageLine(WriteBatch& batch, Effects& effects, const ConversationId& conversation,
                   SystemLine line);
    /// The line "messages may be missing".
    void stageMissing(WriteBatch& batch, Effects& effects, const ConversationId& conversation);

Q_SIGNALS:
    void messageChanged(const impulse::ConversationId& conversation, const impulse::MessageId& id);
    /// A new text of somebody else.
    void textArrived(const impulse::ConversationId& conversation, const impulse::MessageId& id);
    void conversationChanged(const impulse::ConversationId& conversation);
    void personChanged(const impulse::UserId& user);
    /// A person whose name is not known yet.
    void nameWanted(const impulse::UserId& user);
    /// Another own device told the key of the own profile.
    void ownProfileKeyArrived();
    /// A profile key arrived: the profile can be read.
    void profileWanted(const impulse::UserId& user);
    void typing(const impulse::ConversationId& conversation, bool active);
    /// A device skipped numbers: messages may be missing.
    void gapFound(const impulse::ConversationId& conversation);
    /// Somebody wrote after having seen this message.
    void referenceSeen(const impulse::ConversationId& conversation, const impulse::MessageId& id);

private:
    struct Placed {
        std::uint64_t sortMs = 0;
        bool isNewGap = false;
    };

    void stageOwnLine(WriteBatch& batch, Effects& effects, const ConversationId& conversation,
                      const EventRow& row);
    Placed place(ConversationRecord& conversation, const protocol::LogEvent& event,
                 const crypto::Aad& aad);
    void applyIncomingText(Effects& effects, ConversationRecord& conversation, const MessageId& id,
                           std::uint64_t logSeq);
    void applyProfileKey(WriteBatch& batch, Effects& effects, const UserId& sender,
                         const e2ee::ProfileKey& key);
    void tellReference(Effects& effects, const ConversationId& conversation,
                       const e2ee::Reference& reference);
    void applyReceipt(WriteBatch& batch, Effects& effects, const crypto::Aad& aad,
                      const e2ee::ReceiptContent& receipt);
    void applyOwnSync(WriteBatch& batch, Effects& effects, const e2ee::OwnSyncContent& sync);
    void takeProfileKey(WriteBatch& batch, Effects& effects, ContactRecord& contact,
                        const e2ee::ProfileKey& key);
    void tellMessage(Effects& effects, const ConversationId& conversation, const MessageId& id);

    LocalState& m_state;
    DirectoryKeeper& m_directory;
    Receipts& m_receipts;
};

} // namespace impulse::client
