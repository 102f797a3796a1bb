#pragma once

#include "client/core/sync/DirectoryKeeper.h"

namespace impulse::client {

/// Compares this client's view of the directory log with what others say of theirs, and warns of
/// two logs (encryption.md 8.3). Main thread.
class GossipWatch : public QObject {
    Q_OBJECT
public:
    GossipWatch(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
                QObject* parent = nullptr);

    /// What a wrap said about the sender's view of the log.
    void note(const UserId& from, const crypto::DirectoryHead& theirs);
    void clear();

Q_SIGNALS:
    /// `red` false: yellow. It stays until the user closes it.
    void warning(const QString& text, bool red);

private:
    /// Somebody is ahead of what the server gave this client.
    struct Claim {
        UserId from;
        crypto::DirectoryHead head;
        /// Time online since, milliseconds, up to the present connection.
        std::uint64_t waitedMs = 0;
        /// When this connection began to count.
        std::uint64_t sinceMs = 0;
    };

    Task<void> checkClaims();
    void warn(const UserId& from, const crypto::DirectoryHead& theirs);
    void keep(const UserId& from, const crypto::DirectoryHead& theirs);

    LocalState& m_state;
    ServerSession& m_session;
    DirectoryKeeper& m_directory;
    std::vector<Claim> m_claims;
    bool m_checking = false;
    QTimer m_timer;
    std::set<UserId> m_reporters;
    std::map<UserId, std::uint64_t> m_warnedMs;
};

} // namespace impulse::client
