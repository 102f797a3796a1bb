#include "server/storage/SqlGroups.h"

#include "server/storage/SqlIds.h"

#include <algorithm>

namespace impulse::server {
namespace {

/// Of all rosters together: some 50 MB.
constexpr std::size_t mostCachedItems = 1'000'000;

#define VIEW_COLUMNS                                                                               \
    "SELECT c.conversation_id, m.left_seq IS NULL, CASE WHEN m.first_seq > c.first_seq "           \
    "THEN m.first_seq ELSE c.first_seq END, "                                                      \
    "coalesce(m.left_seq, c.last_seq), (SELECT s.epoch FROM group_states AS s WHERE "              \
    "s.conversation = c.id AND s.seq <= coalesce(m.left_seq, c.last_seq) "                         \
    "ORDER BY s.seq DESC LIMIT 1) FROM group_members AS m "                                        \
    "JOIN conversations AS c ON c.id = m.conversation "                                            \
    "WHERE m.account = (SELECT id FROM accounts WHERE user_id = ?) AND c.conversation_id "

GroupView readView(const Statement& statement)
{
    return {statement.fixed<ConversationId>(0), statement.integer(1) != 0, statement.integer(4),
            statement.integer(2), statement.integer(3)};
}

crypto::GroupRole roleOf(std::uint64_t value)
{
    return value == 1 ? crypto::GroupRole::Admin : crypto::GroupRole::Member;
}

std::uint64_t number(crypto::GroupRole role)
{
    return static_cast<std::uint64_t>(role);
}

} // namespace

std::shared_ptr<const GroupRoster> SqlGroups::roster(const ConversationId& group) const
{
    if (const auto* known = m_rosters.find(group))
        return *known;
    auto roster = readRoster(group);
    if (!roster || m_connection.failed())
        return nullptr;
    if (m_cachedItems >= mostCachedItems) {
        m_rosters.clear();
        m_cachedItems = 0;
    }
    m_cachedItems += roster->members.size() + roster->readers->size();
    return *m_rosters.put(group, std::move(roster));
}

std::shared_ptr<const GroupRoster> SqlGroups::readRoster(const ConversationId& group) const
{
    auto roster = std::make_shared<GroupRoster>();
    std::uint64_t row = 0;
    {
        Statement head(m_connection,
                       "SELECT g.conversation, g.epoch, g.state_hash, g.policy FROM group_chats "
                       "AS g JOIN conversations AS c ON c.id = g.conversation "
                       "WHERE c.conversation_id = ? AND g.closed = 0");
        if (!head.bind(group).next())
            return nullptr;
        row = head.integer(0);
        roster->group = group;
        roster->epoch = head.integer(1);
        roster->stateHash = head.fixed<Hash32>(2);
        roster->policy = static_cast<std::uint8_t>(head.integer(3));
    }
    Statement members(m_connection,
                      "SELECT a.user_id, m.role, (SELECT coalesce(max(d.version), 0) FROM "
                      "directory AS d WHERE d.account = a.id) FROM group_members AS m "
                      "JOIN accounts AS a ON a.id = m.account "
                      "WHERE m.conversation = ? AND m.left_seq IS NULL ORDER BY a.user_id");
    members.bind(row);
    while (members.next()) {
        roster->members.push_back({members.fixed<UserId>(0), roleOf(members.integer(1))});
        roster->version += members.integer(2);
    }
    auto readers = std::make_shared<Readers>();
    Statement devices(m_connection,
                      "SELECT d.device_id FROM group_members AS m JOIN devices AS d "
                      "ON d.account = m.account WHERE m.conversation = ? AND m.left_seq IS NULL "
                      "AND d.is_current = 1 ORDER BY d.device_id");
    devices.bind(row);
    while (devices.next())
        readers->push_back(devices.fixed<DeviceId>(0));
    roster->readers = std::move(readers);
    return roster;
}

bool SqlGroups::isReader(const ConversationId& group, const DeviceId& device) const
{
    Statement statement(m_connection,
                        "SELECT 1 FROM devices AS d JOIN group_members AS m "
                        "ON m.account = d.account WHERE d.device_id = ? AND d.is_current = 1 "
                        "AND m.left_seq IS NULL AND m.conversation = "
                        "(SELECT id FROM conversations WHERE conversation_id = ?)");
    return statement.bind(device).bind(group).next();
}

std::optional<GroupView> SqlGroups::viewOf(const UserId& user, const ConversationId& group) const
{
    m_conversations.flush();
    Statement statement(m_connection, VIEW_COLUMNS "= ?");
    return statement.bind(user).bind(group).next() ? std::optional(readView(statement))
                                                   : std::nullopt;
}

std::vector<GroupView> SqlGroups::viewsOf(const UserId& user,
                                          const std::optional<ConversationId>& after,
                                          std::size_t limit) const
{
    m_conversations.flush();
    Statement statement(m_connection, VIEW_COLUMNS "> ? ORDER BY c.conversation_id LIMIT ?");
    // An empty blob is below every id.
    statement.bind(user).bind(after ? after->view() : View{}).bind(std::uint64_t{limit});
    std::vector<GroupView> result;
    while (statement.next())
        result.push_back(readView(statement));
    return result;
}
#undef VIEW_COLUMNS

std::optional<StoredGroupState> SqlGroups::state(const ConversationId& group,
                                                 std::uint64_t epoch) const
{
    Statement statement(m_connection,
                        "SELECT state, state_hash, seq, server_ms FROM group_states WHERE "
                        "conversation = (SELECT id FROM conversations WHERE conversation_id = ?) "
                        "AND epoch = ?");
    if (!statement.bind(group).bind(epoch).next())
        return std::nullopt;
    return StoredGroupState{statement.bytes(0), statement.fixed<Hash32>(1), statement.integer(2),
                            statement.integer(3)};
}

std::vector<Bytes> SqlGroups::states(const ConversationId& group, std::uint64_t from,
                                     std::uint64_t to, std::size_t limit,
                                     std::size_t maxBytes) const
{
    Statement statement(m_connection, "SELECT state FROM group_states WHERE conversation = "
                                      "(SELECT id FROM conversations WHERE conversation_id = ?) "
                                      "AND epoch >= ? AND epoch <= ? ORDER BY epoch LIMIT ?");
    statement.bind(group).bind(from).bind(to).bind(std::uint64_t{limit});
    std::vector<Bytes> result;
    std::size_t bytes = 0;
    while (statement.next()) {
        auto state = statement.bytes(0);
        bytes += state.size();
        if (bytes > maxBytes && !result.empty())
            break;
        result.push_back(std::move(state));
    }
    return result;
}

std::optional<Bytes> SqlGroups::meta(const ConversationId& group) const
{
    Statement statement(m_connection, "SELECT meta FROM group_chats WHERE conversation = "
                                      "(SELECT id FROM conversations WHERE conversation_id = ?)");
    return statement.bind(group).next() ? std::optional(statement.bytes(0)) : std::nullopt;
}

std::uint64_t SqlGroups::countStatesSince(const ConversationId& group, const UserId& author,
                                          std::uint64_t sinceMs) const
{
    Statement statement(m_connection,
                        "SELECT count(*) FROM group_states WHERE conversation = "
                        "(SELECT id FROM conversations WHERE conversation_id = ?) AND author = "
                        "(SELECT id FROM accounts WHERE user_id = ?) AND server_ms >= ?");
    return statement.bind(group).bind(author).bind(sinceMs).next() ? statement.integer(0) : 0;
}

std::uint64_t SqlGroups::lastDirectorySeq(const ConversationId& group, const UserId& user) const
{
    Statement statement(m_connection,
                        "SELECT coalesce(max(s.directory_seq), 0) FROM group_members AS m "
                        "JOIN group_states AS s ON s.conversation = m.conversation "
                        "AND (s.author = m.account OR s.seq = m.joined_seq) "
                        "WHERE m.conversation = "
                        "(SELECT id FROM conversations WHERE conversation_id = ?) "
                        "AND m.account = (SELECT id FROM accounts WHERE user_id = ?)");
    return statement.bind(group).bind(user).next() ? statement.integer(0) : 0;
}

std::uint64_t SqlGroups::putState(const NewGroupState& state)
{
    const auto& fields = state.fields;
    std::vector<GroupRoster::Member> before;
    if (fields.epoch == 0) {
        const auto& creator = fields.authorUser;
        m_conversations.create({fields.group, creator, creator, 1, 0, true});
    } else if (const auto present = roster(fields.group)) {
        before = present->members;
    }
    const auto seq = m_conversations.appendState(fields.group, fields.authorDevice, state.serverMs);
    const auto row = rows::conversation(m_connection, fields.group);
    insertState(row, seq, state);
    changeMembers(row, seq, before, fields);
    m_rosters.erase(fields.group);
    return seq;
}

void SqlGroups::insertState(std::uint64_t conversation, std::uint64_t seq,
                            const NewGroupState& state)
{
    const auto& fields = state.fields;
    if (fields.epoch == 0) {
        Statement(m_connection, "INSERT INTO group_chats (conversation, epoch, state_hash, "
                                "policy, meta) VALUES (?, 0, ?, ?, ?)")
            .bind(conversation)
            .bind(state.hash)
            .bind(std::uint64_t{fields.policy})
            .bind(state.meta.value_or(Bytes()))
            .run();
    } else {
        Statement(m_connection, "UPDATE group_chats SET epoch = ?, state_hash = ?, policy = ? "
                                "WHERE conversation = ?")
            .bind(fields.epoch)
            .bind(state.hash)
            .bind(std::uint64_t{fields.policy})
            .bind(conversation)
            .run();
        if (state.meta)
            Statement(m_connection, "UPDATE group_chats SET meta = ? WHERE conversation = ?")
                .bind(*state.meta)
                .bind(conversation)
                .run();
    }
    Statement(m_connection, "INSERT INTO group_states (conversation, epoch, seq, author, "
                            "directory_seq, server_ms, state_hash, state) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(conversation)
        .bind(fields.epoch)
        .bind(seq)
        .bind(rows::account(m_connection, fields.authorUser))
        .bind(fields.directorySeq)
        .bind(state.serverMs)
        .bind(state.hash)
        .bind(state.state)
        .run();
}

void SqlGroups::changeMembers(std::uint64_t conversation, std::uint64_t seq,
                              const std::vector<GroupRoster::Member>& before,
                              const crypto::GroupState& state)
{
    for (const auto& member : before) {
        const auto* kept = state.find(member.user);
        if (kept && kept->role == member.role)
            continue;
        const auto account = rows::account(m_connection, member.user);
        if (kept)
            Statement(m_connection, "UPDATE group_members SET role = ? WHERE conversation = ? "
                                    "AND account = ?")
                .bind(number(kept->role))
                .bind(conversation)
                .bind(account)
                .run();
        else
            Statement(m_connection, "UPDATE group_members SET left_seq = ? WHERE conversation = ? "
                                    "AND account = ?")
                .bind(seq)
                .bind(conversation)
                .bind(account)
                .run();
    }
    const bool seesAll = state.policy & crypto::GroupState::earlierMessages;
    for (const auto& member : state.members) {
        if (!std::ranges::binary_search(before, member.user, {}, &GroupRoster::Member::user))
            addMember(conversation, seq, member, seesAll);
    }
}

void SqlGroups::addMember(std::uint64_t conversation, std::uint64_t seq,
                          const crypto::GroupMember& member, bool seesAll)
{
    // Who comes back keeps what he could read before.
    Statement(m_connection, "INSERT INTO group_members (conversation, account, role, first_seq, "
                            "joined_seq) VALUES (?, ?, ?, ?, ?) "
                            "ON CONFLICT (conversation, account) DO UPDATE SET "
                            "role = excluded.role, joined_seq = excluded.joined_seq, "
                            "left_seq = NULL, "
                            "first_seq = CASE WHEN group_members.first_seq < excluded.first_seq "
                            "THEN group_members.first_seq ELSE excluded.first_seq END")
        .bind(conversation)
        .bind(rows::account(m_connection, member.user))
        .bind(number(member.role))
        .bind(seesAll ? std::uint64_t{1} : seq)
        .bind(seq)
        .run();
}

void SqlGroups::close(const ConversationId& group)
{
    m_conversations.flush();
    const auto row = rows::conversation(m_connection, group);
    Statement(m_connection, "UPDATE group_chats SET closed = 1 WHERE conversation = ?")
        .bind(row)
        .run();
    Statement(m_connection, "UPDATE group_members SET left_seq = "
                            "(SELECT last_seq FROM conversations WHERE id = ?) "
                            "WHERE conversation = ? AND left_seq IS NULL")
        .bind(row)
        .bind(row)
        .run();
    m_rosters.erase(group);
}

void SqlGroups::devicesChanged(const UserId& user)
{
    Statement statement(m_connection,
                        "SELECT c.conversation_id FROM group_members AS m JOIN conversations AS c "
                        "ON c.id = m.conversation WHERE m.left_seq IS NULL AND m.account = "
                        "(SELECT id FROM accounts WHERE user_id = ?)");
    statement.bind(user);
    while (statement.next())
        m_rosters.erase(statement.fixed<ConversationId>(0));
}

} // namespace impulse::server
