#pragma once

#include "common/crypto/Directory.h"
#include "server/core/ports/Store.h"

namespace impulse::server {

/// The heads of the directory log, which only a restored server needs. Read when they are asked
/// for; 32 bytes an entry. Lives on its I/O thread.
class LogHeads {
public:
    explicit LogHeads(const ServerId& server) : m_heads{crypto::directoryGenesis(server).head} {}

    /// Reads what is new in the log.
    void update(const Store& store);
    crypto::DirectoryHead end() const { return {m_heads.size() - 1, m_heads.back()}; }
    /// True if the log passes through this head.
    bool has(const crypto::DirectoryHead& head) const
    {
        return head.seq < m_heads.size() && m_heads[head.seq] == head.head;
    }

private:
    std::vector<Hash32> m_heads;
};

} // namespace impulse::server
