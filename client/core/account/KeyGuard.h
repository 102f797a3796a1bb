#pragma once

#include "client/core/Password.h"
#include "client/core/async/Task.h"
#include "client/core/ports/SecretStore.h"
#include "client/core/ports/WorkerPool.h"
#include "client/core/state/LocalState.h"
#include "common/crypto/Password.h"

namespace impulse::client {

/// Stretches passwords off the main thread and keeps the local data key, in the keychain or under
/// the password (encryption.md 1.5, 2.1). Main thread.
class KeyGuard : public QObject {
    Q_OBJECT
public:
    /// `cost`: of new passwords.
    KeyGuard(WorkerPool& workers, SecretStore* secrets, QString profileName,
             crypto::Argon2Params cost, QObject* parent = nullptr);

    /// New parameters with a fresh salt.
    protocol::PasswordParameters newParameters() const;
    /// SecurityCheckFailed if the server's parameters are too weak or malformed.
    Task<Result<crypto::PasswordKeys, ClientError>>
    stretch(std::shared_ptr<const Password> password, QString username, ServerId server,
            protocol::PasswordParameters parameters);

    /// Puts the key into the keychain or, if that is not wanted or not possible, into the profile's
    /// slot. The value says that the keychain was wanted but missing.
    Task<bool> protect(const e2ee::LocalDataKey& key, bool keepSignedIn,
                       const crypto::WrapKey& wrap, const protocol::PasswordParameters& parameters,
                       ProfileRecord& profile);
    /// StorageUnavailable if the keychain does not give it.
    Task<Result<e2ee::LocalDataKey, ClientError>> fromKeychain();
    Task<void> forget();

private:
    QString secretName() const;

    WorkerPool& m_workers;
    SecretStore* m_secrets;
    QString m_profileName;
    crypto::Argon2Params m_cost;
};

} // namespace impulse::client
