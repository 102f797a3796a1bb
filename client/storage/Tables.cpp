#include "client/storage/Tables.h"

#include <algorithm>

namespace impulse::client::tables {

namespace {

/// Bound without a copy: `bytes` must live until the query has run. Never null, which SQLite would
/// take for NULL.
QVariant blob(View bytes)
{
    if (bytes.empty())
        return QByteArray("");
    return QByteArray::fromRawData(reinterpret_cast<const char*>(bytes.data()),
                                   static_cast<qsizetype>(bytes.size()));
}

Bytes bytesOf(const QSqlQuery& query, int column)
{
    const QByteArray value = query.value(column).toByteArray();
    return toBytes(view({value.constData(), static_cast<std::size_t>(value.size())}));
}

template <class Id> bool readId(const QSqlQuery& query, int column, Id& id)
{
    const auto read = Id::from(bytesOf(query, column));
    if (read)
        id = *read;
    return read.has_value();
}

qlonglong number(std::uint64_t value)
{
    return static_cast<qlonglong>(value);
}

const QString eventColumns =
    QStringLiteral("SELECT conversation, sender, id, sort_ms, target, mark, value FROM event ");

/// Runs a query of eventColumns and appends its rows.
Result<void, StoreError> collect(const Database& database, QSqlQuery& query,
                                 std::vector<EventRecord>& events)
{
    IMPULSE_CHECK(database.run(query));
    while (query.next()) {
        EventRecord event;
        bool sound = readId(query, 0, event.conversation) && readId(query, 1, event.sender) &&
                     readId(query, 2, event.id);
        event.sortMs = query.value(3).toULongLong();
        if (!query.isNull(4)) {
            event.target.emplace();
            sound = sound && readId(query, 4, *event.target);
        }
        const int mark = query.value(5).toInt();
        sound = sound && mark >= 0 && mark <= static_cast<int>(Mark::Read);
        if (!sound)
            return Failure{StoreError::Corrupt};
        event.mark = static_cast<Mark>(mark);
        event.value = bytesOf(query, 6);
        events.push_back(std::move(event));
    }
    return database.check(query);
}

Result<void, StoreError> collectChanges(const Database& database, EventPageRecords& page)
{
    QSqlQuery query = database.prepare(
        eventColumns +
        QStringLiteral("WHERE conversation = ? AND target = ? ORDER BY sort_ms, id"));
    for (const auto& event : page.events) {
        query.bindValue(0, blob(event.conversation));
        query.bindValue(1, blob(event.id));
        IMPULSE_CHECK(collect(database, query, page.changes));
    }
    return {};
}

Result<void, StoreError> remove(const Database& database, const WriteBatch& batch)
{
    if (!batch.removals.empty()) {
        QSqlQuery query =
            database.prepare(QStringLiteral("DELETE FROM record WHERE kind = ? AND key = ?"));
        for (const auto& removal : batch.removals) {
            query.bindValue(0, static_cast<int>(removal.table));
            query.bindValue(1, blob(removal.key));
            IMPULSE_CHECK(database.run(query));
        }
    }
    if (!batch.removalsBelow.empty()) {
        QSqlQuery query =
            database.prepare(QStringLiteral("DELETE FROM record WHERE kind = ? AND key < ?"));
        for (const auto& removal : batch.removalsBelow) {
            query.bindValue(0, static_cast<int>(removal.table));
            query.bindValue(1, blob(removal.key));
            IMPULSE_CHECK(database.run(query));
        }
    }
    if (!batch.eventRemovals.empty()) {
        QSqlQuery query =
            database.prepare(QStringLiteral("DELETE FROM event WHERE sender = ? AND id = ?"));
        for (const auto& key : batch.eventRemovals) {
            query.bindValue(0, blob(key.sender));
            query.bindValue(1, blob(key.id));
            IMPULSE_CHECK(database.run(query));
        }
    }
    return {};
}

Result<void, StoreError> putRecords(const Database& database, const std::vector<Record>& records)
{
    if (records.empty())
        return {};
    QSqlQuery query = database.prepare(
        QStringLiteral("INSERT INTO record (kind, key, value) VALUES (?, ?, ?) "
                       "ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value"));
    for (const auto& record : records) {
        query.bindValue(0, static_cast<int>(record.table));
        query.bindValue(1, blob(record.key));
        query.bindValue(2, blob(record.value));
        IMPULSE_CHECK(database.run(query));
    }
    return {};
}

/// `sql` inserts the seven columns of an event.
Result<void, StoreError> putEvents(const Database& database, const QString& sql,
                                   const std::vector<EventRecord>& events)
{
    if (events.empty())
        return {};
    QSqlQuery query = database.prepare(sql);
    for (const auto& event : events) {
        query.bindValue(0, blob(event.conversation));
        query.bindValue(1, blob(event.sender));
        query.bindValue(2, blob(event.id));
        query.bindValue(3, number(event.sortMs));
        query.bindValue(4, event.target ? blob(*event.target)
                                        : QVariant(QMetaType::fromType<QByteArray>()));
        query.bindValue(5, static_cast<int>(event.mark));
        query.bindValue(6, blob(event.value));
        IMPULSE_CHECK(database.run(query));
    }
    return {};
}

Result<void, StoreError> putEvents(const Database& database, const WriteBatch& batch)
{
    IMPULSE_CHECK(putEvents(
        database,
        QStringLiteral("INSERT INTO event (conversation, sender, id, sort_ms, target, mark, value) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sender, id) DO NOTHING"),
        batch.events));
    return putEvents(
        database,
        QStringLiteral("INSERT INTO event (conversation, sender, id, sort_ms, target, mark, value) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sender, id) DO UPDATE SET "
                       "conversation = excluded.conversation, sort_ms = excluded.sort_ms, "
                       "target = excluded.target, mark = max(mark, excluded.mark), "
                       "value = excluded.value"),
        batch.replacedEvents);
}

Result<void, StoreError> raiseMarks(const Database& database,
                                    const std::vector<WriteBatch::MarkChange>& marks)
{
    if (marks.empty())
        return {};
    QSqlQuery query = database.prepare(
        QStringLiteral("UPDATE event SET mark = ? WHERE conversation = ? AND id = ? AND mark < ?"));
    for (const auto& change : marks) {
        query.bindValue(0, static_cast<int>(change.mark));
        query.bindValue(1, blob(change.conversation));
        query.bindValue(2, blob(change.id));
        query.bindValue(3, static_cast<int>(change.mark));
        IMPULSE_CHECK(database.run(query));
    }
    return {};
}

} // namespace

Result<void, StoreError> apply(const Database& database, const WriteBatch& batch)
{
    IMPULSE_CHECK(remove(database, batch));
    IMPULSE_CHECK(putRecords(database, batch.records));
    IMPULSE_CHECK(putEvents(database, batch));
    return raiseMarks(database, batch.marks);
}

Result<std::vector<Record>, StoreError> load(const Database& database, Table table)
{
    QSqlQuery query = database.prepare(
        QStringLiteral("SELECT key, value FROM record WHERE kind = ? ORDER BY key"));
    query.bindValue(0, static_cast<int>(table));
    IMPULSE_CHECK(database.run(query));
    std::vector<Record> records;
    while (query.next())
        records.push_back({table, bytesOf(query, 0), bytesOf(query, 1)});
    IMPULSE_CHECK(database.check(query));
    return records;
}

Result<EventPageRecords, StoreError> readPage(const Database& database,
                                              const ConversationId& conversation,
                                              const std::optional<PagePosition>& before,
                                              std::size_t limit)
{
    const PagePosition end = before.value_or(PagePosition{});
    QSqlQuery query = database.prepare(
        eventColumns + (before ? QStringLiteral("WHERE conversation = ? AND target IS NULL "
                                                "AND (sort_ms, id) < (?, ?) "
                                                "ORDER BY sort_ms DESC, id DESC LIMIT ?")
                               : QStringLiteral("WHERE conversation = ? AND target IS NULL "
                                                "ORDER BY sort_ms DESC, id DESC LIMIT ?")));
    query.addBindValue(blob(conversation));
    if (before) {
        query.addBindValue(number(end.sortMs));
        query.addBindValue(blob(end.id));
    }
    query.addBindValue(number(limit));
    EventPageRecords page;
    IMPULSE_CHECK(collect(database, query, page.events));
    std::ranges::reverse(page.events);
    IMPULSE_CHECK(collectChanges(database, page));
    return page;
}

Result<EventPageRecords, StoreError> findEvents(const Database& database,
                                                const ConversationId& conversation,
                                                const std::vector<MessageId>& ids)
{
    QSqlQuery query = database.prepare(
        eventColumns + QStringLiteral("WHERE id = ? AND conversation = ? ORDER BY sort_ms"));
    EventPageRecords page;
    for (const auto& id : ids) {
        query.bindValue(0, blob(id));
        query.bindValue(1, blob(conversation));
        IMPULSE_CHECK(collect(database, query, page.events));
    }
    IMPULSE_CHECK(collectChanges(database, page));
    return page;
}

Result<std::vector<EventRecord>, StoreError> findAnywhere(const Database& database,
                                                          const MessageId& id)
{
    QSqlQuery query = database.prepare(eventColumns + QStringLiteral("WHERE id = ?"));
    query.addBindValue(blob(id));
    std::vector<EventRecord> events;
    IMPULSE_CHECK(collect(database, query, events));
    return events;
}

Result<void, StoreError> clear(const Database& database)
{
    IMPULSE_CHECK(database.run(QStringLiteral("DELETE FROM record")));
    return database.run(QStringLiteral("DELETE FROM event"));
}

} // namespace impulse::client::tables
