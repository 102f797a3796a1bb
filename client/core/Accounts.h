#pragma once

#include "client/core/ClientError.h"
#include "client/core/Password.h"
#include "client/core/ServerLink.h"

#include <QObject>

namespace impulse::client {

enum class ProfileState {
    /// open() has not finished.
    Closed,
    NoAccount,
    /// The account's password is asked: unlock().
    Locked,
    /// Registered, but the recovery code was not confirmed yet; everything works.
    Unlocked,
    /// This device was removed from its account (encryption.md 1.4).
    Removed,
};

struct ServerInfo {
    ServerLink link;
    ServerId serverId;
    /// 0 open, 1 with an invite, 2 closed.
    int registration = 2;
    /// The key is the pinned or linked one; false: first contact.
    bool pinned = false;
};

enum class Progress {
    Connecting,
    /// Argon2id; about a second.
    Stretching,
    MakingKeys,
    Uploading,
    Syncing,
};
using ProgressCallback = std::function<void(Progress)>;

struct Registration {
    ServerLink link;
    /// Overrides the link's, if not empty.
    QString inviteCode;
    QString username;
    QString displayName;
    Password password;
    /// True: the local key goes to the keychain; false (or no keychain): the password is asked at
    /// start.
    bool keepSignedIn = true;
};

struct Registered {
    /// Seven groups of four characters, joined by hyphens. Shown once, never stored.
    QString recoveryCode;
    /// The keychain could not be used: the password will be asked at start.
    bool keychainMissing = false;
};

/// A device of the own account that the person must decide about when signing in with the recovery
/// code.
struct ListedDevice {
    DeviceId id;
    std::uint64_t createdMs = 0;
};
enum class DeviceFate { StillMine, Lost };

struct SignIn {
    ServerLink link;
    QString username;
    Password password;
    /// Sets this password without the old one, by the recovery code alone.
    bool resetPassword = false;
    /// Only with resetPassword; else it is asked for once the password is known to be right.
    QString recoveryCode = {};
    bool keepSignedIn = true;
};

/// Asked in the middle of a sign-in, when the server has taken the password, and again if the code
/// did not do; `problem` says why: WrongCredentials (it is no code of this account),
/// MalformedRecoveryCode, or a network error. The answer may take as long as it takes: a connection
/// that ends meanwhile is made again, and the password is not stretched again. Answering with
/// nothing cancels.
using CodeQuestion = std::function<void(std::optional<ClientError> problem,
                                        std::function<void(QString code)> answer)>;
/// Asked in the middle of a sign-in; `answer` has one fate per device, in order. Answering with
/// nothing cancels.
using DevicesQuestion = std::function<void(std::vector<ListedDevice> devices,
                                           std::function<void(std::vector<DeviceFate>)> answer)>;
struct SignInQuestions {
    CodeQuestion code;
    DevicesQuestion devices;
};

/// Setting a password with a code that the server's operator made for the person.
struct PasswordReset {
    ServerLink link;
    QString username;
    QString code;
    /// The new one.
    Password password;
};

struct SignedIn {
    bool keychainMissing = false;
    /// Devices were declared lost: contacts and own devices no longer trust them.
    bool lockedOut = false;
};

/// The own account: making, opening, changing and leaving it. One operation at a time, else Busy;
/// only a check of a server or name gives way to registering or signing in and gets Cancelled. Main
/// thread.
class Accounts : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    virtual ProfileState state() const = 0;
    virtual QString username() const = 0;
    virtual UserId userId() const = 0;
    virtual DeviceId deviceId() const = 0;
    /// The server with its pinned key.
    virtual ServerLink server() const = 0;
    virtual bool recoveryConfirmed() const = 0;

    /// Opens the profile: afterwards state() is NoAccount, Locked or Unlocked. Fails with a storage
    /// error.
    virtual void open(Callback<ProfileState> done) = 0;
    virtual void unlock(Password password, Callback<void> done) = 0;

    /// Connects, checks the server's key and leaves again.
    virtual void checkServer(const ServerLink& link, Callback<ServerInfo> done) = 0;
    /// True: free. Needs open registration or the link's invite.
    virtual void checkUsername(const ServerLink& link, const QString& username,
                               Callback<bool> done) = 0;
    virtual void registerAccount(Registration registration, ProgressCallback progress,
                                 Callback<Registered> done) = 0;
    /// The code was written down (the caller made the person type two groups).
    virtual void confirmRecoveryCode() = 0;
    /// On another computer (encryption.md 9.3).
    virtual void signIn(SignIn request, SignInQuestions questions, ProgressCallback progress,
                        Callback<SignedIn> done) = 0;
    /// Opens no keys: signing in with the new password takes the recovery code as ever. Fails with
    /// WrongCredentials if the code is wrong, used up or expired.
    virtual void resetPassword(PasswordReset request, ProgressCallback progress,
                               Callback<void> done) = 0;
    /// Ends what registerAccount(), signIn(), resetPassword(), unlock(), changePassword(), newRecoveryCode() or
    /// deleteAccount() is doing: its callback gets Cancelled before this returns, the next
    /// operation may begin at once, and nothing of it stays on the disk. False if nothing runs or
    /// it is too late: once the server was asked to make the account, to publish this device, to
    /// change the password or the code, or to delete the account, the answer must be waited for.
    /// (A password that resetPassword has set stays set when the sign-in is cancelled after it.)
    virtual bool cancel() = 0;
    /// Forgets the local key until the password is entered again; false state change if there is
    /// none.
    virtual void lock(Callback<void> done) = 0;
    /// Removes this device's data from this computer. The account stays.
    virtual void signOut(Callback<void> done) = 0;

    virtual void changePassword(Password oldPassword, Password newPassword,
                                ProgressCallback progress, Callback<void> done) = 0;
    /// Replaces the recovery code (encryption.md 9.3); the old one stops working. The new one is
    /// not confirmed until confirmRecoveryCode(). Fails with WrongCredentials, or RootNotHere if
    /// the password is right but this device cannot open the account's root with it.
    virtual void newRecoveryCode(Password password, ProgressCallback progress,
                                 Callback<QString> done) = 0;
    /// A link with an invite code and the server's key.
    virtual void createInvite(int uses, std::uint64_t validForMs, Callback<QString> done) = 0;
    virtual void deleteAccount(Password password, Callback<void> done) = 0;

    // After a restore of the server (encryption.md 8.3).

    /// The connection stopped with RestoreUnconfirmed, because a server that was put back from a
    /// backup has gone on without what this device knows, and the person says that the operator
    /// confirms the restore: goes on from the last common entry. WrongState if that is not why.
    virtual void confirmRestore(Callback<void> done) = 0;
    /// The connection stopped with AccountNotRestored: brings the account back with its keys.
    /// WrongCredentials if the password is not this account's; RootNotHere if this device does not
    /// have what it takes; UsernameTaken; RegistrationClosed or InviteInvalid if the server has
    /// lost every trace of the account.
    virtual void comeBack(Password password, ProgressCallback progress, Callback<void> done) = 0;

Q_SIGNALS:
    void stateChanged();
    /// recoveryConfirmed() may have changed.
    void recoveryChanged();
    /// The server published something false about this account, a device was added, a directory
    /// conflict: a warning that stays until closed. `red` false: yellow.
    void securityWarning(const QString& text, bool red);
    /// Writing to the disk fails (true) or works again (false).
    void storageTrouble(bool failing, impulse::client::ClientErrorCode code);
};

} // namespace impulse::client
