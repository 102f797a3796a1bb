#include "client/core/sync/DirectoryReplica.h"

#include "common/crypto/Codec.h"

namespace impulse::client {

namespace {

constexpr std::size_t entrySize = crypto::DirectoryEntry::wireSize;
/// Entries of one row: a row is rewritten while it fills up.
constexpr std::uint64_t entriesPerRow = 128;

Bytes rowKey(std::uint64_t row)
{
    const auto bytes = crypto::be64(row);
    return {bytes.begin(), bytes.end()};
}

} // namespace

void DirectoryReplica::begin(const ServerId& server)
{
    m_entries.clear();
    m_log = std::make_unique<crypto::Directory>(ServerId(server));
}

void DirectoryReplica::clear()
{
    m_log.reset();
    m_entries.clear();
}

Task<Result<void, ClientError>> DirectoryReplica::load(ServerId server)
{
    begin(server);
    const auto rows = co_await m_state.loadTable(Table::Directory);
    if (!rows.ok())
        co_return Failure{rows.error()};
    for (const auto& row : *rows) {
        for (std::size_t at = 0; at + entrySize <= row.value.size(); at += entrySize) {
            if (!append(View(row.value).subspan(at, entrySize)))
                co_return Failure{ClientError{ClientErrorCode::DatabaseCorrupt}};
        }
    }
    co_return Result<void, ClientError>();
}

bool DirectoryReplica::append(View entry)
{
    if (!m_log || !m_log->append(entry).ok())
        return false;
    m_entries.insert(m_entries.end(), entry.begin(), entry.end());
    return true;
}

View DirectoryReplica::entriesAfter(std::uint64_t seq, std::size_t limit) const
{
    const std::uint64_t count = m_entries.size() / entrySize;
    const auto first = std::min(seq, count);
    const auto last = std::min<std::uint64_t>(count, first + limit);
    return View(m_entries).subspan(first * entrySize, (last - first) * entrySize);
}

void DirectoryReplica::truncate(WriteBatch& batch, std::uint64_t seq)
{
    const auto count = m_entries.size() / entrySize;
    const auto kept = toBytes(entriesAfter(0, seq));
    begin(m_log->server());
    for (std::size_t at = 0; at < kept.size(); at += entrySize)
        (void)append(View(kept).subspan(at, entrySize));
    for (auto row = seq / entriesPerRow; row * entriesPerRow < count; ++row)
        batch.removals.push_back({Table::Directory, rowKey(row)});
    // Removals come first: what is left of the last row is written again.
    if (seq > 0)
        stage(batch, seq);
}

void DirectoryReplica::stage(WriteBatch& batch, std::uint64_t fromSeq) const
{
    const std::uint64_t count = m_entries.size() / entrySize;
    for (auto row = (fromSeq - 1) / entriesPerRow; row * entriesPerRow < count; ++row) {
        const auto first = row * entriesPerRow;
        const auto last = std::min(count, first + entriesPerRow);
        m_state.stageRow(batch, Table::Directory, rowKey(row),
                         View(m_entries).subspan(first * entrySize, (last - first) * entrySize));
    }
}

} // namespace impulse::client
