#pragma once

#include "client/core/state/LocalState.h"
#include "common/crypto/Directory.h"

namespace impulse::client {

/// The whole directory log of the server, in memory and in the database (encryption.md 8.3). Main
/// thread.
class DirectoryReplica {
public:
    explicit DirectoryReplica(LocalState& state) : m_state(state) {}

    /// Begins an empty log of this server.
    void begin(const ServerId& server);
    void clear();
    /// Reads what is stored. DatabaseCorrupt.
    Task<Result<void, ClientError>> load(ServerId server);

    bool isOpen() const { return m_log != nullptr; }
    const crypto::Directory& log() const { return *m_log; }

    /// False if it is not the next entry; then nothing has changed.
    bool append(View entry);
    /// Entries after a position, as they came.
    View entriesAfter(std::uint64_t seq, std::size_t limit) const;
    /// Forgets the entries after this position, here and in the database.
    void truncate(WriteBatch& batch, std::uint64_t seq);
    /// Stages the entries from this position on.
    void stage(WriteBatch& batch, std::uint64_t fromSeq) const;

private:
    LocalState& m_state;
    std::unique_ptr<crypto::Directory> m_log;
    /// The log as it came.
    Bytes m_entries;
};

} // namespace impulse::client
