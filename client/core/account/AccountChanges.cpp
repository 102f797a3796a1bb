#include "client/core/account/AccountService.h"
#include "client/core/state/SecretBridge.h"
#include "client/e2ee/Recovery.h"

namespace impulse::client {

void AccountService::changePassword(Password oldPassword, Password newPassword,
                                    ProgressCallback progress, Callback<void> done)
{
    if (m_state != ProfileState::Unlocked) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    if (const auto problem = passwordError(newPassword)) {
        done(Failure{*problem});
        return;
    }
    if (const auto operation = begin(Operation::Kind::Change, done))
        runChangePassword(operation, std::make_shared<Password>(std::move(oldPassword)),
                          std::make_shared<Password>(std::move(newPassword)), std::move(progress),
                          std::move(done))
            .detach();
}

Task<void> AccountService::runChangePassword(OperationPtr operation,
                                             std::shared_ptr<Password> oldPassword,
                                             std::shared_ptr<Password> newPassword,
                                             ProgressCallback progress, Callback<void> done)
{
    auto& state = m_parts.state;
    const auto fail = [this, &operation, &done](const ClientError& error) {
        finish<void>(operation, done, Failure{error});
    };
    const auto username = QString::fromStdString(state.profile->username);
    const auto pinned = server().serverId.value_or(ServerId());
    protocol::GetPasswordParameters ask;
    ask.username = username.toStdString();
    const auto present = co_await m_parts.connection.request(this, ask);
    if (!present.ok()) {
        fail(present.error().error);
        co_return;
    }
    if (operation->isCancelled())
        co_return;
    report(progress, Progress::Stretching);
    const auto oldKeys = co_await m_parts.keys.stretch(oldPassword, username, pinned, *present);
    if (!oldKeys.ok()) {
        fail(oldKeys.error());
        co_return;
    }
    if (operation->isCancelled())
        co_return;
    const auto parameters = m_parts.keys.newParameters();
    const auto newKeys = co_await m_parts.keys.stretch(newPassword, username, pinned, parameters);
    if (!newKeys.ok()) {
        fail(newKeys.error());
        co_return;
    }
    if (operation->isCancelled())
        co_return;
    operation->makeFinal();
    report(progress, Progress::Uploading);
    protocol::ChangePassword change;
    change.oldAuth = toWire(oldKeys->auth);
    change.password = parameters;
    change.auth = toWire(newKeys->auth);
    const auto answer = co_await m_parts.connection.request(this, change);
    if (!answer.ok() || !state.isLoaded()) {
        fail(answer.ok() ? ClientError{ClientErrorCode::WrongState} : answer.error().error);
        co_return;
    }
    crypto::SystemRng rng;
    // The slots under the old password are sealed anew; one that it does not open stays.
    if (state.account.passwordSlot) {
        auto root = e2ee::openRootSlot(oldKeys->wrap, e2ee::RootSlotKind::Password, state.self(),
                                       *state.account.passwordSlot);
        if (root.ok()) {
            state.account.passwordSlot = e2ee::sealRootSlot(
                rng, newKeys->wrap, e2ee::RootSlotKind::Password, state.self(), *root);
            state.account.rootUpdateOwed =
                std::max(state.account.rootUpdateOwed, RootUpdateOwed::PasswordSlot);
        }
    }
    if (state.profile->slot) {
        state.profile->slot =
            e2ee::sealLocalDataKey(rng, newKeys->wrap, state.self(), state.vault().key());
        state.profile->slotParameters = parameters;
    }
    state.account.passwordParameters = parameters;
    WriteBatch batch;
    state.stageProfile(batch);
    state.stageAccount(batch);
    co_await state.committed(this, std::move(batch));
    tellOwnDevices();
    finish<void>(operation, done, {});
}

void AccountService::createInvite(int uses, std::uint64_t validForMs, Callback<QString> done)
{
    if (m_state != ProfileState::Unlocked) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    runInvite(uses, validForMs, std::move(done)).detach();
}

Task<void> AccountService::runInvite(int uses, std::uint64_t validForMs, Callback<QString> done)
{
    protocol::CreateInvite request;
    request.uses = static_cast<std::uint64_t>(std::max(1, uses));
    request.validForMs = validForMs;
    const auto answer = co_await m_parts.connection.request(this, request);
    if (!answer.ok()) {
        done(Failure{answer.error().error});
        co_return;
    }
    auto link = server();
    link.kind = ServerLink::Kind::Invite;
    link.value = QString::fromStdString(answer->code);
    done(link.toString());
}

void AccountService::deleteAccount(Password password, Callback<void> done)
{
    if (m_state != ProfileState::Unlocked) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    if (const auto operation = begin(Operation::Kind::Change, done))
        runDelete(operation, std::make_shared<Password>(std::move(password)), std::move(done))
            .detach();
}

Task<void> AccountService::runDelete(OperationPtr operation, std::shared_ptr<Password> password,
                                     Callback<void> done)
{
    const auto username = QString::fromStdString(m_parts.state.profile->username);
    const auto pinned = server().serverId.value_or(ServerId());
    protocol::GetPasswordParameters ask;
    ask.username = username.toStdString();
    const auto parameters = co_await m_parts.connection.request(this, ask);
    if (operation->isCancelled())
        co_return;
    Result<void, ClientError> result;
    if (!parameters.ok()) {
        result = Failure{parameters.error().error};
    } else {
        const auto keys = co_await m_parts.keys.stretch(password, username, pinned, *parameters);
        if (operation->isCancelled())
            co_return;
        if (!keys.ok()) {
            result = Failure{keys.error()};
        } else {
            operation->makeFinal();
            protocol::DeleteAccount request;
            request.auth = toWire(keys->auth);
            const auto answer = co_await m_parts.connection.request(this, request);
            if (!answer.ok())
                result = Failure{answer.error().error};
        }
    }
    if (result.ok()) {
        result = co_await wipe();
        setState(ProfileState::NoAccount);
    }
    finish(operation, done, std::move(result));
}

} // namespace impulse::client
