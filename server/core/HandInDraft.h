#pragma once

#include "common/protocol/KeyMessages.h"
#include "server/core/KeyChecks.h"
#include "server/core/LogHeads.h"

#include <atomic>
#include <memory>

namespace impulse::server {

/// Bytes that are handed in by clients that are not logged in yet, all together.
using HandInBytes = std::shared_ptr<std::atomic<std::size_t>>;

/// What one client hands in after a restore, checked as it comes (encryption.md 8.3): first where
/// its log ends, then entries up to there, then lists. Lives on its I/O thread.
class HandInDraft {
public:
    struct List {
        UserId user;
        Hash32 label;
        Bytes bytes;
        CheckedList checked;
    };
    /// What it has come to, for the writer.
    struct Parts {
        crypto::DirectoryHead stated;
        /// From the server's end to the stated head, those of others that agree included.
        std::vector<HandedEntry> entries;
        std::vector<List> lists;
    };

    /// More is refused for a while.
    static constexpr std::size_t maxBytesOfAll = std::size_t{64} << 20;

    /// DirectoryConflict if the log has gone on without this head.
    static Outcome<std::shared_ptr<HandInDraft>> begin(const Store& store, const LogHeads& heads,
                                                       const ServerId& server, HandInBytes bytes,
                                                       const crypto::DirectoryHead& stated);
    ~HandInDraft();
    HandInDraft(const HandInDraft&) = delete;
    HandInDraft& operator=(const HandInDraft&) = delete;

    /// The next part. Malformed, DirectoryConflict, InvalidDeviceList, TooLarge, RateLimited; then
    /// it cannot be used any more.
    Outcome<protocol::Done> take(const Store& store, const protocol::HandIn& part);

    const crypto::DirectoryHead& stated() const { return m_stated; }
    protocol::HandInState state() const;
    /// Entries after this position are wanted.
    std::uint64_t after() const { return m_base.seq; }
    bool isComplete() const { return state() != protocol::HandInState::Wanted; }
    Parts parts() const { return {m_stated, m_entries, m_lists}; }
    /// The list with the highest version of this user; null if none was handed in.
    const List* newestList(const UserId& user) const;

private:
    HandInDraft(const ServerId& server, HandInBytes bytes, const crypto::DirectoryHead& stated,
                const crypto::DirectoryHead& base)
        : m_server(server), m_stated(stated), m_base(base), m_end(base),
          m_bytesOfAll(std::move(bytes))
    {
    }
    Outcome<protocol::Done> takeEntries(View bytes);
    Outcome<protocol::Done> takeList(const Store& store, std::uint64_t baseSeq,
                                     const protocol::HandedList& list);
    bool grow(std::size_t bytes);

    const ServerId m_server;
    const crypto::DirectoryHead m_stated;
    /// End of the server's log when this began, and of what was handed in.
    const crypto::DirectoryHead m_base;
    crypto::DirectoryHead m_end;
    bool m_onLog = false;
    std::vector<HandedEntry> m_entries;
    std::vector<List> m_lists;
    const HandInBytes m_bytesOfAll;
    std::size_t m_bytes = 0;
};

} // namespace impulse::server
