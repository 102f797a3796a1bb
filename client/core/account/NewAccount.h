#pragma once

#include "client/core/account/AccountService.h"
#include "client/e2ee/Recovery.h"

namespace impulse::client {

/// Registration (encryption.md 1.6): makes the account's keys, stores them, then asks the server.
/// Lives in the coroutine that registers.
class NewAccount {
public:
    explicit NewAccount(const AccountParts& parts) : m_parts(parts) {}

    /// Makes every key and puts the account into the local state, sealed under a new local key.
    Result<void, ClientError> make(const Registration& registration, const ServerLink& server,
                                   const protocol::PasswordParameters& parameters,
                                   const crypto::PasswordKeys& password);
    e2ee::LocalDataKey takeLocalKey() { return std::move(m_localKey); }
    /// Everything into one batch; the prekeys with it.
    void stage(WriteBatch& batch);
    const protocol::Register& request() const { return m_request; }
    QString recoveryCode() const { return m_recoveryCode; }

private:
    const AccountParts& m_parts;
    e2ee::LocalDataKey m_localKey;
    protocol::Register m_request;
    QString m_recoveryCode;
};

/// Signing in on another computer with the recovery code (encryption.md 9.3): this device joins the
/// account of an open root. Lives in the coroutine that signs in.
class JoiningDevice {
public:
    JoiningDevice(const AccountParts& parts, crypto::RootSecret root, const UserId& user)
        : m_parts(parts), m_root(std::move(root)), m_user(user), m_identity(m_root, user)
    {
    }

    /// The account's list as the log has it. SecurityCheckFailed if it is not of this root.
    Result<void, ClientError> check(std::vector<Bytes> lists);
    std::vector<ListedDevice> devices() const;
    /// Makes this device and the next list; devices declared lost go, under a new generation.
    Result<void, ClientError> make(const std::vector<DeviceFate>& fates, const ServerLink& server,
                                   const std::string& username,
                                   const crypto::PasswordKeys& password);
    /// After DirectoryConflict: the same intent on the newer list.
    Result<void, ClientError> remake(std::vector<Bytes> lists);
    const protocol::PublishDeviceList& request() const { return m_request; }
    e2ee::LocalDataKey takeLocalKey() { return std::move(m_localKey); }
    bool lockedOut() const { return !m_lost.empty(); }

private:
    Result<void, ClientError> sign();

    const AccountParts& m_parts;
    crypto::RootSecret m_root;
    UserId m_user;
    crypto::UserIdentity m_identity;
    std::optional<crypto::VerifiedDeviceList> m_current;
    std::set<DeviceId> m_lost;
    e2ee::LocalDataKey m_localKey;
    protocol::PublishDeviceList m_request;
};

} // namespace impulse::client
