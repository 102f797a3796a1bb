#include "client/core/account/AccountService.h"
#include "client/core/state/SecretBridge.h"
#include "client/e2ee/Recovery.h"

namespace impulse::client {

void AccountService::confirmRecoveryCode()
{
    setRecoveryConfirmed(true);
}

void AccountService::setRecoveryConfirmed(bool confirmed)
{
    if (!m_parts.state.profile)
        return;
    m_parts.state.profile->recoveryConfirmed = confirmed;
    WriteBatch batch;
    m_parts.state.stageProfile(batch);
    m_parts.state.commit(std::move(batch));
    Q_EMIT recoveryChanged();
}

void AccountService::newRecoveryCode(Password password, ProgressCallback progress,
                                     Callback<QString> done)
{
    if (m_state != ProfileState::Unlocked) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    if (const auto operation = begin(Operation::Kind::Change, done))
        runNewCode(operation, std::make_shared<Password>(std::move(password)), std::move(progress),
                   std::move(done))
            .detach();
}

Task<void> AccountService::runNewCode(OperationPtr operation, std::shared_ptr<Password> password,
                                      ProgressCallback progress, Callback<QString> done)
{
    auto code = co_await replaceCode(operation, std::move(password), std::move(progress));
    finish(operation, done, std::move(code));
}

Task<Result<QString, ClientError>> AccountService::replaceCode(OperationPtr operation,
                                                               std::shared_ptr<Password> password,
                                                               ProgressCallback progress)
{
    const Failure cancelled{ClientError{ClientErrorCode::Cancelled}};
    auto& state = m_parts.state;
    const auto pinned = server().serverId.value_or(ServerId());
    protocol::GetPasswordParameters ask;
    ask.username = state.profile->username;
    IMPULSE_CO_TRY(const auto parameters, co_await m_parts.connection.request(this, ask));
    if (operation->isCancelled() || !state.isLoaded())
        co_return cancelled;
    report(progress, Progress::Stretching);
    const auto keys = co_await m_parts.keys.stretch(password, username(), pinned, parameters);
    if (operation->isCancelled() || !state.isLoaded())
        co_return cancelled;
    if (!keys.ok())
        co_return Failure{keys.error()};
    crypto::SystemRng rng;
    const auto secret = e2ee::makeRecoverySecret(rng);
    const auto recovery = e2ee::recoveryKeys(secret);
    protocol::ReplaceRecovery replace;
    replace.auth = toWire(keys->auth);
    replace.recoveryAuth = toWire(recovery.auth);
    std::optional<Bytes> slot;
    if (state.account.passwordSlot) {
        const auto root = e2ee::openRootSlot(keys->wrap, e2ee::RootSlotKind::Password, state.self(),
                                             *state.account.passwordSlot);
        if (root.ok())
            slot = e2ee::sealRootSlot(rng, recovery.key, e2ee::RootSlotKind::Recovery, state.self(),
                                      *root);
    }
    if (!slot) {
        // A wrong password, or a right one under which nothing is sealed here? No request only
        // checks a password; setting the same one again does.
        protocol::ChangePassword same;
        same.oldAuth = replace.auth;
        same.password = parameters;
        same.auth = replace.auth;
        IMPULSE_CO_CHECK(co_await m_parts.connection.request(this, same));
        co_return Failure{ClientError{ClientErrorCode::RootNotHere}};
    }
    replace.rootSlot = std::move(*slot);
    operation->makeFinal();
    report(progress, Progress::Uploading);
    // Before the server is asked: if the answer is lost, nobody has the code that counts.
    const bool wasConfirmed = recoveryConfirmed();
    setRecoveryConfirmed(false);
    const auto answer = co_await m_parts.connection.request(this, replace);
    if (!answer.ok()) {
        if (answer.error().refusal)
            setRecoveryConfirmed(wasConfirmed);
        co_return Failure{answer.error().error};
    }
    if (state.isLoaded()) {
        state.account.recoverySlot = replace.rootSlot;
        state.account.recoveryAuth = replace.recoveryAuth;
        WriteBatch batch;
        state.stageAccount(batch);
        state.commit(std::move(batch));
    }
    co_return QString::fromStdString(e2ee::recoveryCode(secret));
}

} // namespace impulse::client
