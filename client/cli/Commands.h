#pragma once

#include "client/cli/CliSession.h"

/// One coroutine per command. The profile is open; those that need an account unlock and sync
/// first.
namespace impulse::cli::commands {

Outcome<> registerAccount(CliSession& session);
Outcome<> login(CliSession& session);
Outcome<> recover(CliSession& session);
Outcome<> resetPassword(CliSession& session);
Outcome<> changePassword(CliSession& session);
Outcome<> invite(CliSession& session);
Outcome<> confirmRestore(CliSession& session);
Outcome<> deleteAccount(CliSession& session);

Outcome<> contacts(CliSession& session);
Outcome<> accept(CliSession& session);
Outcome<> block(CliSession& session);
Outcome<> unblock(CliSession& session);
Outcome<> status(CliSession& session);
Outcome<> profile(CliSession& session);
Outcome<> safetyNumber(CliSession& session);

Outcome<> send(CliSession& session);
Outcome<> edit(CliSession& session);
Outcome<> deleteMessage(CliSession& session);
Outcome<> history(CliSession& session);
Outcome<> listen(CliSession& session);

/// Opens the profile and runs the command of the session's arguments.
Outcome<> run(CliSession& session);

} // namespace impulse::cli::commands
