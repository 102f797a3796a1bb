#include "common/crypto/Directory.h"

#include "common/crypto/Codec.h"
#include "common/crypto/Primitives.h"

namespace impulse::crypto {

DirectoryLabel directoryLabel(const ServerId& server, const UserId& user)
{
    return hash<DirectoryLabel>(label::dirLabel, server, user);
}

Result<DirectoryEntry> parseDirectoryEntry(View bytes)
{
    Reader reader(bytes);
    DirectoryEntry entry;
    entry.seq = reader.u64();
    entry.label = reader.fixed<DirectoryLabel>();
    entry.listHash = reader.fixed<Hash32>();
    IMPULSE_CHECK(reader.finish());
    return entry;
}

Bytes writeDirectoryEntry(const DirectoryEntry& entry)
{
    return Writer().u64(entry.seq).raw(entry.label).raw(entry.listHash).take();
}

DirectoryHead directoryGenesis(const ServerId& server)
{
    return {0, hash(label::dirGenesis, server)};
}

Result<DirectoryHead> advanceHead(const DirectoryHead& head, const DirectoryEntry& entry)
{
    if (entry.seq != head.seq + 1)
        return Failure{CryptoError::ForkDetected};
    return DirectoryHead{entry.seq, hash(label::dirEntry, head.head, writeDirectoryEntry(entry))};
}

Directory::Directory(const ServerId& server)
    : m_server(server), m_heads{directoryGenesis(server).head}
{
}

Result<void> Directory::append(View entry)
{
    IMPULSE_TRY(const auto parsed, parseDirectoryEntry(entry));
    IMPULSE_TRY(const auto next, advanceHead(head(), parsed));
    m_heads.push_back(next.head);
    m_histories[parsed.label].push_back({parsed.seq, parsed.listHash});
    return {};
}

std::optional<Hash32> Directory::headAt(std::uint64_t seq) const
{
    if (seq > this->seq())
        return std::nullopt;
    return m_heads[seq];
}

Gossip Directory::compare(const DirectoryHead& other) const
{
    const auto mine = headAt(other.seq);
    if (!mine)
        return Gossip::Fetch;
    return *mine == other.head ? Gossip::Ok : Gossip::Fork;
}

std::span<const Directory::Item> Directory::history(const UserId& user) const
{
    const auto found = m_histories.find(directoryLabel(m_server, user));
    if (found == m_histories.end())
        return {};
    return found->second;
}

} // namespace impulse::crypto
