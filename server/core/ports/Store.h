#pragma once

#include "server/core/ports/Accounts.h"
#include "server/core/ports/Contacts.h"
#include "server/core/ports/Conversations.h"
#include "server/core/ports/DirectoryLog.h"
#include "server/core/ports/Groups.h"
#include "server/core/ports/HandIns.h"
#include "server/core/ports/Invites.h"
#include "server/core/ports/LoginFailures.h"
#include "server/core/ports/Mailboxes.h"
#include "server/core/ports/Prekeys.h"

namespace impulse::server {

/// Everything that is kept, seen through one connection to the database.
///
/// Used by the thread that it belongs to: a `const Store` by an I/O thread (it sees what was
/// committed), a mutable one by jobs on the writer thread (it sees their own transaction).
///
/// Failures are sticky, so that callers need not ask after every call: once something failed, reads
/// give nothing and writes do nothing. Then takeFailure() is true: what was computed from it must
/// not be used, and the answer is Unavailable.
class Store {
public:
    virtual ~Store() = default;

    virtual const Accounts& accounts() const = 0;
    virtual const DirectoryLog& directory() const = 0;
    virtual const Prekeys& prekeys() const = 0;
    virtual const Contacts& contacts() const = 0;
    virtual const Conversations& conversations() const = 0;
    virtual const Groups& groups() const = 0;
    virtual const Mailboxes& mailboxes() const = 0;
    virtual const Invites& invites() const = 0;
    virtual const HandIns& handIns() const = 0;
    virtual const LoginFailures& loginFailures() const = 0;

    virtual Accounts& accounts() = 0;
    virtual DirectoryLog& directory() = 0;
    virtual Prekeys& prekeys() = 0;
    virtual Contacts& contacts() = 0;
    virtual Conversations& conversations() = 0;
    virtual Groups& groups() = 0;
    virtual Mailboxes& mailboxes() = 0;
    virtual Invites& invites() = 0;
    virtual HandIns& handIns() = 0;
    virtual LoginFailures& loginFailures() = 0;

    /// Did something fail since the last call? Afterwards the store works again, if it can.
    virtual bool takeFailure() const = 0;
};

} // namespace impulse::server
