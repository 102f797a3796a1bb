#include "client/ui/signin/ProblemText.h"

namespace impulse::ui {

QString ProblemText::of(SignInProblem problem)
{
    switch (problem) {
    case SignInProblem::WrongPassword:
        return tr("The username or password is wrong");
    case SignInProblem::WeakPassword:
        return tr("This password is easy to guess");
    case SignInProblem::WrongCode:
        return tr("This code does not belong to this account");
    case SignInProblem::ServerDown:
        return ofServer(ServerState::Unreachable);
    case SignInProblem::ServerKey:
        return ofServer(ServerState::KeyChanged);
    case SignInProblem::NameTaken:
        return tr("This username is taken");
    case SignInProblem::RegistrationClosed:
        return tr("This server does not take new accounts");
    case SignInProblem::InviteNeeded:
        return tr("This server takes new accounts by invite only. Paste the invite link here.");
    case SignInProblem::InviteInvalid:
        return tr("This invite was used already or has ended. Ask for a new one.");
    case SignInProblem::TooManyAttempts:
        return tr("Too many attempts. Wait a few minutes and try again.");
    case SignInProblem::AccountDisabled:
        return tr("Whoever runs this server has disabled this account");
    case SignInProblem::ServerTooOld:
        return tr("This server and this version of Impulse do not understand each other. "
                  "Update the older one.");
    case SignInProblem::DiskFull:
        return tr("This disk is full. Free some space and try again.");
    case SignInProblem::Storage:
        return tr("The data of this account on this computer cannot be opened. Nothing was "
                  "changed.");
    case SignInProblem::InUse:
        return tr("Impulse is already open with this account on this computer");
    case SignInProblem::SecurityCheck:
        return tr("The server’s answer failed a security check. Ask whoever runs it.");
    case SignInProblem::Internal:
        break;
    }
    return tr("This did not work. Try again.");
}

QString ProblemText::ofServer(ServerState state)
{
    switch (state) {
    case ServerState::Searching:
        return tr("Looking for the server…");
    case ServerState::Checked:
        return tr("Secure connection checked");
    case ServerState::Unreachable:
        return tr("This server does not answer. Check the address or your connection.");
    case ServerState::KeyChanged:
        return tr("This server’s key has changed. Ask whoever runs it before you go on.");
    case ServerState::BadAddress:
        return tr("This is neither a server address nor an invite link");
    case ServerState::Unencrypted:
        return tr("This address has no secure connection, so it cannot be used");
    case ServerState::Unknown:
        break;
    }
    return QString();
}

QString ProblemText::ofName(NameState state, const QString& username)
{
    switch (state) {
    case NameState::Checking:
        return tr("Checking the name…");
    case NameState::Free:
        return tr("@%1 is free on this server").arg(username);
    case NameState::Taken:
        return tr("@%1 is taken").arg(username);
    case NameState::Malformed:
        return tr("2 to 32 characters: a–z, 0–9, dot, hyphen and underscore");
    case NameState::Unknown:
        break;
    }
    return QString();
}

} // namespace impulse::ui
