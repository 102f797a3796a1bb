#include "server/storage/StorageCopy.h"

#include "server/storage/Migrations.h"

#include <QCryptographicHash>
#include <QtEndian>

namespace impulse::server {

namespace {

struct Table {
    const char* name;
    const char* nameAndColumns;
    int columns;
    const char* any;
    const char* select;
    const char* insertOne;
    const char* insertMany;
    /// Of PostgreSQL: new rows get numbers above those that were copied. Null: it numbers none.
    const char* renumber;
};

constexpr std::size_t rowsAtOnce = 16;
#define ROWS_4(row) row ", " row ", " row ", " row
#define ROWS_16(row) ROWS_4(row) ", " ROWS_4(row) ", " ROWS_4(row) ", " ROWS_4(row)
#define TABLE_WHERE(name, count, columns, row, where, order, renumber)                             \
    {                                                                                              \
        name, name " (" columns ")", count, "SELECT 1 FROM " name where " LIMIT 1",                \
            "SELECT " columns " FROM " name where " ORDER BY " order,                              \
            "INSERT INTO " name " (" columns ") VALUES " row,                                      \
            "INSERT INTO " name " (" columns ") VALUES " ROWS_16(row), renumber                    \
    }
#define TABLE(name, count, columns, row, order)                                                    \
    TABLE_WHERE(name, count, columns, row, "", order, nullptr)
#define NUMBERED_TABLE(name, count, columns, row)                                                  \
    TABLE_WHERE(name, count, columns, row, "", "id",                                               \
                "SELECT setval(pg_get_serial_sequence('" name "', 'id'), "                         \
                "(SELECT coalesce(max(id), 0) + 1 FROM " name "), false)")

/// In an order in which nothing refers to what is not there yet.
constexpr Table tables[] = {
    TABLE_WHERE("meta", 2, "name, value", "(?, ?)", " WHERE name NOT IN ('schema', 'last_commit')",
                "name", nullptr),
    NUMBERED_TABLE("accounts", 19,
                   "id, user_id, username, deleted, server_salt, ops, mem, verifier_salt, "
                   "verifier, recovery_salt, recovery_verifier, root_slot, profile, "
                   "show_last_seen, last_seen_ms, created_ms, disabled, reset_hash, "
                   "reset_expires_ms",
                   "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    TABLE("directory", 7, "seq, account, version, label, list_hash, list, server_ms",
          "(?, ?, ?, ?, ?, ?, ?)", "seq"),
    NUMBERED_TABLE("devices", 10,
                   "id, device_id, account, is_current, signed_prekey_id, signed_prekey, "
                   "highest_one_time_id, mailbox_last, mailbox_dropped, mailbox_bytes",
                   "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    TABLE("login_failures", 3, "account, since_ms, failures", "(?, ?, ?)", "account"),
    TABLE("one_time_prekeys", 3, "device, prekey_id, prekey", "(?, ?, ?)", "device, prekey_id"),
    TABLE("contacts", 3, "account, peer, state", "(?, ?, ?)", "account, peer"),
    NUMBERED_TABLE("conversations", 7,
                   "id, conversation_id, first_member, second_member, first_seq, last_seq, kind",
                   "(?, ?, ?, ?, ?, ?, ?)"),
    NUMBERED_TABLE("senders", 4, "id, conversation, device, last_seq", "(?, ?, ?, ?)"),
    TABLE("events", 10,
          "id, conversation, seq, sender, sender_seq, message_id, server_ms, aad, body, wraps",
          "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "id"),
    TABLE("sender_marks", 3, "sender, sender_seq, seq", "(?, ?, ?)", "sender, sender_seq"),
    TABLE("expiries", 2, "hour, event", "(?, ?)", "hour, event"),
    TABLE("group_chats", 6, "conversation, epoch, state_hash, policy, meta, closed",
          "(?, ?, ?, ?, ?, ?)", "conversation"),
    NUMBERED_TABLE("group_states", 9,
                   "id, conversation, epoch, seq, author, directory_seq, server_ms, state_hash, "
                   "state",
                   "(?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    TABLE("group_members", 6, "conversation, account, role, first_seq, joined_seq, left_seq",
          "(?, ?, ?, ?, ?, ?)", "conversation, account"),
    NUMBERED_TABLE("mailbox", 7, "id, device, number, server_ms, aad, body, wrap",
                   "(?, ?, ?, ?, ?, ?, ?)"),
    TABLE("handed_entries", 6, "head, parent, seq, label, list_hash, user_id", "(?, ?, ?, ?, ?, ?)",
          "head"),
    TABLE("handed_lists", 3, "list_hash, user_id, list", "(?, ?, ?)", "list_hash"),
    TABLE("handed_positions", 3, "device_id, user_id, head", "(?, ?, ?)", "device_id"),
    TABLE("invites", 4, "code_hash, maker, uses_left, expires_ms", "(?, ?, ?, ?)", "code_hash"),
};
#undef ROWS_4
#undef ROWS_16
#undef TABLE
#undef TABLE_WHERE
#undef NUMBERED_TABLE

using Row = std::vector<QVariant>;

/// Of the rows of a table in order.
struct Fingerprint {
    std::uint64_t rows = 0;
    QCryptographicHash hash{QCryptographicHash::Sha256};

    /// Kind, length and bytes of each value. False: of a type that the schema does not have.
    bool add(const Row& row)
    {
        ++rows;
        for (const auto& value : row) {
            switch (value.typeId()) {
            case QMetaType::UnknownType:
                add('n', {});
                break;
            case QMetaType::LongLong:
            // PostgreSQL's driver gives what is not negative so.
            case QMetaType::ULongLong: {
                char bytes[8];
                qToBigEndian(value.toLongLong(), bytes);
                add('i', QByteArray(bytes, sizeof bytes));
                break;
            }
            case QMetaType::QByteArray:
                add('b', value.toByteArray());
                break;
            case QMetaType::QString:
                add('t', value.toString().toUtf8());
                break;
            default:
                return false;
            }
        }
        return true;
    }

private:
    void add(char kind, const QByteArray& bytes)
    {
        char head[9]{kind};
        qToBigEndian(static_cast<quint64>(bytes.size()), head + 1);
        hash.addData(QByteArray(head, sizeof head));
        hash.addData(bytes);
    }
};

Row readRow(const Statement& statement, int columns)
{
    Row row;
    row.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
        auto value = statement.isNull(column) ? QVariant() : statement.value(column);
        // SQLite's driver gives empty bytes as none.
        if (value.typeId() == QMetaType::QByteArray && value.toByteArray().isNull())
            value = QByteArray("", 0);
        row.push_back(std::move(value));
    }
    return row;
}

QString failed(const Table& table, const char* what)
{
    return QStringLiteral("table %1: %2; nothing was changed")
        .arg(QLatin1String(table.name), QLatin1String(what));
}

bool insert(SqlConnection& to, const Table& table, const std::vector<Row>& rows)
{
    const auto write = [&to](const char* sql, auto begin, auto end) {
        Statement statement(to, sql);
        for (auto row = begin; row != end; ++row) {
            for (const auto& value : *row)
                statement.bindVariant(value);
        }
        return statement.run();
    };
    if (rows.size() == rowsAtOnce)
        return write(table.insertMany, rows.begin(), rows.end());
    for (auto row = rows.begin(); row != rows.end(); ++row) {
        if (!write(table.insertOne, row, row + 1))
            return false;
    }
    return true;
}

Result<void, QString> copyTable(SqlConnection& from, SqlConnection& to, const Table& table,
                                Fingerprint& print,
                                const std::function<void(const QString&)>& progress)
{
    constexpr std::uint64_t reportEvery = 100'000;
    Statement source(from, table.select);
    std::vector<Row> rows;
    while (source.next()) {
        rows.push_back(readRow(source, table.columns));
        if (!print.add(rows.back()))
            return Failure{failed(table, "a value of an unknown type")};
        if (rows.size() == rowsAtOnce) {
            if (!insert(to, table, rows))
                return Failure{failed(table, "the target does not take its rows")};
            rows.clear();
        }
        if (print.rows % reportEvery == 0)
            progress(
                QStringLiteral("%1: %2 rows …").arg(QLatin1String(table.name)).arg(print.rows));
    }
    if (from.failed())
        return Failure{failed(table, "the source cannot be read")};
    if (!insert(to, table, rows) ||
        (table.renumber && to.isPostgreSql() && !Statement(to, table.renumber).run()))
        return Failure{failed(table, "the target does not take its rows")};
    return {};
}

Result<void, QString> verifyTable(SqlConnection& to, const Table& table, Fingerprint& expected)
{
    Fingerprint found;
    Statement statement(to, table.select);
    while (statement.next()) {
        if (!found.add(readRow(statement, table.columns)))
            return Failure{failed(table, "a value of an unknown type")};
    }
    if (to.failed())
        return Failure{failed(table, "the target cannot be read")};
    if (found.rows != expected.rows)
        return Failure{failed(table, "the target has another number of rows than the source")};
    if (found.hash.result() != expected.hash.result())
        return Failure{failed(table, "the target's rows are not those of the source")};
    return {};
}

Result<void, QString> copyAll(SqlConnection& from, SqlConnection& to,
                              const std::function<void(const QString&)>& progress)
{
    for (const auto& table : tables) {
        Fingerprint print;
        IMPULSE_CHECK(copyTable(from, to, table, print, progress));
        IMPULSE_CHECK(verifyTable(to, table, print));
        progress(QStringLiteral("%1: %2 rows, SHA-256 %3")
                     .arg(QLatin1String(table.name))
                     .arg(print.rows)
                     .arg(QString::fromLatin1(print.hash.result().toHex())));
    }
    return {};
}

Result<void, QString> checkBoth(SqlConnection& from, SqlConnection& to)
{
    const auto expected =
        static_cast<std::uint64_t>(migrations::files(StorageAddress::Kind::Sqlite).size());
    const auto version = migrations::storedVersion(from);
    if (version != expected)
        return Failure{QStringLiteral("the source has schema version %1, this program's is %2; "
                                      "start this version of the server on it once")
                           .arg(version)
                           .arg(expected)};
    for (const auto& table : tables) {
        if (Statement(to, table.any).next())
            return Failure{QStringLiteral("the target is not empty: there is something in %1")
                               .arg(QLatin1String(table.name))};
    }
    if (to.failed())
        return Failure{QStringLiteral("the target cannot be read")};
    return {};
}

} // namespace

std::vector<std::string> copiedTables()
{
    std::vector<std::string> result;
    for (const auto& table : tables)
        result.emplace_back(table.nameAndColumns);
    return result;
}

Result<void, QString> copyStorage(SqlConnection& from, SqlConnection& to,
                                  const std::function<void(const QString&)>& progress)
{
    from.streamRows();
    to.streamRows();
    IMPULSE_CHECK(checkBoth(from, to));
    if (!to.begin())
        return Failure{QStringLiteral("the target cannot be written")};
    auto copied = copyAll(from, to, progress);
    if (copied && !to.commit())
        copied = Failure{QStringLiteral("the target cannot be committed; nothing was changed")};
    if (!copied)
        to.rollBack();
    else if (!to.isPostgreSql())
        to.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    return copied;
}

} // namespace impulse::server
