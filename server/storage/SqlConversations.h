#pragma once

#include "server/storage/GatheredEvents.h"
#include "server/storage/RowCache.h"

namespace impulse::server {

/// Lives on its connection's thread.
///
/// On the writing connection events are gathered and written together, many rows in one statement,
/// with one update of each log's and each sender's counter: before anything reads them, and by
/// flush() before the commit.
class SqlConversations final : public Conversations {
public:
    explicit SqlConversations(SqlConnection& connection) : m_connection(connection) {}

    std::optional<Conversation> find(const ConversationId& id) const override;
    std::vector<Conversation> ofUser(const UserId& user, const std::optional<ConversationId>& after,
                                     std::size_t limit) const override;
    std::uint64_t lastSenderSeq(const ConversationId& id, const DeviceId& device) const override;
    std::optional<SentEvent> sent(const ConversationId& id, const DeviceId& device,
                                  std::uint64_t senderSeq) const override;
    std::optional<UserId> author(const ConversationId& id, std::uint64_t seq) const override;
    std::vector<protocol::LogEvent> events(const ConversationId& id, std::uint64_t after,
                                           std::size_t limit, std::size_t maxBytes,
                                           const DeviceId& reader) const override;

    void create(const Conversation& conversation) override;
    std::uint64_t append(std::shared_ptr<const NewEvent> event) override;
    void erase(const ConversationId& id, std::uint64_t seq) override;
    std::vector<ExpiredEvent> eraseExpired(std::uint64_t hour, std::size_t limit) override;

    /// Takes the next log number of a group for a state, which is kept elsewhere.
    std::uint64_t appendState(const ConversationId& id, const DeviceId& author,
                              std::uint64_t serverMs);
    /// Writes what was gathered. False: it failed.
    bool flush() const;

private:
    using SenderKey = std::pair<DeviceId, ConversationId>;
    struct Log {
        std::uint64_t row = 0;
        Conversation conversation;
    };
    struct Sender {
        std::uint64_t row = 0;
        std::uint64_t lastSeq = 0;
        /// Log number of its last event in `sender_marks`; 0: none.
        std::uint64_t markedSeq = 0;
    };

    /// Null: there is none. Valid until the next call.
    Log* findLog(const ConversationId& id) const;
    Sender* findSender(const DeviceId& device, const ConversationId& id) const;
    /// Made if there is none.
    Sender* ensureSender(const DeviceId& device, const Log& log);
    /// The bytes of a group's state.
    std::optional<Bytes> stateAt(const ConversationId& id, std::uint64_t seq) const;
    std::uint64_t newId();
    GatheredEvents& gathered() const;

    SqlConnection& m_connection;
    mutable RowCache<ConversationId, Log, FixedHash> m_logs{m_connection};
    mutable RowCache<SenderKey, Sender, PairHash<DeviceId, ConversationId>> m_senders{m_connection};
    mutable GatheredEvents m_gathered;
    /// Of the connection: what was gathered before one is void.
    mutable std::uint64_t m_gatheredRollbacks = 0;
    /// 0: not known.
    std::uint64_t m_lastId = 0;
    std::uint64_t m_lastIdRollbacks = 0;
};

} // namespace impulse::server
