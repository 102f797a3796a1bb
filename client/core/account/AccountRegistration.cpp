#include "client/core/account/AccountService.h"
#include "client/core/account/NewAccount.h"

namespace impulse::client {

std::optional<ClientError> passwordError(const Password& password)
{
    const auto text =
        QString::fromUtf8(password.utf8().data(), static_cast<qsizetype>(password.utf8().size()));
    const auto problem = passwordProblem(text);
    if (!problem)
        return std::nullopt;
    return ClientError{*problem == PasswordProblem::TooShort ? ClientErrorCode::PasswordTooShort
                                                             : ClientErrorCode::PasswordTooCommon};
}

void AccountService::registerAccount(Registration registration, ProgressCallback progress,
                                     Callback<Registered> done)
{
    std::optional<ClientError> problem;
    if (m_state != ProfileState::NoAccount)
        problem = ClientError{ClientErrorCode::WrongState};
    else if (!isUsername(registration.username.toLower()))
        problem = ClientError{ClientErrorCode::InvalidUsername};
    else
        problem = passwordError(registration.password);
    if (problem) {
        done(Failure{*problem});
        return;
    }
    if (const auto operation = begin(Operation::Kind::Change, done))
        runRegister(operation, std::make_shared<Registration>(std::move(registration)),
                    std::move(progress), std::move(done))
            .detach();
}

Task<void> AccountService::runRegister(OperationPtr operation,
                                       std::shared_ptr<Registration> registration,
                                       ProgressCallback progress, Callback<Registered> done)
{
    const auto turn = co_await m_turn.take();
    if (operation->isCancelled())
        co_return;
    auto made = co_await makeAccount(operation, std::move(registration), progress);
    if (!made.ok()) {
        // The keys may be on the disk already.
        if (m_parts.state.profile)
            (void)co_await wipe();
        m_parts.connection.close();
        finish(operation, done, std::move(made));
        co_return;
    }
    report(progress, Progress::Syncing);
    Q_EMIT opened();
    m_busy = false;
    m_operation.reset();
    setState(ProfileState::Unlocked);
    m_parts.session.adoptOpen();
    done(std::move(made));
}

Task<Result<Registered, ClientError>>
AccountService::makeAccount(OperationPtr operation, std::shared_ptr<Registration> registration,
                            ProgressCallback progress)
{
    const Failure cancelled{ClientError{ClientErrorCode::Cancelled}};
    auto server = registration->link;
    report(progress, Progress::Connecting);
    IMPULSE_CO_CHECK(co_await m_parts.connection.opened(this, server));
    server.serverId = m_parts.connection.hello().serverId;
    report(progress, Progress::Stretching);
    const auto parameters = m_parts.keys.newParameters();
    const auto shared = std::make_shared<Password>(std::move(registration->password));
    const auto username = registration->username.toLower();
    const auto keys = co_await m_parts.keys.stretch(shared, username, *server.serverId, parameters);
    if (operation->isCancelled())
        co_return cancelled;
    if (!keys.ok())
        co_return Failure{keys.error()};
    report(progress, Progress::MakingKeys);
    NewAccount account(m_parts);
    IMPULSE_CO_CHECK(account.make(*registration, server, parameters, *keys));
    const auto localKey = account.takeLocalKey();
    Registered result;
    result.recoveryCode = account.recoveryCode();
    result.keychainMissing = co_await m_parts.keys.protect(
        localKey, registration->keepSignedIn, keys->wrap, parameters, *m_parts.state.profile);
    if (operation->isCancelled())
        co_return cancelled;
    // The keys are on the disk before the server knows the name.
    WriteBatch batch;
    account.stage(batch);
    co_await m_parts.state.committed(this, std::move(batch));
    if (operation->isCancelled())
        co_return cancelled;
    operation->makeFinal();
    report(progress, Progress::Uploading);
    const auto answer = co_await m_parts.connection.request(this, account.request());
    if (answer.ok())
        co_return result;
    // No answer: the account may exist all the same.
    if (!answer.error().refusal && (co_await m_parts.connection.opened(this, server)).ok()) {
        const auto login = deviceLogin(m_parts.state, m_parts.connection);
        if ((co_await m_parts.connection.request(this, login)).ok())
            co_return result;
    }
    co_return Failure{answer.error().error};
}

} // namespace impulse::client
