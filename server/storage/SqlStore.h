#pragma once

#include "server/core/ports/Store.h"
#include "server/storage/SqlAccounts.h"
#include "server/storage/SqlContacts.h"
#include "server/storage/SqlConversations.h"
#include "server/storage/SqlDirectoryLog.h"
#include "server/storage/SqlGroups.h"
#include "server/storage/SqlHandIns.h"
#include "server/storage/SqlInvites.h"
#include "server/storage/SqlLoginFailures.h"
#include "server/storage/SqlMailboxes.h"
#include "server/storage/SqlPrekeys.h"

namespace impulse::server {

/// Everything behind one connection. Lives on its connection's thread.
class SqlStore final : public Store {
public:
    explicit SqlStore(SqlConnection& connection);

    const Accounts& accounts() const override { return m_accounts; }
    const DirectoryLog& directory() const override { return m_directory; }
    const Prekeys& prekeys() const override { return m_prekeys; }
    const Contacts& contacts() const override { return m_contacts; }
    const Conversations& conversations() const override { return m_conversations; }
    const Groups& groups() const override { return m_groups; }
    const Mailboxes& mailboxes() const override { return m_mailboxes; }
    const Invites& invites() const override { return m_invites; }
    const HandIns& handIns() const override { return m_handIns; }
    const LoginFailures& loginFailures() const override { return m_loginFailures; }

    Accounts& accounts() override { return m_accounts; }
    DirectoryLog& directory() override { return m_directory; }
    Prekeys& prekeys() override { return m_prekeys; }
    Contacts& contacts() override { return m_contacts; }
    Conversations& conversations() override { return m_conversations; }
    Groups& groups() override { return m_groups; }
    Mailboxes& mailboxes() override { return m_mailboxes; }
    Invites& invites() override { return m_invites; }
    HandIns& handIns() override { return m_handIns; }
    LoginFailures& loginFailures() override { return m_loginFailures; }

    bool takeFailure() const override;

    /// Before a commit: writes what was gathered. False: the transaction is lost.
    bool flush() { return m_conversations.flush(); }

    /// Names this life of the database; zeros until it has one (encryption.md section 14).
    IncarnationId incarnation() const;
    void setIncarnation(const IncarnationId& incarnation);
    /// What the restore command does to a database: a new life, and since when. Clients and the
    /// directory find back from there (HandIns). The time is kept in meta as restored_ms, 8 bytes
    /// big-endian.
    void setRestored(const IncarnationId& incarnation, std::uint64_t ms);

private:
    SqlConnection& m_connection;
    SqlAccounts m_accounts;
    SqlDirectoryLog m_directory;
    SqlPrekeys m_prekeys;
    SqlContacts m_contacts;
    SqlConversations m_conversations;
    SqlGroups m_groups;
    SqlMailboxes m_mailboxes;
    SqlInvites m_invites;
    SqlHandIns m_handIns;
    SqlLoginFailures m_loginFailures;
};

} // namespace impulse::server
