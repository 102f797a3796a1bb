#include "client/cli/Commands.h"

namespace impulse::cli::commands {

namespace {

/// These bring an account or change how it is opened; they see to profile and connection
/// themselves. `listen` prints what comes during the first sync as well.
bool preparesItself(Command command)
{
    switch (command) {
    case Command::Register:
    case Command::Login:
    case Command::Recover:
    case Command::ResetPassword:
    case Command::Password:
    case Command::ConfirmRestore:
        return true;
    default:
        return false;
    }
}

Outcome<> dispatch(CliSession& session)
{
    switch (session.arguments().command) {
    case Command::Register:
        return registerAccount(session);
    case Command::Login:
        return login(session);
    case Command::Recover:
        return recover(session);
    case Command::ResetPassword:
        return resetPassword(session);
    case Command::Password:
        return changePassword(session);
    case Command::Invite:
        return invite(session);
    case Command::Contacts:
        return contacts(session);
    case Command::Accept:
        return accept(session);
    case Command::Block:
        return block(session);
    case Command::Unblock:
        return unblock(session);
    case Command::Send:
        return send(session);
    case Command::Edit:
        return edit(session);
    case Command::Delete:
        return deleteMessage(session);
    case Command::History:
        return history(session);
    case Command::Listen:
        return listen(session);
    case Command::Status:
        return status(session);
    case Command::Profile:
        return profile(session);
    case Command::SafetyNumber:
        return safetyNumber(session);
    case Command::ConfirmRestore:
        return confirmRestore(session);
    case Command::DeleteAccount:
        return deleteAccount(session);
    }
    Q_UNREACHABLE();
}

} // namespace

Outcome<> run(CliSession& session)
{
    IMPULSE_CO_TRY([[maybe_unused]] const client::ProfileState state, co_await session.open());
    if (!preparesItself(session.arguments().command)) {
        IMPULSE_CO_CHECK(co_await session.requireAccount());
        if (session.arguments().command != Command::Listen)
            IMPULSE_CO_CHECK(co_await session.sync());
    }
    const auto result = co_await dispatch(session);
    // An account that was deleted has no connection any more; this ends at once then.
    co_await session.settle();
    co_return result;
}

} // namespace impulse::cli::commands
