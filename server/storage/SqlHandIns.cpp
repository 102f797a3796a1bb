#include "server/storage/SqlHandIns.h"

#include "common/crypto/Codec.h"

namespace impulse::server {

namespace {

/// Written by SqlStore::setRestored().
constexpr const char* restoredName = "restored_ms";
/// Value: the restore that it belongs to, baseSeq and endSeq as u64, isOpen as u8.
constexpr const char* progressName = "hand_in";

} // namespace

Bytes SqlHandIns::meta(const char* name) const
{
    Statement statement(m_connection, "SELECT value FROM meta WHERE name = ?");
    return statement.bind(std::string_view(name)).next() ? statement.bytes(0) : Bytes();
}

void SqlHandIns::setMeta(const char* name, View value)
{
    Statement(m_connection, "INSERT INTO meta (name, value) VALUES (?, ?) "
                            "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(std::string_view(name))
        .bind(value)
        .run();
}

RestoreStatus SqlHandIns::status() const
{
    const auto restored = meta(restoredName);
    if (restored.empty())
        return {};
    RestoreStatus status;
    status.restoredMs = crypto::Reader(restored).u64();
    const auto progress = meta(progressName);
    crypto::Reader reader(progress);
    // One of an earlier restore came out of the backup.
    if (!progress.empty() && reader.u64() == status.restoredMs) {
        status.baseSeq = reader.u64();
        status.endSeq = reader.u64();
        status.isOpen = reader.u8() != 0;
        return status;
    }
    Statement statement(m_connection, "SELECT coalesce(max(seq), 0) FROM directory");
    status.baseSeq = statement.next() ? statement.integer(0) : 0;
    status.endSeq = status.baseSeq;
    status.isOpen = false;
    return status;
}

bool SqlHandIns::isKnown(const Hash32& head) const
{
    Statement statement(m_connection, "SELECT 1 FROM handed_entries WHERE head = ?");
    return statement.bind(head).next();
}

std::vector<HandedEntry> SqlHandIns::entries() const
{
    Statement statement(m_connection, "SELECT seq, label, list_hash, head, parent "
                                      "FROM handed_entries ORDER BY seq, head");
    std::vector<HandedEntry> result;
    while (statement.next()) {
        result.push_back(
            {{statement.integer(0), statement.fixed<Hash32>(1), statement.fixed<Hash32>(2)},
             statement.fixed<Hash32>(3),
             statement.fixed<Hash32>(4)});
    }
    return result;
}

std::uint64_t SqlHandIns::countOf(const UserId& user) const
{
    Statement statement(m_connection, "SELECT count(*) FROM handed_entries WHERE user_id = ?");
    return statement.bind(user).next() ? statement.integer(0) : 0;
}

std::vector<HandedPosition> SqlHandIns::positions() const
{
    Statement statement(m_connection, "SELECT device_id, user_id, head FROM handed_positions");
    std::vector<HandedPosition> result;
    while (statement.next()) {
        result.push_back(
            {statement.fixed<DeviceId>(0), statement.fixed<UserId>(1), statement.fixed<Hash32>(2)});
    }
    return result;
}

std::optional<HandedListRow> SqlHandIns::list(const Hash32& listHash) const
{
    Statement statement(m_connection, "SELECT user_id, list FROM handed_lists WHERE list_hash = ?");
    if (!statement.bind(listHash).next())
        return std::nullopt;
    return HandedListRow{statement.fixed<UserId>(0), statement.bytes(1)};
}

void SqlHandIns::setProgress(std::uint64_t baseSeq, std::uint64_t endSeq, bool isOpen)
{
    crypto::Writer writer;
    writer.u64(crypto::Reader(meta(restoredName)).u64()).u64(baseSeq).u64(endSeq);
    setMeta(progressName, writer.u8(isOpen ? 1 : 0).take());
}

void SqlHandIns::add(const HandedEntry& handed, const UserId& from)
{
    Statement(m_connection,
              "INSERT INTO handed_entries (head, parent, seq, label, list_hash, user_id) "
              "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (head) DO NOTHING")
        .bind(handed.head)
        .bind(handed.parent)
        .bind(handed.entry.seq)
        .bind(handed.entry.label)
        .bind(handed.entry.listHash)
        .bind(from)
        .run();
}

void SqlHandIns::addList(const Hash32& listHash, const HandedListRow& list)
{
    Statement(m_connection, "INSERT INTO handed_lists (list_hash, user_id, list) VALUES (?, ?, ?) "
                            "ON CONFLICT (list_hash) DO NOTHING")
        .bind(listHash)
        .bind(list.user)
        .bind(list.list)
        .run();
}

void SqlHandIns::setPosition(const HandedPosition& position)
{
    Statement(m_connection, "INSERT INTO handed_positions (device_id, user_id, head) "
                            "VALUES (?, ?, ?) ON CONFLICT (device_id) DO UPDATE SET "
                            "user_id = excluded.user_id, head = excluded.head")
        .bind(position.device)
        .bind(position.user)
        .bind(position.head)
        .run();
}

void SqlHandIns::clear()
{
    Statement(m_connection, "DELETE FROM handed_entries").run();
    Statement(m_connection, "DELETE FROM handed_lists").run();
    Statement(m_connection, "DELETE FROM handed_positions").run();
}

} // namespace impulse::server
