#include "server/storage/SqlConversations.h"

#include "server/storage/SqlIds.h"
#include "server/storage/WrapColumn.h"

namespace impulse::server {

namespace {

/// Values of conversations.kind.
constexpr std::uint64_t directKind = 1;
constexpr std::uint64_t groupKind = 2;
/// See migrations/0002_sender_marks.sql.
constexpr std::uint64_t markEvery = 256;

/// Columns: conversation_id, user_id of both members, first_seq, last_seq, kind; from `column` on.
Conversation readConversation(const Statement& statement, int column = 0)
{
    return {statement.fixed<ConversationId>(column), statement.fixed<UserId>(column + 1),
            statement.fixed<UserId>(column + 2),     statement.integer(column + 3),
            statement.integer(column + 4),           statement.integer(column + 5) == groupKind};
}

} // namespace

SqlConversations::Log* SqlConversations::findLog(const ConversationId& id) const
{
    if (auto* known = m_logs.find(id))
        return known;
    Statement statement(m_connection,
                        "SELECT c.conversation_id, f.user_id, s.user_id, c.first_seq, c.last_seq, "
                        "c.kind, c.id FROM conversations AS c "
                        "JOIN accounts AS f ON f.id = c.first_member "
                        "JOIN accounts AS s ON s.id = c.second_member WHERE c.conversation_id = ?");
    if (!statement.bind(id).next())
        return nullptr;
    return m_logs.put(id, {statement.integer(6), readConversation(statement)});
}

std::optional<Conversation> SqlConversations::find(const ConversationId& id) const
{
    const auto* log = findLog(id);
    return log ? std::optional(log->conversation) : std::nullopt;
}

std::vector<Conversation> SqlConversations::ofUser(const UserId& user,
                                                   const std::optional<ConversationId>& after,
                                                   std::size_t limit) const
{
    flush();
    const auto account = rows::account(m_connection, user);
    Statement statement(
        m_connection,
        "SELECT c.conversation_id, f.user_id, s.user_id, c.first_seq, c.last_seq, "
        "c.kind FROM conversations AS c JOIN accounts AS f ON f.id = c.first_member "
        "JOIN accounts AS s ON s.id = c.second_member "
        "WHERE (c.first_member = ? OR c.second_member = ?) AND c.last_seq > 0 "
        "AND c.kind = 1 AND c.conversation_id > ? ORDER BY c.conversation_id LIMIT ?");
    statement.bind(account).bind(account);
    // An empty blob is below every id.
    statement.bind(after ? after->view() : View{}).bind(std::uint64_t{limit});
    std::vector<Conversation> result;
    while (statement.next())
        result.push_back(readConversation(statement));
    return result;
}

SqlConversations::Sender* SqlConversations::findSender(const DeviceId& device,
                                                       const ConversationId& id) const
{
    if (auto* known = m_senders.find({device, id}))
        return known;
    Statement statement(m_connection,
                        "SELECT id, last_seq, (SELECT seq FROM sender_marks WHERE sender = "
                        "senders.id ORDER BY sender_seq DESC LIMIT 1) FROM senders "
                        "WHERE device = (SELECT id FROM devices WHERE device_id = ?) AND "
                        "conversation = (SELECT id FROM conversations WHERE conversation_id = ?)");
    if (!statement.bind(device).bind(id).next())
        return nullptr;
    return m_senders.put({device, id},
                         {statement.integer(0), statement.integer(1), statement.integer(2)});
}

std::uint64_t SqlConversations::lastSenderSeq(const ConversationId& id,
                                              const DeviceId& device) const
{
    const auto* sender = findSender(device, id);
    return sender ? sender->lastSeq : 0;
}

std::optional<SentEvent> SqlConversations::sent(const ConversationId& id, const DeviceId& device,
                                                std::uint64_t senderSeq) const
{
    flush();
    const auto* sender = findSender(device, id);
    if (!sender || senderSeq > sender->lastSeq)
        return std::nullopt;
    const auto row = sender->row;
    Statement mark(m_connection,
                   "SELECT seq FROM sender_marks WHERE sender = ? AND sender_seq <= ? "
                   "ORDER BY sender_seq DESC LIMIT 1");
    if (!mark.bind(row).bind(senderSeq).next())
        return std::nullopt;
    Statement statement(m_connection,
                        "SELECT message_id, seq, server_ms FROM events WHERE conversation = "
                        "(SELECT conversation FROM senders WHERE id = ?) "
                        "AND seq >= ? AND seq < ? AND sender = ? AND sender_seq = ?");
    statement.bind(row).bind(mark.integer(0)).bind(mark.integer(0) + markEvery);
    if (!statement.bind(row).bind(senderSeq).next())
        return std::nullopt;
    return SentEvent{statement.fixed<MessageId>(0), statement.integer(1), statement.integer(2)};
}

std::optional<UserId> SqlConversations::author(const ConversationId& id, std::uint64_t seq) const
{
    flush();
    Statement statement(m_connection, "SELECT accounts.user_id FROM events "
                                      "JOIN senders ON senders.id = events.sender "
                                      "JOIN devices ON devices.id = senders.device "
                                      "JOIN accounts ON accounts.id = devices.account "
                                      "WHERE events.conversation = "
                                      "(SELECT id FROM conversations WHERE conversation_id = ?) "
                                      "AND events.seq = ? AND events.sender_seq > 0");
    return statement.bind(id).bind(seq).next() ? std::optional(statement.fixed<UserId>(0))
                                               : std::nullopt;
}

std::vector<protocol::LogEvent> SqlConversations::events(const ConversationId& id,
                                                         std::uint64_t after, std::size_t limit,
                                                         std::size_t maxBytes,
                                                         const DeviceId& reader) const
{
    flush();
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
        if (event.aad.empty()) {
            event.state = stateAt(id, event.seq);
            bytes += event.state ? event.state->size() : 0;
        } else if (!statement.isNull(3)) {
            event.body = statement.bytes(3);
            if (event.aad.size() == limits::aadGroup)
                event.sig = Signature::from(statement.bytes(4));
            else
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
                            "second_member, kind) VALUES (?, ?, ?, ?)")
        .bind(conversation.id)
        .bind(rows::account(m_connection, conversation.first))
        .bind(rows::account(m_connection, conversation.second))
        .bind(conversation.isGroup ? groupKind : directKind)
        .run();
}

std::optional<Bytes> SqlConversations::stateAt(const ConversationId& id, std::uint64_t seq) const
{
    Statement statement(m_connection,
                        "SELECT state FROM group_states WHERE conversation = "
                        "(SELECT id FROM conversations WHERE conversation_id = ?) AND seq = ?");
    return statement.bind(id).bind(seq).next() ? std::optional(statement.bytes(0)) : std::nullopt;
}

std::uint64_t SqlConversations::appendState(const ConversationId& id, const DeviceId& author,
                                            std::uint64_t serverMs)
{
    // What was gathered comes before it.
    if (!flush())
        return 0;
    auto* log = findLog(id);
    const auto* sender = log ? ensureSender(author, *log) : nullptr;
    const auto row = sender ? newId() : 0;
    if (row == 0)
        return 0;
    const auto seq = ++log->conversation.lastSeq;
    Statement(m_connection,
              "INSERT INTO events (id, conversation, seq, sender, sender_seq, message_id, "
              "server_ms, aad) VALUES (?, ?, ?, ?, 0, ?, ?, ?)")
        .bind(row)
        .bind(log->row)
        .bind(seq)
        .bind(sender->row)
        .bind(View{})
        .bind(serverMs)
        .bind(View{})
        .run();
    Statement(m_connection, "UPDATE conversations SET last_seq = ? WHERE id = ?")
        .bind(seq)
        .bind(log->row)
        .run();
    return seq;
}

SqlConversations::Sender* SqlConversations::ensureSender(const DeviceId& device, const Log& log)
{
    if (auto* known = findSender(device, log.conversation.id))
        return known;
    const auto deviceRow = rows::ensureDevice(m_connection, device);
    Statement statement(m_connection, "INSERT INTO senders (device, conversation) VALUES (?, ?) "
                                      "RETURNING id");
    if (!statement.bind(deviceRow).bind(log.row).next())
        return nullptr;
    return m_senders.put({device, log.conversation.id}, {statement.integer(0), 0, 0});
}

std::uint64_t SqlConversations::newId()
{
    // A rollback may be a new connection, before which others may have written.
    if (m_lastId == 0 || m_lastIdRollbacks != m_connection.rollbacks()) {
        Statement statement(m_connection, "SELECT coalesce(max(id), 0) FROM events");
        if (!statement.next())
            return 0;
        m_lastId = statement.integer(0);
        m_lastIdRollbacks = m_connection.rollbacks();
    }
    return ++m_lastId;
}

std::uint64_t SqlConversations::append(std::shared_ptr<const NewEvent> event)
{
    // Whatever else the job wrote goes before: this may be written when the job is over.
    if (m_connection.failed() || (event->expiresHour && !m_connection.prepareToWrite()))
        return 0;
    if (m_logs.isFull() || m_senders.isFull())
        flush();
    auto* log = findLog(event->conversation);
    auto* sender = log ? ensureSender(event->device, *log) : nullptr;
    const auto id = sender ? newId() : 0;
    if (id == 0)
        return 0;
    if (event->senderSeq <= sender->lastSeq) {
        m_connection.refuse();
        return 0;
    }
    const auto seq = ++log->conversation.lastSeq;
    sender->lastSeq = event->senderSeq;
    auto& waiting = gathered();
    waiting.logs[log->row] = seq;
    waiting.senders[sender->row] = event->senderSeq;
    if (sender->markedSeq == 0 || seq - sender->markedSeq >= markEvery) {
        sender->markedSeq = seq;
        waiting.marks.push_back({sender->row, event->senderSeq, seq});
    }
    const auto expiresHour = event->expiresHour;
    waiting.rows.push_back({id, log->row, seq, sender->row, std::move(event)});
    m_connection.jobGathers();
    if (expiresHour && flush()) {
        Statement(m_connection, "INSERT INTO expiries (hour, event) VALUES (?, ?)")
            .bind(*expiresHour)
            .bind(id)
            .run();
    }
    return seq;
}

GatheredEvents& SqlConversations::gathered() const
{
    if (m_gatheredRollbacks != m_connection.rollbacks()) {
        m_gathered.clear();
        m_gatheredRollbacks = m_connection.rollbacks();
    }
    return m_gathered;
}

bool SqlConversations::flush() const
{
    // Rows of earlier jobs must not lie in the savepoint of the present one: it may be undone. This
    // writes them before it sets that savepoint.
    if (gathered().rows.empty() || !m_connection.prepareToWrite())
        return !m_connection.failed();
    return gathered().write(m_connection);
}

void SqlConversations::erase(const ConversationId& id, std::uint64_t seq)
{
    flush();
    Statement(m_connection, "UPDATE events SET body = NULL, wraps = NULL WHERE conversation = "
                            "(SELECT id FROM conversations WHERE conversation_id = ?) AND seq = ?")
        .bind(id)
        .bind(seq)
        .run();
}

std::vector<ExpiredEvent> SqlConversations::eraseExpired(std::uint64_t hour, std::size_t limit)
{
    flush();
    struct Expiry {
        std::uint64_t hour;
        std::uint64_t event;
    };
    std::vector<ExpiredEvent> result;
    std::vector<Expiry> found;
    {
        Statement statement(m_connection,
                            "SELECT c.conversation_id, f.user_id, s.user_id, c.first_seq, "
                            "c.last_seq, c.kind, e.seq, x.hour, x.event FROM expiries AS x "
                            "JOIN events AS e ON e.id = x.event "
                            "JOIN conversations AS c ON c.id = e.conversation "
                            "JOIN accounts AS f ON f.id = c.first_member "
                            "JOIN accounts AS s ON s.id = c.second_member "
                            "WHERE x.hour <= ? ORDER BY x.hour, x.event LIMIT ?");
        statement.bind(hour).bind(std::uint64_t{limit});
        while (statement.next()) {
            result.push_back({readConversation(statement), statement.integer(6)});
            found.push_back({statement.integer(7), statement.integer(8)});
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
