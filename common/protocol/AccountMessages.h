#pragma once

#include "common/core/Ids.h"
#include "common/protocol/ErrorCode.h"
#include "common/protocol/Fields.h"

/// The hello, registration, login and what else belongs to an account. Field keys 0 and 1 of every
/// frame are its kind and request id, so fields begin at 2; parts of messages begin at 1.
namespace impulse::protocol {

using Nonce = Fixed<struct NonceTag, 32>;
using Salt = Fixed<struct SaltTag, 16>;

inline constexpr Bound usernameBound{limits::usernameMax, 0};
inline constexpr Bound inviteBound{64, 0};
inline constexpr Bound slotBound{256, 0};
inline constexpr Bound deviceListBound{limits::deviceList, 0};
inline constexpr Bound signedPrekeyBound{108, 0};
inline constexpr Bound oneTimePrekeysBound{36, limits::oneTimePrekeys};

/// An answer that says only that it was done.
struct Done {
    static constexpr auto fields() { return std::tuple{}; }
};

/// Answers any request that was refused. Nothing was changed.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    /// English, for logs.
    std::string message;
    std::optional<std::uint64_t> retryAfterMs;
    /// What the code says it is.
    std::optional<std::uint64_t> value;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "code", &Error::code),
                          field(3, "message", &Error::message, {256, 0}),
                          field(4, "retryAfterMs", &Error::retryAfterMs),
                          field(5, "value", &Error::value)};
    }
};

/// First request of every connection (encryption.md 2.3).
struct Hello {
    Nonce clientNonce;
    std::uint64_t minVersion = 1;
    std::uint64_t maxVersion = 1;
    /// Program and version, for the operator's statistics.
    std::string client;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "clientNonce", &Hello::clientNonce),
                          field(3, "minVersion", &Hello::minVersion),
                          field(4, "maxVersion", &Hello::maxVersion),
                          field(5, "client", &Hello::client, {64, 0})};
    }
};

enum class RegistrationPolicy : std::uint8_t { Open, Invite, Closed };
inline constexpr RegistrationPolicy lastOf(RegistrationPolicy)
{
    return RegistrationPolicy::Closed;
}

/// What this server takes. Bytes, counts and milliseconds.
struct ServerLimits {
    std::uint64_t frameBytes = limits::frame;
    /// Requests of one connection that may wait for their answers.
    std::uint64_t outstandingRequests = 64;
    std::uint64_t eventsPerFetch = 200;
    std::uint64_t mailboxPerFetch = 200;
    /// A login must follow the hello within this time.
    std::uint64_t loginTimeoutMs = 120'000;

    static constexpr auto fields()
    {
        return std::tuple{
            field(1, "frameBytes", &ServerLimits::frameBytes),
            field(2, "outstandingRequests", &ServerLimits::outstandingRequests),
            field(3, "eventsPerFetch", &ServerLimits::eventsPerFetch),
            field(4, "mailboxPerFetch", &ServerLimits::mailboxPerFetch),
            field(5, "loginTimeoutMs", &ServerLimits::loginTimeoutMs)};
    }
};

struct HelloResult {
    std::uint64_t version = 1;
    ServerId serverId;
    Nonce serverNonce;
    /// SIGN(server_sk, "server-hello", server_id, tls, cn, sn)
    Signature signature;
    IncarnationId incarnation;
    RegistrationPolicy registration = RegistrationPolicy::Closed;
    ServerLimits limits;
    /// Names of optional abilities; unknown ones are ignored.
    std::vector<std::string> features;
    std::uint64_t serverMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "version", &HelloResult::version),
                          field(3, "serverId", &HelloResult::serverId),
                          field(4, "serverNonce", &HelloResult::serverNonce),
                          field(5, "signature", &HelloResult::signature),
                          field(6, "incarnation", &HelloResult::incarnation),
                          field(7, "registration", &HelloResult::registration),
                          field(8, "limits", &HelloResult::limits),
                          field(9, "features", &HelloResult::features, {32, 32}),
                          field(10, "serverMs", &HelloResult::serverMs)};
    }
};

/// Is this name free? Before registration, with open registration or a valid invite only.
struct CheckUsername {
    std::string username;
    std::optional<std::string> invite;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "username", &CheckUsername::username, usernameBound),
                          field(3, "invite", &CheckUsername::invite, inviteBound)};
    }
};

struct CheckUsernameResult {
    bool available = false;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "available", &CheckUsernameResult::available)};
    }
};

/// How a password is stretched: parameters of Argon2id (encryption.md 2.1).
struct PasswordParameters {
    Salt serverSalt;
    std::uint64_t ops = 0;
    /// Bytes.
    std::uint64_t mem = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "serverSalt", &PasswordParameters::serverSalt),
                          field(3, "ops", &PasswordParameters::ops),
                          field(4, "mem", &PasswordParameters::mem)};
    }
};

/// Makes an account (encryption.md 1.6). Afterwards the connection is logged in as its device.
struct Register {
    std::string username;
    UserId userId;
    PasswordParameters password;
    WireSecret auth;
    Bytes deviceList;
    Bytes signedPrekey;
    std::vector<Bytes> oneTimePrekeys;
    /// Slot 1: the root secret under the recovery key.
    Bytes rootSlot;
    WireSecret recoveryAuth;
    Bytes profile;
    std::optional<std::string> invite;

    static constexpr auto fields()
    {
        return std::tuple{
            field(2, "username", &Register::username, usernameBound),
            field(3, "userId", &Register::userId),
            field(4, "password", &Register::password),
            field(5, "auth", &Register::auth),
            field(6, "deviceList", &Register::deviceList, deviceListBound),
            field(7, "signedPrekey", &Register::signedPrekey, signedPrekeyBound),
            field(8, "oneTimePrekeys", &Register::oneTimePrekeys, oneTimePrekeysBound),
            field(9, "rootSlot", &Register::rootSlot, slotBound),
            field(10, "recoveryAuth", &Register::recoveryAuth),
            field(11, "profile", &Register::profile, {limits::profile, 0}),
            field(12, "invite", &Register::invite, inviteBound)};
    }
};

struct RegisterResult {
    /// Position of the account's entry in the directory log.
    std::uint64_t directorySeq = 0;
    std::uint64_t serverMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "directorySeq", &RegisterResult::directorySeq),
                          field(3, "serverMs", &RegisterResult::serverMs)};
    }
};

/// The same answer, whether the name exists or not (encryption.md 2.2).
struct GetPasswordParameters {
    std::string username;

    static constexpr auto fields()
    {
        return std::tuple{
            field(2, "username", &GetPasswordParameters::username, usernameBound)};
    }
};

/// Afterwards the connection is pending: it may recover or sign in a device, nothing else.
struct PasswordLogin {
    std::string username;
    WireSecret auth;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "username", &PasswordLogin::username, usernameBound),
                          field(3, "auth", &PasswordLogin::auth)};
    }
};

/// The same with the recovery code; allows a new password without the old one.
struct RecoveryLogin {
    std::string username;
    WireSecret recoveryAuth;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "username", &RecoveryLogin::username, usernameBound),
                          field(3, "recoveryAuth", &RecoveryLogin::recoveryAuth)};
    }
};

/// The same with a code that the operator gave the person; it holds once. It opens no keys.
struct ResetLogin {
    std::string username;
    std::string code;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "username", &ResetLogin::username, usernameBound),
                          field(3, "code", &ResetLogin::code, inviteBound)};
    }
};

struct LoginResult {
    UserId userId;
    /// Better parameters that the server announces (encryption.md 2.2).
    std::optional<PasswordParameters> upgrade;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "userId", &LoginResult::userId),
                          field(3, "upgrade", &LoginResult::upgrade)};
    }
};

/// Login by the device's signature over both nonces of the hello.
struct DeviceLogin {
    UserId userId;
    DeviceId deviceId;
    Signature signature;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "userId", &DeviceLogin::userId),
                          field(3, "deviceId", &DeviceLogin::deviceId),
                          field(4, "signature", &DeviceLogin::signature)};
    }
};

struct DeviceLoginResult {
    std::string username;
    std::uint64_t serverMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "username", &DeviceLoginResult::username, usernameBound),
                          field(3, "serverMs", &DeviceLoginResult::serverMs)};
    }
};

/// Password change and upgrade of its parameters.
struct ChangePassword {
    /// Not needed on a connection that was opened with the recovery code.
    std::optional<WireSecret> oldAuth;
    PasswordParameters password;
    WireSecret auth;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "oldAuth", &ChangePassword::oldAuth),
                          field(3, "password", &ChangePassword::password),
                          field(4, "auth", &ChangePassword::auth)};
    }
};

/// Only on a connection that showed the password or the recovery code.
struct GetRootSlot {
    /// Kind of slot (encryption.md 9.2): 1.
    std::uint64_t slotKind = 1;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "slotKind", &GetRootSlot::slotKind)};
    }
};

struct RootSlot {
    Bytes slot;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "slot", &RootSlot::slot, slotBound)};
    }
};

/// A new recovery code: new slot, new verifier; the old ones are deleted.
struct ReplaceRecovery {
    WireSecret auth;
    Bytes rootSlot;
    WireSecret recoveryAuth;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "auth", &ReplaceRecovery::auth),
                          field(3, "rootSlot", &ReplaceRecovery::rootSlot, slotBound),
                          field(4, "recoveryAuth", &ReplaceRecovery::recoveryAuth)};
    }
};

/// Removes the account, its keys and its mailboxes; what others received stays with them.
struct DeleteAccount {
    WireSecret auth;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "auth", &DeleteAccount::auth)};
    }
};

struct CreateInvite {
    std::uint64_t uses = 1;
    std::uint64_t validForMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "uses", &CreateInvite::uses),
                          field(3, "validForMs", &CreateInvite::validForMs)};
    }
};

struct Invite {
    std::string code;
    std::uint64_t expiresMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "code", &Invite::code, inviteBound),
                          field(3, "expiresMs", &Invite::expiresMs)};
    }
};

} // namespace impulse::protocol
