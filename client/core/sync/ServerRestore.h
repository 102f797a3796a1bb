#pragma once

#include "client/core/sync/DirectoryKeeper.h"

namespace impulse::client {

/// What this client does when it meets a server in a new incarnation (encryption.md 8.3): it hands
/// in what the server has lost of the directory log, waits until the log passes through its own
/// head, and, if the log has gone on without it, goes on from the last common entry once the user
/// says that the operator confirms the restore. Main thread.
class ServerRestore : public QObject {
    Q_OBJECT
public:
    ServerRestore(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
                  QObject* parent = nullptr);

    /// The server of the open connection is in another life than the last one known.
    bool isNewLife() const;
    /// Before the login. What the server refuses is found by settle().
    Task<void> handIn();
    /// After the login: waits, up to ten minutes online. RestoreUnconfirmed if the user must
    /// decide.
    Task<Result<void, ClientError>> settle();

    /// The last connection ended because the log of a restored server has gone on without this
    /// client's head.
    bool isConflict() const { return !m_conflictIn.isZero(); }
    /// The operator confirms a restore: connects, and goes on from the last common entry.
    void confirm();

private:
    Task<CallResult<protocol::HandIn>> handInAll(bool withLists);
    Task<void> pause(std::uint64_t ms);

    LocalState& m_state;
    ServerSession& m_session;
    DirectoryKeeper& m_directory;
    /// Of the server at which the conflict was found, and at which the user has decided.
    IncarnationId m_conflictIn;
    IncarnationId m_confirmedIn;
};

} // namespace impulse::client
