#include "client/core/account/AccountService.h"

/// How an account leaves this computer: locked for a while, removed by another device, signed out.
namespace impulse::client {

void AccountService::lock(Callback<void> done)
{
    if (m_state != ProfileState::Unlocked || !m_parts.state.profile->slot) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    if (begin(done))
        runLock(std::move(done)).detach();
}

Task<void> AccountService::runLock(Callback<void> done)
{
    m_parts.session.stop();
    // Everything that was begun is written before the keys go.
    WriteBatch none;
    co_await m_parts.state.committed(this, std::move(none));
    const auto profile = m_parts.state.profile;
    Q_EMIT closing();
    m_parts.directory.clear();
    m_parts.state.clear();
    m_parts.state.profile = profile;
    m_busy = false;
    setState(ProfileState::Locked);
    done({});
}

Task<Result<void, ClientError>> AccountService::wipe()
{
    m_parts.session.stop();
    WriteBatch none;
    co_await m_parts.state.committed(this, std::move(none));
    Q_EMIT closing();
    m_parts.directory.clear();
    m_parts.state.clear();
    using Wiped = Result<void, StoreError>;
    auto waiting = answerOf<Wiped>(this, [this](std::function<void(Wiped)> ready) {
        m_parts.state.store().wipe(std::move(ready));
    });
    const auto wiped = co_await waiting;
    co_await m_parts.keys.forget();
    if (!wiped.ok())
        co_return Failure{clientErrorOf(wiped.error())};
    co_return Result<void, ClientError>();
}

Task<void> AccountService::checkRemoval()
{
    auto& session = m_parts.session;
    const auto checked = co_await m_parts.directory.checkOwn();
    // Otherwise the lists have decided, or the connection is being made anew.
    if (session.state() != ConnectionState::Connecting)
        co_return;
    const bool network = !checked.ok() && kindOf(checked.error()) == ErrorKind::Network;
    // A restored server that has lost this device does not let it read why; another own one helps.
    const auto otherwise = m_parts.directory.isUnsettled() ? ClientErrorCode::ServerUnavailable
                                                           : ClientErrorCode::DeviceRemoved;
    session.fail(network ? checked.error() : ClientError{otherwise});
}

void AccountService::takeRemoval(bool lockedOut)
{
    auto& state = m_parts.state;
    if (m_state != ProfileState::Unlocked || state.profile->removed)
        return;
    // Says why to whoever waits for the connection.
    m_parts.session.fail({ClientErrorCode::DeviceRemoved});
    if (lockedOut) {
        Q_EMIT securityWarning(tr("This device was declared lost or stolen, so the account was "
                                  "removed from it."),
                               true);
        m_busy = true;
        runSignOut({}).detach();
        return;
    }
    // Any unlocked device can make such a list: the history stays, what could speak for the
    // account goes.
    state.profile->removed = true;
    state.account.accountSeed = {};
    state.sessions().forgetAll();
    WriteBatch batch;
    state.stageProfile(batch);
    state.stageAccount(batch);
    state.stageSessions(batch);
    state.commit(std::move(batch));
    setState(ProfileState::Removed);
}

Task<void> AccountService::discardUnregistered()
{
    m_busy = true;
    (void)co_await wipe();
    m_busy = false;
    setState(ProfileState::NoAccount);
}

void AccountService::signOut(Callback<void> done)
{
    if (m_state == ProfileState::NoAccount || m_state == ProfileState::Closed) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    if (begin(done))
        runSignOut(std::move(done)).detach();
}

Task<void> AccountService::runSignOut(Callback<void> done)
{
    auto wiped = co_await wipe();
    m_busy = false;
    setState(ProfileState::NoAccount);
    if (done)
        done(std::move(wiped));
}

} // namespace impulse::client
