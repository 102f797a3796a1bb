#pragma once

#include "client/core/message/Inbound.h"
#include "client/core/people/PeopleService.h"
#include "client/core/sync/HistoryRepair.h"
#include "client/core/sync/ServerRestore.h"

namespace impulse::client {

/// What is done after every login, in order: directory, prekeys, logs, mailbox, people; then what
/// waits is sent (encryption.md 1.3, 1.4; architecture.md 3). Main thread.
class SyncRunner : public QObject {
    Q_OBJECT
public:
    SyncRunner(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
               ServerRestore& restore, HistoryRepair& repair, Inbound& inbound, Outbox& outbox,
               Healer& healer, PeopleService& people, QObject* parent = nullptr);

    /// The run after the last login has ended, people included.
    bool isDone() const { return m_done; }

Q_SIGNALS:
    void upToDate();

private:
    Task<void> run();
    Task<Result<void, ClientError>> bringUp();
    Task<Result<void, ClientError>> keepPrekeys();
    Task<Result<void, ClientError>> readLogs();
    /// Devices have left while this client was online.
    Task<void> readBacklog();
    void takePush(const protocol::AnyPush& push);

    LocalState& m_state;
    ServerSession& m_session;
    DirectoryKeeper& m_directory;
    ServerRestore& m_restore;
    HistoryRepair& m_repair;
    Inbound& m_inbound;
    Outbox& m_outbox;
    Healer& m_healer;
    PeopleService& m_people;
    bool m_replacePrekeys = false;
    /// Logins so far: an older run that is still waiting must not go on.
    int m_run = 0;
    bool m_done = false;
};

} // namespace impulse::client
