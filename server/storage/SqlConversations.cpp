#include "server/storage/SqlConversations.h"

#include "server/storage/SqlIds.h"
#include "server/storage/WrapColumn.h"

namespace impulse::server {

namespace {

/// Columns: conversation_id, user_id of both members, first_seq, last_seq; from `column` on.
Conversation readConversation(const Statement& statement, int column = 0)
{
    return {statement.fixed<ConversationId>(column), statement.fixed<UserId>(column + 1),
            statement.fixed<UserId>(column + 2), statement.integer(column + 3),
            statement.integer(column + 4)};
}

} // namespace

std::optional<Conversation> SqlConversations::find(const ConversationId& id) const
{
    Statement statement(m_connection,
                        "SELECT c.conversation_id, f.user_id, s.user_id, c.first_seq, c.last_seq "
                        "FROM conversations AS c JOIN accounts AS f ON f.id = c.first_member "
                        "JOIN accounts AS s ON s.id = c.second_member WHERE c.conversation_id = ?");
    if (!statement.bind(id).next())
        return std::nullopt;
    return readConversation(statement);
}

std::vector<Conversation> SqlConversations::ofUser(const UserId& user,
                                                   const std::optional<ConversationId>& after,
                                                   std::size_t limit) const
{
    const auto account = rows::account(m_connection, user);
    Statement statement(m_connection,
                        "SELECT c.conversation_id, f.user_id, s.user_id, c.first_seq, c.last_seq "
                        "FROM conversations AS c JOIN accounts AS f ON f.id = c.first_member "
                        "JOIN accounts AS s ON s.id = c.second_member "
                        "WHERE (c.first_member = ? OR c.second_member = ?) AND c.last_seq > 0 "
                        "AND c.conversation_id > ? ORDER BY c.conversation_id LIMIT ?");
    statement.bind(account).bind(account);
    // An empty blob is below every id.
    statement.bind(after ? after->view() : View{}).bind(std::uint64_t{limit});
    std::vector<Conversation> result;
    while (statement.next())
        result.push_back(readConversation(statement));
    return result;
}

std::uint64_t SqlConversations::lastSenderSeq(const ConversationId& id,
                                              const DeviceId& device) const
{
    Statement statement(m_connection,
                        "SELECT last_seq FROM senders "
                        "WHERE device = (SELECT id FROM devices WHERE device_id = ?) AND "
                        "conversation = (SELECT id FROM conversations WHERE conversation_id = ?)");
    return statement.bind(device).bind(id).next() ? statement.integer(0) : 0;
}

std::optional<SentEvent> SqlConversations::sent(const ConversationId& id, const DeviceId& device,
                                                std::uint64_t senderSeq) const
{
    Statement statement(m_connection,
                        "SELECT message_id, seq, server_ms FROM events WHERE sender = "
                        "(SELECT id FROM senders "
                        "WHERE device = (SELECT id FROM devices WHERE device_id = ?) AND "
                        "conversation = (SELECT id FROM conversations WHERE conversation_id = ?)) "
                        "AND sender_seq = ?");
    if (!statement.bind(device).bind(id).bind(senderSeq).next())
        return std::nullopt;
    return SentEvent{statement.fixed<MessageId>(0), statement.integer(1), statement.integer(2)};
}

std::optional<UserId> SqlConversations::author(const ConversationId& id, std::uint64_t seq) const
{
    Statement statement(m_connection, "SELECT accounts.user_id FROM events "
                                      "JOIN senders ON senders.id = events.sender "
                                      "JOIN devices ON devices.id = senders.device "
                                      "JOIN accounts ON accounts.id = devices.account "
                                      "WHERE events.conversation = "
                                      "(SELECT id FROM conversations WHERE conversation_id = ?) "
                                      "AND events.seq = ?");
    return statement.bind(id).bind(seq).next() ? std::optional(statement.fixed<UserId>(0))
                                               : std::nullopt;
}

std::vector<protocol::LogEvent> SqlConversations::events(const ConversationId& id,
                                                         std::uint64_t after, std::size_t limit,
                                                         std::size_t maxBytes,
                                                         const DeviceId& reader) const
{
    Statement statement(m_connection,
                        "SELECT seq, server_ms, aad, body, wraps FROM events WHERE conversation = "
                        "(SELECT id FROM conversations WHERE conversation_id = ?) "
                        "AND seq > ? ORDER BY seq LIMIT ?");
    statement.bind(id).bind(after).bind(std::uint64_t{limit});
    std::vector<protocol::LogEvent> result;
    std::size_t bytes = 0;
    while (statement.next()) {
        protocol::LogEvent event{
            statement.integer(0), statement.integer(1), statement.bytes(2), {}, {}};
        bytes += event.aad.size();
        if (!statement.isNull(3)) {
            event.body = statement.bytes(3);
            event.wrap = findWrap(statement.bytes(4), reader);
            bytes += event.body->size() + (event.wrap ? event.wrap->size() : 0);
        }
        if (bytes > maxBytes && !result.empty())
            break;
        result.push_back(std::move(event));
    }
    return result;
}

void SqlConversations::create(const Conversation& conversation)
{
    Statement(m_connection, "INSERT INTO conversations (conversation_id, first_member, "
                            "second_member) VALUES (?, ?, ?)")
        .bind(conversation.id)
        .bind(rows::account(m_connection, conversation.first))
        .bind(rows::account(m_connection, conversation.second))
        .run();
}

std::uint64_t SqlConversations::ensureSender(std::uint64_t conversation, const DeviceId& device)
{
    const auto deviceRow = rows::ensureDevice(m_connection, device);
    {
        Statement statement(m_connection,
                            "SELECT id FROM senders WHERE device = ? AND conversation = ?");
        if (statement.bind(deviceRow).bind(conversation).next())
            return statement.integer(0);
    }
    Statement statement(m_connection, "INSERT INTO senders (device, conversation) VALUES (?, ?)");
    return statement.bind(deviceRow).bind(conversation).run() ? statement.insertedId() : 0;
}

std::uint64_t SqlConversations::append(const NewEvent& event)
{
    std::uint64_t conversation = 0;
    std::uint64_t seq = 0;
    {
        Statement statement(m_connection, "UPDATE conversations SET last_seq = last_seq + 1 "
                                          "WHERE conversation_id = ? RETURNING id, last_seq");
        if (!statement.bind(event.conversation).next())
            return 0;
        conversation = statement.integer(0);
        seq = statement.integer(1);
    }
    const auto sender = ensureSender(conversation, event.device);
    const auto wraps = packWraps(event.wraps);
    Statement insert(m_connection,
                     "INSERT INTO events (conversation, seq, sender, sender_seq, message_id, "
                     "server_ms, aad, body, wraps) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(conversation).bind(seq).bind(sender).bind(event.senderSeq).bind(event.messageId);
    insert.bind(event.serverMs).bind(event.aad).bind(event.body).bind(wraps);
    if (!insert.run())
        return 0;
    Statement(m_connection, "UPDATE senders SET last_seq = ? WHERE id = ?")
        .bind(event.senderSeq)
        .bind(sender)
        .run();
    if (event.expiresHour) {
        Statement(m_connection, "INSERT INTO expiries (hour, event) VALUES (?, ?)")
            .bind(*event.expiresHour)
            .bind(insert.insertedId())
            .run();
    }
    return seq;
}

void SqlConversations::erase(const ConversationId& id, std::uint64_t seq)
{
    Statement(m_connection, "UPDATE events SET body = NULL, wraps = NULL WHERE conversation = "
                            "(SELECT id FROM conversations WHERE conversation_id = ?) AND seq = ?")
        .bind(id)
        .bind(seq)
        .run();
}

std::vector<ExpiredEvent> SqlConversations::eraseExpired(std::uint64_t hour, std::size_t limit)
{
    struct Row {
        std::uint64_t hour;
        std::uint64_t event;
    };
    std::vector<ExpiredEvent> result;
    std::vector<Row> found;
    {
        Statement statement(m_connection,
                            "SELECT c.conversation_id, f.user_id, s.user_id, c.first_seq, "
                            "c.last_seq, e.seq, x.hour, x.event FROM expiries AS x "
                            "JOIN events AS e ON e.id = x.event "
                            "JOIN conversations AS c ON c.id = e.conversation "
                            "JOIN accounts AS f ON f.id = c.first_member "
                            "JOIN accounts AS s ON s.id = c.second_member "
                            "WHERE x.hour <= ? ORDER BY x.hour, x.event LIMIT ?");
        statement.bind(hour).bind(std::uint64_t{limit});
        while (statement.next()) {
            result.push_back({readConversation(statement), statement.integer(5)});
            found.push_back({statement.integer(6), statement.integer(7)});
        }
    }
    for (const auto& row : found) {
        Statement(m_connection, "UPDATE events SET body = NULL, wraps = NULL WHERE id = ?")
            .bind(row.event)
            .run();
        Statement(m_connection, "DELETE FROM expiries WHERE hour = ? AND event = ?")
            .bind(row.hour)
            .bind(row.event)
            .run();
    }
    return result;
}

} // namespace impulse::server
