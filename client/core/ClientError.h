#pragma once

#include "common/core/Result.h"

#include <QPointer>

#include <functional>

namespace impulse::client {

/// What kind of thing went wrong; impulse-cli ends with a code per kind.
enum class ErrorKind { Usage, Network, Refused, Security, Storage, Internal };

/// Why an operation of the client failed.
enum class ClientErrorCode {
    // Usage
    /// Not allowed in the client's present state (no account, locked, already registered).
    WrongState,
    /// Another operation of the same kind is under way.
    Busy,
    InvalidLink,
    InvalidUsername,
    PasswordTooShort,
    PasswordTooCommon,
    /// Nothing to send, or longer than limits::content.
    InvalidText,
    /// Length, character or check of the recovery code is wrong: a typing mistake.
    MalformedRecoveryCode,
    /// No such person, conversation or message.
    NotFound,
    /// Only the author may do that.
    NotAuthor,
    /// The person ended it (Accounts::cancel(), or a question answered with nothing).
    Cancelled,
    // Network
    ServerUnreachable,
    TlsFailed,
    /// Something answers there, but no Impulse server of a version that this client speaks.
    NotThisServer,
    UnsupportedVersion,
    Timeout,
    ConnectionLost,
    ServerUnavailable,
    // Refused
    /// Username, password, recovery code or the operator's code is wrong.
    WrongCredentials,
    /// The password is right, but does not open the account's root kept on this device: it was
    /// changed elsewhere, or there is none here.
    RootNotHere,
    UsernameTaken,
    RegistrationClosed,
    InviteInvalid,
    RateLimited,
    Blocked,
    DeviceRemoved,
    /// The server does not know the account any more.
    AccountGone,
    /// The server was put back to a time before this account: it comes back with the password
    /// (Accounts::comeBack()).
    AccountNotRestored,
    /// The server's operator keeps the account from logging in; what it has stays.
    AccountDisabled,
    ServerStorageFull,
    RefusedByServer,
    // Security
    /// Not the key that was pinned or that the link names.
    ServerKeyChanged,
    /// The server's signature or a device list does not verify, or the password rules are too weak.
    SecurityCheckFailed,
    /// The server shows another directory than before.
    DirectoryForked,
    /// The same of a server that was put back from a backup: the user may confirm the restore
    /// (Accounts::confirmRestore()).
    RestoreUnconfirmed,
    /// The person's identity changed; the user must decide first.
    IdentityChanged,
    // Storage
    DiskFull,
    DatabaseCorrupt,
    DatabaseNewer,
    StorageUnavailable,
    // Internal
    Internal,
};

struct ClientError {
    ClientErrorCode code = ClientErrorCode::Internal;
    /// Milliseconds after which it makes sense to try again; 0: not said.
    std::uint64_t retryAfterMs = 0;

    bool operator==(const ClientError&) const = default;
};

ErrorKind kindOf(ClientErrorCode code);
inline ErrorKind kindOf(const ClientError& error)
{
    return kindOf(error.code);
}
/// English, for logs and scripts.
const char* describe(ClientErrorCode code);

/// Called once, on the main thread, from the event loop or from inside the call.
template <class T> using Callback = std::function<void(Result<T, ClientError>)>;

/// A callback that does nothing once `context` is gone (a window closed before the answer came).
template <class F> auto whileAlive(QObject* context, F callback)
{
    return [guard = QPointer<QObject>(context),
            callback = std::move(callback)](auto&&... args) mutable {
        if (guard)
            callback(std::forward<decltype(args)>(args)...);
    };
}

} // namespace impulse::client
