#pragma once

#include "client/core/Accounts.h"
#include "client/core/account/AccountKeys.h"
#include "client/core/account/KeyGuard.h"
#include "client/core/account/Operation.h"
#include "client/core/message/Outbox.h"
#include "client/core/sync/ServerRestore.h"

namespace impulse::client {

class JoiningDevice;
class PendingLogin;

/// What the flows of an account work with. All outlive them.
struct AccountParts {
    LocalState& state;
    ServerConnection& connection;
    ServerSession& session;
    DirectoryKeeper& directory;
    KeyGuard& keys;
    Outbox& outbox;
    ServerRestore& restore;
};

/// Why this may not become a password, if there is a reason.
std::optional<ClientError> passwordError(const Password& password);

/// The own account for the windows. Main thread.
class AccountService final : public Accounts {
    Q_OBJECT
public:
    explicit AccountService(const AccountParts& parts, QObject* parent = nullptr);
    ~AccountService() override;

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
    void signIn(SignIn request, SignInQuestions questions, ProgressCallback progress,
                Callback<SignedIn> done) override;
    void resetPassword(PasswordReset request, ProgressCallback progress,
                       Callback<void> done) override;
    bool cancel() override;
    void lock(Callback<void> done) override;
    void signOut(Callback<void> done) override;
    void changePassword(Password oldPassword, Password newPassword, ProgressCallback progress,
                        Callback<void> done) override;
    void newRecoveryCode(Password password, ProgressCallback progress,
                         Callback<QString> done) override;
    void createInvite(int uses, std::uint64_t validForMs, Callback<QString> done) override;
    void deleteAccount(Password password, Callback<void> done) override;
    void confirmRestore(Callback<void> done) override;
    void comeBack(Password password, ProgressCallback progress, Callback<void> done) override;

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

    /// The same for what cancel() may end. Signing in and registering end a check.
    template <class T> OperationPtr begin(Operation::Kind kind, const Callback<T>& done)
    {
        if (kind == Operation::Kind::Change && m_operation &&
            m_operation->kind() == Operation::Kind::Check)
            endOperation();
        if (!begin(done))
            return nullptr;
        m_operation = std::make_shared<Operation>(
            kind, [done] { done(Failure{ClientError{ClientErrorCode::Cancelled}}); });
        return m_operation;
    }
    /// Calls back, unless a cancel has done that.
    template <class T>
    void finish(const OperationPtr& operation, const Callback<T>& done,
                Result<T, ClientError> result)
    {
        if (operation->isCancelled())
            return;
        m_operation.reset();
        m_busy = false;
        done(std::move(result));
    }

    void endOperation();
    Task<void> runOpen(Callback<ProfileState> done);
    Task<void> runUnlock(OperationPtr operation, std::shared_ptr<Password> password,
                         Callback<void> done);
    Task<Result<void, ClientError>> load(e2ee::LocalDataKey key);
    Task<void> runReset(OperationPtr operation, std::shared_ptr<PasswordReset> request,
                        ProgressCallback progress, Callback<void> done);
    Task<void> runCheckServer(OperationPtr operation, ServerLink link, Callback<ServerInfo> done);
    Task<void> runCheckUsername(OperationPtr operation, ServerLink link, QString username,
                                Callback<bool> done);
    Task<void> runRegister(OperationPtr operation, std::shared_ptr<Registration> registration,
                           ProgressCallback progress, Callback<Registered> done);
    Task<Result<Registered, ClientError>> makeAccount(OperationPtr operation,
                                                      std::shared_ptr<Registration> registration,
                                                      ProgressCallback progress);
    Task<void> runSignIn(OperationPtr operation, std::shared_ptr<SignIn> request,
                         SignInQuestions questions, ProgressCallback progress,
                         Callback<SignedIn> done);
    struct Joined {
        SignedIn result;
        /// The connection that is open is this device's now.
        bool loggedIn = false;
    };
    Task<Result<Joined, ClientError>> join(PendingLogin& login, OperationPtr operation,
                                           std::shared_ptr<SignIn> request,
                                           SignInQuestions questions);
    Task<Result<crypto::RootSecret, ClientError>> askForRoot(PendingLogin& login,
                                                             OperationPtr operation,
                                                             std::shared_ptr<SignIn> request,
                                                             CodeQuestion question);
    Task<Result<bool, ClientError>> publish(PendingLogin& login, JoiningDevice& device);
    Task<void> runChangePassword(OperationPtr operation, std::shared_ptr<Password> oldPassword,
                                 std::shared_ptr<Password> newPassword, ProgressCallback progress,
                                 Callback<void> done);
    Task<void> runNewCode(OperationPtr operation, std::shared_ptr<Password> password,
                          ProgressCallback progress, Callback<QString> done);
    Task<Result<QString, ClientError>> replaceCode(OperationPtr operation,
                                                   std::shared_ptr<Password> password,
                                                   ProgressCallback progress);
    /// Waits for a person; cancel() answers with nothing.
    template <class T, class Ask> CallbackAwaiter<T> asked(OperationPtr operation, Ask ask)
    {
        return answerOf<T>(this, [operation, ask](std::function<void(T)> answer) {
            const auto once = std::make_shared<std::function<void(T)>>(std::move(answer));
            const auto take = [operation, once](T value) {
                if (const auto waiting = std::exchange(*once, nullptr)) {
                    operation->questionClosed();
                    waiting(std::move(value));
                }
            };
            operation->questionOpened([take] { take(T()); });
            ask(take);
        });
    }
    Task<void> runComeBack(OperationPtr operation, std::shared_ptr<Password> password,
                           ProgressCallback progress, Callback<void> done);
    Task<Result<void, ClientError>> registerAgain(OperationPtr operation,
                                                  std::shared_ptr<Password> password,
                                                  ProgressCallback progress);
    Task<void> runDelete(OperationPtr operation, std::shared_ptr<Password> password,
                         Callback<void> done);
    Task<void> runInvite(int uses, std::uint64_t validForMs, Callback<QString> done);
    Task<void> runSignOut(Callback<void> done);
    Task<void> runLock(Callback<void> done);
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
    void setRecoveryConfirmed(bool confirmed);
    ProfileState lockedState() const;

    AccountParts m_parts;
    ProfileState m_state = ProfileState::Closed;
    bool m_busy = false;
    OperationPtr m_operation;
    /// Before there is an account: what was cancelled still tidies up when the next has begun.
    Turn m_turn;
};

} // namespace impulse::client
