#pragma once

#include "server/core/ports/Groups.h"
#include "server/storage/SqlConversations.h"

namespace impulse::server {

/// Lives on its connection's thread. The writing connection keeps rosters, so that an event costs
/// the same whatever the number of readers.
class SqlGroups final : public Groups {
public:
    SqlGroups(SqlConnection& connection, SqlConversations& conversations)
        : m_connection(connection), m_conversations(conversations)
    {
    }

    std::shared_ptr<const GroupRoster> roster(const ConversationId& group) const override;
    bool isReader(const ConversationId& group, const DeviceId& device) const override;
    std::optional<GroupView> viewOf(const UserId& user, const ConversationId& group) const override;
    std::vector<GroupView> viewsOf(const UserId& user, const std::optional<ConversationId>& after,
                                   std::size_t limit) const override;
    std::optional<StoredGroupState> state(const ConversationId& group,
                                          std::uint64_t epoch) const override;
    std::vector<Bytes> states(const ConversationId& group, std::uint64_t from, std::uint64_t to,
                              std::size_t limit, std::size_t maxBytes) const override;
    std::optional<Bytes> meta(const ConversationId& group) const override;
    std::uint64_t countStatesSince(const ConversationId& group, const UserId& author,
                                   std::uint64_t sinceMs) const override;
    std::uint64_t lastDirectorySeq(const ConversationId& group, const UserId& user) const override;

    std::uint64_t putState(const NewGroupState& state) override;
    void close(const ConversationId& group) override;

    /// The directory has another list of this person: his groups have other rosters.
    void devicesChanged(const UserId& user);

private:
    std::shared_ptr<const GroupRoster> readRoster(const ConversationId& group) const;
    void insertState(std::uint64_t conversation, std::uint64_t seq, const NewGroupState& state);
    /// Who is new, has left or has another role.
    void changeMembers(std::uint64_t conversation, std::uint64_t seq,
                       const std::vector<GroupRoster::Member>& before,
                       const crypto::GroupState& state);
    void addMember(std::uint64_t conversation, std::uint64_t seq, const crypto::GroupMember& member,
                   bool seesAll);

    SqlConnection& m_connection;
    SqlConversations& m_conversations;
    mutable RowCache<ConversationId, std::shared_ptr<const GroupRoster>, FixedHash> m_rosters{
        m_connection};
    /// Members and devices in m_rosters, or more.
    mutable std::size_t m_cachedItems = 0;
};

} // namespace impulse::server
