#pragma once

#include "client/core/account/AccountService.h"
#include "client/e2ee/Recovery.h"

namespace impulse::client {

/// A computer that is logged in, but no device of the account yet (*pending*, encryption.md 2.3 and
/// 9.3). The password is stretched once: while the person looks for the recovery code the server
/// may end the connection, and the login is then repeated with the same keys. Lives in the
/// coroutine that signs in.
class PendingLogin {
public:
    PendingLogin(const AccountParts& parts, QObject* context, OperationPtr operation,
                 std::shared_ptr<SignIn> request, ProgressCallback progress,
                 std::string operatorCode = {});

    /// Connects, stretches and logs in: by the password or, with resetPassword, by the recovery
    /// code or (if there is one) the operator's code, which sets the password.
    Task<Result<void, ClientError>> begin();
    /// The connection is open and logged in; again, if it has ended meanwhile.
    Task<Result<void, ClientError>> ensure();
    /// Nothing if the code is not this account's. What the server has now counts: the code may just
    /// have been made anew on another computer.
    Task<Result<std::optional<crypto::RootSecret>, ClientError>> openRoot(QString code);

    const ServerLink& server() const { return m_server; }
    const UserId& user() const { return m_user; }
    const std::string& username() const { return m_username; }
    const crypto::PasswordKeys& keys() const { return *m_keys; }
    const protocol::PasswordParameters& parameters() const { return m_parameters; }
    /// Slot 1 and what proves its code; there once openRoot() has opened it.
    const std::optional<Bytes>& recoverySlot() const { return m_recoverySlot; }
    const std::optional<WireSecret>& recoveryAuth() const { return m_recoveryAuth; }
    void report(Progress step) const;

private:
    Task<Result<void, ClientError>> logIn();
    Task<Result<void, ClientError>> resetPassword();
    Task<Result<protocol::LoginResult, ClientError>> logInByCode();
    Task<Result<Bytes, ClientError>> rootSlot();

    const AccountParts& m_parts;
    QObject* m_context;
    OperationPtr m_operation;
    std::shared_ptr<SignIn> m_request;
    ProgressCallback m_progress;
    std::string m_operatorCode;
    ServerLink m_server;
    std::string m_username;
    protocol::PasswordParameters m_parameters;
    std::optional<crypto::PasswordKeys> m_keys;
    UserId m_user;
    std::optional<Bytes> m_recoverySlot;
    std::optional<WireSecret> m_recoveryAuth;
};

} // namespace impulse::client
