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
    if (begin(done))
        runRegister(std::make_shared<Registration>(std::move(registration)), std::move(progress),
                    std::move(done))
            .detach();
}

Task<void> AccountService::runRegister(std::shared_ptr<Registration> registration,
                                       ProgressCallback progress, Callback<Registered> done)
{
    const auto fail = [this, &done](const ClientError& error) {
        m_busy = false;
        m_parts.connection.close();
        done(Failure{error});
    };
    report(progress, Progress::Connecting);
    auto server = registration->link;
    const auto connected = co_await connectTo(server);
    if (!connected.ok()) {
        fail(connected.error());
        co_return;
    }
    server.serverId = m_parts.connection.hello().serverId;
    report(progress, Progress::Stretching);
    const auto parameters = m_parts.keys.newParameters();
    const auto shared = std::make_shared<Password>(std::move(registration->password));
    const auto username = registration->username.toLower();
    const auto keys = co_await m_parts.keys.stretch(shared, username, *server.serverId, parameters);
    if (!keys.ok()) {
        fail(keys.error());
        co_return;
    }
    report(progress, Progress::MakingKeys);
    NewAccount account(m_parts);
    const auto made = account.make(*registration, server, parameters, *keys);
    if (!made.ok()) {
        m_parts.state.clear();
        fail(made.error());
        co_return;
    }
    const auto localKey = account.takeLocalKey();
    Registered result;
    result.recoveryCode = account.recoveryCode();
    result.keychainMissing = co_await m_parts.keys.protect(
        localKey, registration->keepSignedIn, keys->wrap, parameters, *m_parts.state.profile);
    // The keys are on the disk before the server knows the name.
    WriteBatch batch;
    account.stage(batch);
    co_await m_parts.state.committed(this, std::move(batch));
    report(progress, Progress::Uploading);
    const auto answer = co_await m_parts.connection.request(this, account.request());
    ClientError error;
    bool registered = answer.ok();
    if (!registered) {
        error = answer.error().error;
        // No answer: the account may exist all the same.
        if (!answer.error().refusal && (co_await connectTo(server)).ok()) {
            const auto login = deviceLogin(m_parts.state, m_parts.connection);
            registered = (co_await m_parts.connection.request(this, login)).ok();
        }
    }
    if (!registered) {
        co_await wipe();
        fail(error);
        co_return;
    }
    report(progress, Progress::Syncing);
    Q_EMIT opened();
    m_busy = false;
    setState(ProfileState::Unlocked);
    m_parts.session.adoptOpen();
    done(std::move(result));
}

void AccountService::confirmRecoveryCode()
{
    if (!m_parts.state.profile)
        return;
    m_parts.state.profile->recoveryConfirmed = true;
    WriteBatch batch;
    m_parts.state.stageProfile(batch);
    m_parts.state.commit(std::move(batch));
}

} // namespace impulse::client
