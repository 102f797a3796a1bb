#include "client/core/account/AccountService.h"
#include "client/core/state/SecretBridge.h"
#include "client/e2ee/Profile.h"
#include "client/e2ee/Recovery.h"

/// The own account at a server that was put back from a backup (encryption.md 8.3).
namespace impulse::client {

namespace {

/// The profile as it is here, under a key that nobody has if this device was not told the key.
Result<Bytes, ClientError> sealedProfile(const LocalState& state)
{
    const auto& account = state.account;
    e2ee::Profile profile;
    profile.name = account.displayName;
    profile.status = account.statusText;
    profile.about = account.about;
    crypto::SystemRng rng;
    const auto key = account.hasProfileKey ? fromWire<e2ee::ProfileKey>(account.profileKey)
                                           : crypto::random<e2ee::ProfileKey>(rng);
    const auto version = std::max<std::uint64_t>(1, account.profileVersion);
    const auto content = e2ee::writeProfile(profile);
    if (!content.ok())
        return Failure{ClientError{ClientErrorCode::Internal}};
    auto blob =
        e2ee::sealProfile(rng, key, state.self(), static_cast<std::uint32_t>(version), *content);
    if (!blob.ok())
        return Failure{ClientError{ClientErrorCode::Internal}};
    return std::move(blob).value();
}

} // namespace

void AccountService::confirmRestore(Callback<void> done)
{
    const auto& session = m_parts.session;
    if (m_state != ProfileState::Unlocked || session.state() != ConnectionState::Stopped ||
        session.lastError().code != ClientErrorCode::RestoreUnconfirmed ||
        !m_parts.restore.isConflict()) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    m_parts.restore.confirm();
    done({});
}

void AccountService::comeBack(Password password, ProgressCallback progress, Callback<void> done)
{
    const auto& session = m_parts.session;
    if (m_state != ProfileState::Unlocked || session.state() != ConnectionState::Stopped ||
        session.lastError().code != ClientErrorCode::AccountNotRestored) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    if (const auto operation = begin(Operation::Kind::Change, done))
        runComeBack(operation, std::make_shared<Password>(std::move(password)), std::move(progress),
                    std::move(done))
            .detach();
}

Task<void> AccountService::runComeBack(OperationPtr operation, std::shared_ptr<Password> password,
                                       ProgressCallback progress, Callback<void> done)
{
    auto back = co_await registerAgain(operation, std::move(password), progress);
    if (operation->isCancelled())
        co_return;
    if (!back.ok()) {
        m_parts.connection.close();
        finish(operation, done, std::move(back));
        co_return;
    }
    report(progress, Progress::Syncing);
    m_busy = false;
    m_operation.reset();
    m_parts.session.adoptOpen();
    done({});
}

Task<Result<void, ClientError>> AccountService::registerAgain(OperationPtr operation,
                                                              std::shared_ptr<Password> password,
                                                              ProgressCallback progress)
{
    const Failure cancelled{ClientError{ClientErrorCode::Cancelled}};
    auto& state = m_parts.state;
    const auto& account = state.account;
    if (!account.recoverySlot || !account.recoveryAuth || !account.passwordParameters ||
        !account.passwordSlot)
        co_return Failure{ClientError{ClientErrorCode::RootNotHere}};
    report(progress, Progress::Stretching);
    const auto pinned = server().serverId.value_or(ServerId());
    const auto parameters = *account.passwordParameters;
    const auto keys = co_await m_parts.keys.stretch(password, username(), pinned, parameters);
    if (operation->isCancelled() || !state.isLoaded())
        co_return cancelled;
    if (!keys.ok())
        co_return Failure{keys.error()};
    // With another one nobody could open what the own devices keep.
    if (!e2ee::openRootSlot(keys->wrap, e2ee::RootSlotKind::Password, state.self(),
                            *account.passwordSlot)
             .ok())
        co_return Failure{ClientError{ClientErrorCode::WrongCredentials}};
    report(progress, Progress::Connecting);
    IMPULSE_CO_CHECK(co_await m_parts.connection.opened(this, server()));
    if (operation->isCancelled() || !state.isLoaded())
        co_return cancelled;
    const auto login = deviceLogin(state, m_parts.connection);
    protocol::RegisterAgain request;
    request.username = state.profile->username;
    request.userId = login.userId;
    request.deviceId = login.deviceId;
    request.signature = login.signature;
    request.password = parameters;
    request.auth = toWire(keys->auth);
    request.rootSlot = *account.recoverySlot;
    request.recoveryAuth = *account.recoveryAuth;
    request.lists = m_parts.directory.ownLists();
    IMPULSE_CO_TRY(request.profile, sealedProfile(state));
    operation->makeFinal();
    report(progress, Progress::Uploading);
    IMPULSE_CO_CHECK(co_await m_parts.connection.request(this, request));
    co_return Result<void, ClientError>();
}

} // namespace impulse::client
