#include "client/core/account/AccountService.h"
#include "client/core/account/NewAccount.h"
#include "client/core/account/PendingLogin.h"

namespace impulse::client {

namespace {

/// How often the same intent is published on a list that another device made meanwhile.
constexpr int publishAttempts = 5;

/// Longer than any server makes them.
constexpr qsizetype longestCode = 64;

} // namespace

void AccountService::signIn(SignIn request, SignInQuestions questions, ProgressCallback progress,
                            Callback<SignedIn> done)
{
    std::optional<ClientError> problem;
    if (m_state != ProfileState::NoAccount)
        problem = ClientError{ClientErrorCode::WrongState};
    else if (!isUsername(request.username.toLower()))
        problem = ClientError{ClientErrorCode::InvalidUsername};
    else if (request.resetPassword &&
             !e2ee::parseRecoveryCode(request.recoveryCode.toStdString()).ok())
        problem = ClientError{ClientErrorCode::MalformedRecoveryCode};
    else if (request.resetPassword)
        problem = passwordError(request.password);
    if (problem) {
        done(Failure{*problem});
        return;
    }
    if (const auto operation = begin(Operation::Kind::Change, done))
        runSignIn(operation, std::make_shared<SignIn>(std::move(request)), std::move(questions),
                  std::move(progress), std::move(done))
            .detach();
}

Task<void> AccountService::runSignIn(OperationPtr operation, std::shared_ptr<SignIn> request,
                                     SignInQuestions questions, ProgressCallback progress,
                                     Callback<SignedIn> done)
{
    const auto turn = co_await m_turn.take();
    if (operation->isCancelled())
        co_return;
    PendingLogin login(m_parts, this, operation, request, progress);
    auto joined = co_await join(login, operation, request, std::move(questions));
    if (!joined.ok()) {
        m_parts.connection.close();
        if (m_parts.state.profile)
            (void)co_await wipe();
        m_parts.directory.clear();
        finish<SignedIn>(operation, done, Failure{joined.error()});
        co_return;
    }
    Q_EMIT opened();
    m_busy = false;
    m_operation.reset();
    setState(ProfileState::Unlocked);
    if (joined->loggedIn)
        m_parts.session.adoptOpen();
    else
        m_parts.session.start();
    done(std::move(joined->result));
}

Task<Result<AccountService::Joined, ClientError>>
AccountService::join(PendingLogin& login, OperationPtr operation, std::shared_ptr<SignIn> request,
                     SignInQuestions questions)
{
    const Failure cancelled{ClientError{ClientErrorCode::Cancelled}};
    IMPULSE_CO_CHECK(co_await login.begin());
    IMPULSE_CO_TRY(auto root,
                   co_await askForRoot(login, operation, request, std::move(questions.code)));
    login.report(Progress::Syncing);
    m_parts.directory.begin(*login.server().serverId);
    IMPULSE_CO_CHECK(co_await m_parts.directory.fetchLog());
    IMPULSE_CO_TRY(auto lists, co_await m_parts.directory.downloadLists(login.user(), 0));
    JoiningDevice device(m_parts, std::move(root), login.user());
    IMPULSE_CO_CHECK(device.check(std::move(lists)));
    const auto listed = device.devices();
    const auto ask = [question = std::move(questions.devices), listed](auto answer) {
        question(listed, std::move(answer));
    };
    auto waiting = asked<std::vector<DeviceFate>>(operation, ask);
    const auto fates = co_await waiting;
    if (operation->isCancelled() || fates.size() != listed.size())
        co_return cancelled;
    // The answer may have taken longer than the connection lives.
    login.report(Progress::MakingKeys);
    IMPULSE_CO_CHECK(co_await login.ensure());
    if (operation->isCancelled())
        co_return cancelled;
    IMPULSE_CO_CHECK(device.make(fates, login.server(), login.username(), login.keys()));
    auto& account = m_parts.state.account;
    account.recoverySlot = login.recoverySlot();
    account.recoveryAuth = login.recoveryAuth();
    account.passwordParameters = login.parameters();
    Joined joined;
    joined.result.lockedOut = device.lockedOut();
    const auto localKey = device.takeLocalKey();
    joined.result.keychainMissing =
        co_await m_parts.keys.protect(localKey, request->keepSignedIn, login.keys().wrap,
                                      login.parameters(), *m_parts.state.profile);
    if (operation->isCancelled())
        co_return cancelled;
    WriteBatch batch;
    m_parts.state.stageProfile(batch);
    m_parts.state.stageAccount(batch);
    m_parts.state.stageSessions(batch);
    m_parts.directory.stageAll(batch);
    co_await m_parts.state.committed(this, std::move(batch));
    if (operation->isCancelled())
        co_return cancelled;
    operation->makeFinal();
    IMPULSE_CO_TRY(joined.loggedIn, co_await publish(login, device));
    co_return joined;
}

Task<Result<crypto::RootSecret, ClientError>>
AccountService::askForRoot(PendingLogin& login, OperationPtr operation,
                           std::shared_ptr<SignIn> request, CodeQuestion question)
{
    const ClientError wrong{ClientErrorCode::WrongCredentials};
    std::optional<ClientError> problem;
    for (;;) {
        QString code = request->recoveryCode;
        if (!request->resetPassword) {
            const auto ask = [&question, problem](auto answer) {
                question(problem, std::move(answer));
            };
            auto waiting = asked<QString>(operation, ask);
            code = co_await waiting;
        }
        if (operation->isCancelled() || code.isEmpty())
            co_return Failure{ClientError{ClientErrorCode::Cancelled}};
        login.report(Progress::Connecting);
        auto root = co_await login.openRoot(code);
        if (root.ok() && root->has_value())
            co_return std::move(**root);
        problem = root.ok() ? wrong : root.error();
        const bool again = root.ok() || problem->code == ClientErrorCode::MalformedRecoveryCode ||
                           kindOf(*problem) == ErrorKind::Network;
        if (!again || request->resetPassword || operation->isCancelled())
            co_return Failure{*problem};
    }
}

void AccountService::resetPassword(PasswordReset request, ProgressCallback progress,
                                   Callback<void> done)
{
    std::optional<ClientError> problem;
    if (m_state != ProfileState::NoAccount)
        problem = ClientError{ClientErrorCode::WrongState};
    else if (!isUsername(request.username.toLower()))
        problem = ClientError{ClientErrorCode::InvalidUsername};
    else if (request.code.isEmpty() || request.code.size() > longestCode)
        problem = ClientError{ClientErrorCode::WrongCredentials};
    else
        problem = passwordError(request.password);
    if (problem) {
        done(Failure{*problem});
        return;
    }
    if (const auto operation = begin(Operation::Kind::Change, done))
        runReset(operation, std::make_shared<PasswordReset>(std::move(request)),
                 std::move(progress), std::move(done))
            .detach();
}

Task<void> AccountService::runReset(OperationPtr operation, std::shared_ptr<PasswordReset> request,
                                    ProgressCallback progress, Callback<void> done)
{
    const auto turn = co_await m_turn.take();
    if (operation->isCancelled())
        co_return;
    const auto asSignIn = std::make_shared<SignIn>(
        SignIn{request->link, request->username, std::move(request->password), true});
    PendingLogin login(m_parts, this, operation, asSignIn, progress, request->code.toStdString());
    auto set = co_await login.begin();
    if (!operation->isCancelled())
        m_parts.connection.close();
    finish<void>(operation, done, std::move(set));
}

/// True: this device is logged in on the open connection as well.
Task<Result<bool, ClientError>> AccountService::publish(PendingLogin& login, JoiningDevice& device)
{
    auto& connection = m_parts.connection;
    login.report(Progress::Uploading);
    bool published = false;
    for (int attempt = 0; !published && attempt < publishAttempts; ++attempt) {
        const auto answer = co_await connection.request(this, device.request());
        published = answer.ok();
        if (published)
            break;
        if (!answer.error().refusal) {
            // No answer: the list may be published all the same; the device login will tell.
            IMPULSE_CO_CHECK(co_await connection.opened(this, login.server()));
            const auto asDevice = deviceLogin(m_parts.state, connection);
            IMPULSE_CO_CHECK(co_await connection.request(this, asDevice));
            co_return true;
        }
        if (!answer.error().is(protocol::ErrorCode::DirectoryConflict))
            co_return Failure{answer.error().error};
        // Another device published first: the same intent on its list.
        IMPULSE_CO_CHECK(co_await m_parts.directory.fetchLog());
        IMPULSE_CO_TRY(auto newer, co_await m_parts.directory.downloadLists(login.user(), 0));
        IMPULSE_CO_CHECK(device.remake(std::move(newer)));
    }
    if (!published)
        co_return Failure{ClientError{ClientErrorCode::RefusedByServer}};
    const auto asDevice = deviceLogin(m_parts.state, connection);
    const auto answer = co_await connection.request(this, asDevice);
    co_return answer.ok();
}

} // namespace impulse::client
