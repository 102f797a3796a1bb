#include "server/storage/GatheredEvents.h"

#include "server/storage/ArrayText.h"
#include "server/storage/WrapColumn.h"

#include <utility>

namespace impulse::server {

namespace {

using Row = GatheredEvents::Row;
using Mark = GatheredEvents::Mark;
using Counters = GatheredEvents::Counters;

#define EVENT_COLUMNS                                                                              \
    "INSERT INTO events (id, conversation, seq, sender, sender_seq, message_id, server_ms, aad, "  \
    "body, wraps) "
#define EVENT_ROW "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define EVENT_ROWS_4 EVENT_ROW ", " EVENT_ROW ", " EVENT_ROW ", " EVENT_ROW

// SQLite takes rows from us at no cost but that of a statement: some in each are enough.
constexpr std::size_t rowsAtOnce = 16;
constexpr const char* insertOne = EVENT_COLUMNS "VALUES " EVENT_ROW;
constexpr const char* insertMany =
    EVENT_COLUMNS "VALUES " EVENT_ROWS_4 ", " EVENT_ROWS_4 ", " EVENT_ROWS_4 ", " EVENT_ROWS_4;

// For PostgreSQL a statement is a question and an answer between processes: whole columns go as one
// parameter each.
constexpr std::size_t arrayRows = 512;
constexpr std::size_t arrayBytes = std::size_t{1} << 20;
constexpr const char* insertArrays = EVENT_COLUMNS
    "SELECT * FROM unnest(CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bigint[]), "
    "CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bytea[]), CAST(? AS bigint[]), "
    "CAST(? AS bytea[]), CAST(? AS bytea[]), CAST(? AS bytea[]))";
#undef EVENT_COLUMNS
#undef EVENT_ROW
#undef EVENT_ROWS_4

constexpr SqlText insertMarks{
    "INSERT INTO sender_marks (sender, sender_seq, seq) VALUES (?, ?, ?)",
    "INSERT INTO sender_marks (sender, sender_seq, seq) SELECT * FROM "
    "unnest(CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bigint[]))"};
constexpr SqlText updateLogs{"UPDATE conversations SET last_seq = ? WHERE id = ?",
                             "UPDATE conversations SET last_seq = new.seq FROM "
                             "unnest(CAST(? AS bigint[]), CAST(? AS bigint[])) AS new (seq, id) "
                             "WHERE conversations.id = new.id"};
constexpr SqlText updateSenders{"UPDATE senders SET last_seq = ? WHERE id = ?",
                                "UPDATE senders SET last_seq = new.seq FROM "
                                "unnest(CAST(? AS bigint[]), CAST(? AS bigint[])) AS new (seq, id) "
                                "WHERE senders.id = new.id"};

/// The column `wraps`: see migrations/0003_groups.sql.
Bytes wrapsColumn(const NewEvent& event)
{
    return event.sig ? toBytes(*event.sig) : packWraps(event.wraps);
}

bool insertRows(SqlConnection& connection, std::span<const Row> rows)
{
    Statement statement(connection, rows.size() == 1 ? insertOne : insertMany);
    std::vector<Bytes> wraps;
    wraps.reserve(rows.size());
    for (const auto& row : rows) {
        const auto& event = *row.event;
        wraps.push_back(wrapsColumn(event));
        statement.bind(row.id).bind(row.conversation).bind(row.seq).bind(row.sender);
        statement.bind(event.senderSeq).bind(event.messageId).bind(event.serverMs);
        statement.bind(event.aad).bind(event.body).bind(wraps.back());
    }
    return statement.run();
}

/// Takes from the front of `rows` what goes into one statement.
bool insertSomeArrays(SqlConnection& connection, std::span<const Row>& rows)
{
    ArrayText ids, conversations, seqs, senders, senderSeqs, messageIds, times, aads, bodies, wraps;
    std::size_t taken = 0;
    while (taken < std::min(rows.size(), arrayRows) && bodies.size() < arrayBytes) {
        const auto& row = rows[taken++];
        const auto& event = *row.event;
        ids.add(row.id);
        conversations.add(row.conversation);
        seqs.add(row.seq);
        senders.add(row.sender);
        senderSeqs.add(event.senderSeq);
        messageIds.add(event.messageId.view());
        times.add(event.serverMs);
        aads.add(View(event.aad));
        bodies.add(View(event.body));
        wraps.add(View(wrapsColumn(event)));
    }
    rows = rows.subspan(taken);
    Statement statement(connection, insertArrays);
    for (auto* column : {&ids, &conversations, &seqs, &senders, &senderSeqs, &messageIds, &times,
                         &aads, &bodies, &wraps})
        statement.bindVariant(column->take());
    return statement.run();
}

bool insert(SqlConnection& connection, std::span<const Row> rows)
{
    while (!rows.empty()) {
        if (connection.isPostgreSql()) {
            if (!insertSomeArrays(connection, rows))
                return false;
            continue;
        }
        const auto some = rows.first(rows.size() < rowsAtOnce ? 1 : rowsAtOnce);
        if (!insertRows(connection, some))
            return false;
        rows = rows.subspan(some.size());
    }
    return true;
}

void insert(SqlConnection& connection, const std::vector<Mark>& marks)
{
    if (!connection.isPostgreSql()) {
        for (const auto& mark : marks)
            Statement(connection, insertMarks)
                .bind(mark.sender)
                .bind(mark.senderSeq)
                .bind(mark.seq)
                .run();
        return;
    }
    ArrayText senders, senderSeqs, seqs;
    for (const auto& mark : marks) {
        senders.add(mark.sender);
        senderSeqs.add(mark.senderSeq);
        seqs.add(mark.seq);
    }
    if (!marks.empty())
        Statement(connection, insertMarks)
            .bindVariant(senders.take())
            .bindVariant(senderSeqs.take())
            .bindVariant(seqs.take())
            .run();
}

void update(SqlConnection& connection, const SqlText& sql, const Counters& counters)
{
    if (!connection.isPostgreSql()) {
        for (const auto& [row, seq] : counters)
            Statement(connection, sql).bind(seq).bind(row).run();
        return;
    }
    ArrayText seqs, ids;
    for (const auto& [row, seq] : counters) {
        seqs.add(seq);
        ids.add(row);
    }
    Statement(connection, sql).bindVariant(seqs.take()).bindVariant(ids.take()).run();
}

} // namespace

void GatheredEvents::clear()
{
    rows.clear();
    marks.clear();
    logs.clear();
    senders.clear();
}

bool GatheredEvents::write(SqlConnection& connection)
{
    if (rows.empty())
        return true;
    // Emptied first: what fails is void with its transaction.
    const auto all = std::exchange(*this, {});
    if (!insert(connection, all.rows))
        return false;
    insert(connection, all.marks);
    update(connection, updateLogs, all.logs);
    update(connection, updateSenders, all.senders);
    return !connection.failed();
}

} // namespace impulse::server
