#pragma once

#include "client/core/ServerLink.h"
#include "common/core/Result.h"

#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>

namespace impulse::cli {

enum class Command {
    Register,
    Login,
    Recover,
    ResetPassword,
    Password,
    Invite,
    Contacts,
    Accept,
    Block,
    Unblock,
    Send,
    Edit,
    Delete,
    History,
    Listen,
    Status,
    Profile,
    SafetyNumber,
    ConfirmRestore,
    DeleteAccount,
};

/// How far a sent message must have come before `send` returns.
enum class WaitFor { Accepted, Delivered, Read };

/// The command line, checked as far as it can be without a server.
struct Arguments {
    /// Profile folder; without one `profile` names it.
    QString home;
    QString profile;
    std::optional<client::ServerLink> server;
    QString passwordFile;
    QString newPasswordFile;
    QString recoveryFile;
    bool json = false;
    WaitFor waitFor = WaitFor::Accepted;
    std::chrono::milliseconds timeout{30'000};
    std::optional<QString> name;
    std::optional<QString> about;
    /// Messages of `history`, newest; 0 means all.
    int limit = 0;

    Command command = Command::Contacts;
    /// What the command is about, lower case.
    QString user;
    /// Event id in hexadecimal.
    QString id;
    QString text;
};

struct UsageError {
    /// English, one line, for standard error.
    QString message;
};

/// `--help` or `--version` in place of a command.
enum class Information { Help, Version };

/// What to do instead of a command, or the command.
struct CommandLine {
    std::optional<Information> information;
    Arguments arguments;
};

/// `words` without the name of the program.
Result<CommandLine, UsageError> parseCommandLine(const QStringList& words);

/// The text of `--help`.
QString helpText();

} // namespace impulse::cli
