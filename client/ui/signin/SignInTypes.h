#pragma once

#include <QByteArray>
#include <QDate>
#include <QString>

namespace impulse::ui {

/// What is known about the server in the field.
enum class ServerState {
    Unknown,     ///< nothing typed, or not asked yet
    Searching,
    Checked,     ///< answered, and its key is the pinned one or newly pinned
    Unreachable,
    KeyChanged,  ///< another key than the pinned one: blocks until the user has asked
    BadAddress,  ///< neither an address nor a link
    Unencrypted, ///< plain ws to a machine that is not this one
};

/// What is known about the wanted username.
enum class NameState { Unknown, Checking, Free, Taken, Malformed };

/// Why signing in, registering, recovering or unlocking did not work, as a window can say it.
enum class SignInProblem {
    WrongPassword,
    WeakPassword, ///< the rules of the core refuse the new password
    WrongCode, ///< recovery code refused by the server, or it opens another account
    ServerDown,
    ServerKey,
    NameTaken,
    RegistrationClosed,
    InviteNeeded,
    InviteInvalid,
    TooManyAttempts,
    AccountDisabled, ///< by whoever runs the server
    ServerTooOld,
    DiskFull,
    Storage,       ///< the profile's database cannot be opened or written
    InUse,         ///< another process has this profile
    SecurityCheck, ///< an answer of the server failed a check
    Internal,
};

/// What a busy window is doing.
enum class BusyStage { Stretching, Connecting };

/// Plain data of the sign-in form; the password is taken separately.
struct SignInRequest {
    QString server;
    QString username; ///< lower case
    bool keepSignedIn = true;
};

/// Plain data of the registration form; the password is taken separately.
struct RegisterRequest {
    QString serverOrInvite;
    QString username; ///< lower case
    QString displayName;
};

/// Plain data of the recovery form; code and password are taken separately.
struct RecoverRequest {
    QString server;
    QString username; ///< lower case
    bool newPassword = false;
};

/// A device that the account lists, for the question "still mine or lost".
struct KnownDevice {
    QByteArray id;
    QString name;
    QDate added;
};

} // namespace impulse::ui
