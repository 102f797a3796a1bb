#pragma once

#include "client/core/Accounts.h"
#include "client/core/account/AccountKeys.h"
#include "client/core/account/KeyGuard.h"
#include "client/core/message/Outbox.h"

namespace impulse::client {

/// What the flows of an account work with. All outlive them.
struct AccountParts {
    LocalState& state;
    ServerConnection& connection;
    ServerSession& session;
    DirectoryKeeper& directory;
    KeyGuard& keys;
    Outbox& outbox;
};

/// Why this may not become a password, if there is a reason.
std::optional<ClientError> passwordError(const Password& password);

/// The own account for the windows. Main thread.
class AccountService final : public Accounts {
    Q_OBJECT
public:
    explicit AccountService(const AccountParts& parts, QObject* parent = nullptr);

    ProfileState state() const override { return m_state; }
    QString username() const override;
    UserId userId() const override;
    DeviceId deviceId() const override;
    ServerLink server() const override;
    bool recoveryConfirmed() const override;

    void open(Callback<ProfileState> done) override;
    void unlock(Password password, Callback<void> done) override;
    void checkServer(const ServerLink& link, Callback<ServerInfo> done) override;
    void checkUsername(const ServerLink& link, const QString& username,
                       Callback<bool> done) override;
    void registerAccount(Registration registration, ProgressCallback progress,
                         Callback<Registered> done) override;
    void confirmRecoveryCode() override;
    void signIn(SignIn request, DevicesQuestion question, ProgressCallback progress,
                Callback<SignedIn> done) override;
    void lock(Callback<void> done) override;
    void signOut(Callback<void> done) override;
    void changePassword(Password oldPassword, Password newPassword, ProgressCallback progress,
                        Callback<void> done) override;
    void createInvite(int uses, std::uint64_t validForMs, Callback<QString> done) override;
    void deleteAccount(Password password, Callback<void> done) override;

Q_SIGNALS:
    /// The state was loaded; the connection is about to start.
    void opened();
    /// The state is about to be forgotten.
    void closing();

private:
    /// One operation at a time; false and Busy if another one runs.
    template <class T> bool begin(const Callback<T>& done)
    {
        if (m_busy) {
            done(Failure{ClientError{ClientErrorCode::Busy}});
            return false;
        }
        m_busy = true;
        return true;
    }

    Task<void> runOpen(Callback<ProfileState> done);
    Task<void> runUnlock(std::shared_ptr<Password> password, Callback<void> done);
    Task<Result<void, ClientError>> load(e2ee::LocalDataKey key);
    Task<void> runCheckServer(ServerLink link, Callback<ServerInfo> done);
    Task<void> runCheckUsername(ServerLink link, QString username, Callback<bool> done);
    Task<void> runRegister(std::shared_ptr<Registration> registration, ProgressCallback progress,
                           Callback<Registered> done);
    Task<void> runSignIn(std::shared_ptr<SignIn> request, DevicesQuestion question,
                         ProgressCallback progress, Callback<SignedIn> done);
    Task<void> runChangePassword(std::shared_ptr<Password> oldPassword,
                                 std::shared_ptr<Password> newPassword, ProgressCallback progress,
                                 Callback<void> done);
    Task<void> runDelete(std::shared_ptr<Password> password, Callback<void> done);
    Task<void> runInvite(int uses, std::uint64_t validForMs, Callback<QString> done);
    Task<void> runSignOut(Callback<void> done);
    Task<void> runLock(Callback<void> done);
    Task<Result<void, ClientError>> connectTo(ServerLink link);
    Task<Result<void, ClientError>> wipe();
    Task<void> discardUnregistered();
    /// The server says that this device is not listed any more: the lists are asked.
    Task<void> checkRemoval();
    /// What the lists say (encryption.md 1.4).
    void takeRemoval(bool lockedOut);
    void tellOwnDevices();
    static void report(const ProgressCallback& progress, Progress step)
    {
        if (progress)
            progress(step);
    }
    void setState(ProfileState state);
    ProfileState lockedState() const;

    AccountParts m_parts;
    ProfileState m_state = ProfileState::Closed;
    bool m_busy = false;
};

} // namespace impulse::client
