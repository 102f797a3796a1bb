#pragma once

#include "server/core/ports/Conversations.h"
#include "server/storage/SqlConnection.h"

namespace impulse::server {

/// Lives on its connection's thread.
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
    std::uint64_t append(const NewEvent& event) override;
    void erase(const ConversationId& id, std::uint64_t seq) override;
    std::vector<ExpiredEvent> eraseExpired(std::uint64_t hour, std::size_t limit) override;

private:
    /// Row of (device, conversation) in `senders`, made if there is none.
    std::uint64_t ensureSender(std::uint64_t conversation, const DeviceId& device);

    SqlConnection& m_connection;
};

} // namespace impulse::server
