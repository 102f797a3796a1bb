#include "client/core/account/AccountService.h"
#include "client/core/account/RootUpdate.h"

namespace impulse::client {

AccountService::AccountService(const AccountParts& parts, QObject* parent)
    : Accounts(parent), m_parts(parts)
{
    connect(&parts.state.store(), &ClientStore::trouble, this,
            [this](StoreError error) { Q_EMIT storageTrouble(true, clientErrorOf(error).code); });
    connect(&parts.state.store(), &ClientStore::recovered, this,
            [this] { Q_EMIT storageTrouble(false, ClientErrorCode::StorageUnavailable); });
    connect(&parts.directory, &DirectoryKeeper::warning, this, &Accounts::securityWarning);
    connect(&parts.directory, &DirectoryKeeper::ownDeviceRemoved, this,
            &AccountService::takeRemoval);
    connect(&parts.session, &ServerSession::removalClaimed, this,
            [this] { checkRemoval().detach(); });
    connect(&parts.session, &Connection::changed, this, [this] {
        if (m_parts.session.state() == ConnectionState::Online)
            tellOwnDevices();
    });
    connect(&parts.session, &ServerSession::loggedIn, this, [this] {
        auto& profile = m_parts.state.profile;
        if (!profile || profile->registered)
            return;
        profile->registered = true;
        WriteBatch batch;
        m_parts.state.stageProfile(batch);
        m_parts.state.commit(std::move(batch));
    });
    connect(&parts.session, &Connection::changed, this, [this] {
        const auto& profile = m_parts.state.profile;
        // The registration never reached the server: the name is still free.
        if (!m_busy && profile && !profile->registered &&
            m_parts.session.state() == ConnectionState::Offline &&
            m_parts.session.lastError().code == ClientErrorCode::WrongCredentials)
            discardUnregistered().detach();
    });
}

AccountService::~AccountService()
{
    // A coroutine that waits for a person is kept by its operation.
    if (m_operation)
        m_operation->questionClosed();
}

QString AccountService::username() const
{
    const auto& profile = m_parts.state.profile;
    return profile ? QString::fromStdString(profile->username) : QString();
}

UserId AccountService::userId() const
{
    return m_parts.state.profile ? m_parts.state.profile->userId : UserId();
}

DeviceId AccountService::deviceId() const
{
    return m_parts.state.profile ? m_parts.state.profile->deviceId : DeviceId();
}

ServerLink AccountService::server() const
{
    if (!m_parts.state.profile)
        return {};
    const auto link = ServerLink::parse(QString::fromStdString(m_parts.state.profile->server));
    return link.ok() ? *link : ServerLink();
}

bool AccountService::recoveryConfirmed() const
{
    return m_parts.state.profile && m_parts.state.profile->recoveryConfirmed;
}

void AccountService::setState(ProfileState state)
{
    if (m_state == state)
        return;
    m_state = state;
    Q_EMIT stateChanged();
}

ProfileState AccountService::lockedState() const
{
    return m_parts.state.profile->removed ? ProfileState::Removed : ProfileState::Unlocked;
}

void AccountService::open(Callback<ProfileState> done)
{
    if (begin(done))
        runOpen(std::move(done)).detach();
}

Task<void> AccountService::runOpen(Callback<ProfileState> done)
{
    using Opened = Result<void, StoreError>;
    auto waiting = answerOf<Opened>(this, [this](std::function<void(Opened)> ready) {
        m_parts.state.store().open(std::move(ready));
    });
    const auto opened = co_await waiting;
    Result<void, ClientError> result;
    if (!opened.ok())
        result = Failure{clientErrorOf(opened.error())};
    else
        result = co_await m_parts.state.loadProfile();
    if (!result.ok()) {
        m_busy = false;
        if (result.error().code != ClientErrorCode::NotFound) {
            done(Failure{result.error()});
            co_return;
        }
        setState(ProfileState::NoAccount);
        done(m_state);
        co_return;
    }
    if (m_parts.state.profile->slot) {
        m_busy = false;
        setState(ProfileState::Locked);
        done(m_state);
        co_return;
    }
    auto key = co_await m_parts.keys.fromKeychain();
    if (key.ok())
        result = co_await load(std::move(key).value());
    else
        result = Failure{key.error()};
    m_busy = false;
    if (!result.ok()) {
        done(Failure{result.error()});
        co_return;
    }
    done(m_state);
}

Task<Result<void, ClientError>> AccountService::load(e2ee::LocalDataKey key)
{
    m_parts.state.vault().open(std::move(key));
    auto result = co_await m_parts.state.load();
    if (result.ok())
        result = co_await m_parts.directory.load();
    if (!result.ok()) {
        m_parts.state.vault().close();
        co_return result;
    }
    Q_EMIT opened();
    setState(lockedState());
    if (m_state == ProfileState::Unlocked)
        m_parts.session.start();
    co_return Result<void, ClientError>();
}

bool AccountService::cancel()
{
    if (!m_operation || m_operation->kind() == Operation::Kind::Check || m_operation->isFinal())
        return false;
    endOperation();
    return true;
}

void AccountService::endOperation()
{
    const auto operation = std::exchange(m_operation, nullptr);
    m_busy = false;
    operation->cancel();
    // Before there is an account, the connection is the operation's; what waits for it ends here.
    if (m_state == ProfileState::NoAccount)
        m_parts.connection.close();
    operation->tellCancelled();
}

void AccountService::unlock(Password password, Callback<void> done)
{
    if (m_state != ProfileState::Locked) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    if (const auto operation = begin(Operation::Kind::Change, done))
        runUnlock(operation, std::make_shared<Password>(std::move(password)), std::move(done))
            .detach();
}

Task<void> AccountService::runUnlock(OperationPtr operation, std::shared_ptr<Password> password,
                                     Callback<void> done)
{
    const auto pinned = server().serverId.value_or(ServerId());
    const auto keys = co_await m_parts.keys.stretch(password, username(), pinned,
                                                    *m_parts.state.profile->slotParameters);
    if (operation->isCancelled())
        co_return;
    operation->makeFinal();
    Result<void, ClientError> result;
    if (!keys.ok()) {
        result = Failure{keys.error()};
    } else {
        const auto& profile = *m_parts.state.profile;
        auto key = e2ee::openLocalDataKey(keys->wrap, profile.userId, *profile.slot);
        if (key.ok())
            result = co_await load(std::move(key).value());
        else
            result = Failure{ClientError{ClientErrorCode::WrongCredentials}};
    }
    finish(operation, done, std::move(result));
}

void AccountService::checkServer(const ServerLink& link, Callback<ServerInfo> done)
{
    if (m_state != ProfileState::NoAccount) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    if (const auto operation = begin(Operation::Kind::Check, done))
        runCheckServer(operation, link, std::move(done)).detach();
}

Task<void> AccountService::runCheckServer(OperationPtr operation, ServerLink link,
                                          Callback<ServerInfo> done)
{
    const auto turn = co_await m_turn.take();
    if (operation->isCancelled())
        co_return;
    const auto connected = co_await m_parts.connection.opened(this, link);
    if (!connected.ok()) {
        finish<ServerInfo>(operation, done, Failure{connected.error()});
        co_return;
    }
    ServerInfo info;
    info.link = link;
    info.serverId = m_parts.connection.hello().serverId;
    info.registration = static_cast<int>(m_parts.connection.hello().registration);
    info.pinned = link.serverId.has_value();
    m_parts.connection.close();
    finish<ServerInfo>(operation, done, info);
}

void AccountService::checkUsername(const ServerLink& link, const QString& username,
                                   Callback<bool> done)
{
    if (m_state != ProfileState::NoAccount || !isUsername(username.toLower())) {
        done(Failure{ClientError{m_state == ProfileState::NoAccount
                                     ? ClientErrorCode::InvalidUsername
                                     : ClientErrorCode::WrongState}});
        return;
    }
    if (const auto operation = begin(Operation::Kind::Check, done))
        runCheckUsername(operation, link, username.toLower(), std::move(done)).detach();
}

Task<void> AccountService::runCheckUsername(OperationPtr operation, ServerLink link,
                                            QString username, Callback<bool> done)
{
    const auto turn = co_await m_turn.take();
    if (operation->isCancelled())
        co_return;
    const auto connected = co_await m_parts.connection.opened(this, link);
    if (!connected.ok()) {
        finish<bool>(operation, done, Failure{connected.error()});
        co_return;
    }
    protocol::CheckUsername request;
    request.username = username.toStdString();
    if (link.kind == ServerLink::Kind::Invite)
        request.invite = link.value.toStdString();
    const auto answer = co_await m_parts.connection.request(this, request);
    m_parts.connection.close();
    if (answer.ok())
        finish<bool>(operation, done, answer->available);
    else
        finish<bool>(operation, done, Failure{answer.error().error});
}

void AccountService::tellOwnDevices()
{
    auto& state = m_parts.state;
    if (!state.isLoaded() || state.account.rootUpdateOwed == RootUpdateOwed::None)
        return;
    WriteBatch batch;
    stageRootUpdate(batch, state, m_parts.outbox);
    state.commit(std::move(batch), [outbox = QPointer<Outbox>(&m_parts.outbox)] {
        if (outbox)
            outbox->run();
    });
}

} // namespace impulse::client
