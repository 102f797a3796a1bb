#pragma once

#include "common/core/Ids.h"
#include "common/crypto/Error.h"

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

/// The log of all device lists of a server, which every client replicates (encryption.md 8.3).
namespace impulse::crypto {

/// Hash of server and user: the name of a user in the log.
using DirectoryLabel = Fixed<struct DirectoryLabelTag, 32>;
DirectoryLabel directoryLabel(const ServerId& server, const UserId& user);

struct DirectoryEntry {
    static constexpr std::size_t wireSize = 72;
    /// 1, 2, 3 …
    std::uint64_t seq = 0;
    DirectoryLabel label;
    /// DLHASH of the list; zeros if the account was deleted.
    Hash32 listHash;
    bool operator==(const DirectoryEntry&) const = default;
};
/// Malformed.
Result<DirectoryEntry> parseDirectoryEntry(View bytes);
Bytes writeDirectoryEntry(const DirectoryEntry& entry);

/// A position in the log and the hash of everything up to it.
struct DirectoryHead {
    std::uint64_t seq = 0;
    Hash32 head;
    bool operator==(const DirectoryHead&) const = default;
};
/// Of the empty log.
DirectoryHead directoryGenesis(const ServerId& server);
/// ForkDetected if the entry is not the next one.
Result<DirectoryHead> advanceHead(const DirectoryHead& head, const DirectoryEntry& entry);

/// What another device's view of the log says about mine.
enum class Gossip {
    /// Same log.
    Ok,
    /// It is ahead: fetch, then compare.
    Fetch,
    /// It has another log.
    Fork,
};

/// One copy of the log: all heads, and per label the entries. A value; not for several threads.
class Directory {
public:
    explicit Directory(const ServerId& server);

    const ServerId& server() const { return m_server; }
    /// Malformed, or ForkDetected if it is not the next entry. A failure changes nothing.
    Result<void> append(View entry);

    DirectoryHead head() const { return {seq(), m_heads.back()}; }
    std::uint64_t seq() const { return m_heads.size() - 1; }
    /// Nothing above seq().
    std::optional<Hash32> headAt(std::uint64_t seq) const;
    Gossip compare(const DirectoryHead& other) const;

    struct Item {
        std::uint64_t seq;
        Hash32 listHash;
    };
    /// The entries of one user, in order; item i is version i + 1. Valid until the next append.
    std::span<const Item> history(const UserId& user) const;

private:
    ServerId m_server;
    std::vector<Hash32> m_heads;
    std::unordered_map<DirectoryLabel, std::vector<Item>, FixedHash> m_histories;
};

} // namespace impulse::crypto
