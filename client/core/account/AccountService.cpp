#include "client/core/account/AccountService.h"

#include "client/core/account/NewAccount.h"
#include "client/core/state/SecretBridge.h"

namespace impulse::client {

namespace {

void report(const ProgressCallback& progress, Progress step)
{
    if (progress)
        progress(step);
}

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

} // namespace

AccountService::AccountService(const AccountParts& parts, QObject* parent)
    : Accounts(parent), m_parts(parts)
{
    connect(&parts.state.store(), &ClientStore::trouble, this,
            [this](StoreError error) { Q_EMIT storageTrouble(true, clientErrorOf(error).code); });
    connect(&parts.state.store(), &ClientStore::recovered, this,
            [this] { Q_EMIT storageTrouble(false, ClientErrorCode::StorageUnavailable); });
    connect(&parts.directory, &DirectoryKeeper::warning, this, &Accounts::securityWarning);
    connect(&parts.directory, &DirectoryKeeper::ownDeviceRemoved, this, [this](bool lockedOut) {
        m_parts.session.stop();
        if (lockedOut) {
            runSignOut({}).detach();
            return;
        }
        m_parts.state.profile->removed = true;
        WriteBatch batch;
        m_parts.state.stageProfile(batch);
        m_parts.state.commit(std::move(batch));
        setState(ProfileState::Removed);
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

template <class T> bool AccountService::begin(const Callback<T>& done)
{
    if (m_busy) {
        done(Failure{ClientError{ClientErrorCode::Busy}});
        return false;
    }
    m_busy = true;
    return true;
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

void AccountService::unlock(Password password, Callback<void> done)
{
    if (m_state != ProfileState::Locked) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    if (begin(done))
        runUnlock(std::make_shared<Password>(std::move(password)), std::move(done)).detach();
}

Task<void> AccountService::runUnlock(std::shared_ptr<Password> password, Callback<void> done)
{
    const auto& profile = *m_parts.state.profile;
    const auto pinned = server().serverId.value_or(ServerId());
    const auto keys =
        co_await m_parts.keys.stretch(password, username(), pinned, *profile.slotParameters);
    Result<void, ClientError> result;
    if (!keys.ok()) {
        result = Failure{keys.error()};
    } else {
        auto key = e2ee::openLocalDataKey(keys->wrap, profile.userId, *profile.slot);
        if (key.ok())
            result = co_await load(std::move(key).value());
        else
            result = Failure{ClientError{ClientErrorCode::WrongCredentials}};
    }
    m_busy = false;
    done(std::move(result));
}

Task<Result<void, ClientError>> AccountService::connectTo(ServerLink link)
{
    using Opened = Result<void, ClientError>;
    auto waiting = answerOf<Opened>(this, [this, link](std::function<void(Opened)> ready) {
        m_parts.connection.open(link, link.serverId, std::move(ready));
    });
    co_return co_await waiting;
}

void AccountService::checkServer(const ServerLink& link, Callback<ServerInfo> done)
{
    if (m_state != ProfileState::NoAccount) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    if (begin(done))
        runCheckServer(link, std::move(done)).detach();
}

Task<void> AccountService::runCheckServer(ServerLink link, Callback<ServerInfo> done)
{
    const auto connected = co_await connectTo(link);
    m_busy = false;
    if (!connected.ok()) {
        done(Failure{connected.error()});
        co_return;
    }
    ServerInfo info;
    info.link = link;
    info.serverId = m_parts.connection.hello().serverId;
    info.registration = static_cast<int>(m_parts.connection.hello().registration);
    info.pinned = link.serverId.has_value();
    m_parts.connection.close();
    done(info);
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
    if (begin(done))
        runCheckUsername(link, username.toLower(), std::move(done)).detach();
}

Task<void> AccountService::runCheckUsername(ServerLink link, QString username, Callback<bool> done)
{
    const auto connected = co_await connectTo(link);
    if (!connected.ok()) {
        m_busy = false;
        done(Failure{connected.error()});
        co_return;
    }
    protocol::CheckUsername request;
    request.username = username.toStdString();
    if (link.kind == ServerLink::Kind::Invite)
        request.invite = link.value.toStdString();
    const auto answer = co_await m_parts.connection.request(this, request);
    m_parts.connection.close();
    m_busy = false;
    if (answer.ok())
        done(answer->available);
    else
        done(Failure{answer.error().error});
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

void AccountService::signIn(SignIn request, DevicesQuestion question, ProgressCallback progress,
                            Callback<SignedIn> done)
{
    std::optional<ClientError> problem;
    if (m_state != ProfileState::NoAccount)
        problem = ClientError{ClientErrorCode::WrongState};
    else if (!isUsername(request.username.toLower()))
        problem = ClientError{ClientErrorCode::InvalidUsername};
    else if (!e2ee::parseRecoveryCode(request.recoveryCode.toStdString()).ok())
        problem = ClientError{ClientErrorCode::MalformedRecoveryCode};
    else if (request.resetPassword)
        problem = passwordError(request.password);
    if (problem) {
        done(Failure{*problem});
        return;
    }
    if (begin(done))
        runSignIn(std::make_shared<SignIn>(std::move(request)), std::move(question),
                  std::move(progress), std::move(done))
            .detach();
}

Task<void> AccountService::runSignIn(std::shared_ptr<SignIn> request, DevicesQuestion question,
                                     ProgressCallback progress, Callback<SignedIn> done)
{
    const auto fail = [this, &done](const ClientError& error) {
        m_busy = false;
        m_parts.connection.close();
        m_parts.directory.clear();
        m_parts.state.clear();
        done(Failure{error});
    };
    auto& connection = m_parts.connection;
    report(progress, Progress::Connecting);
    auto server = request->link;
    const auto connected = co_await connectTo(server);
    if (!connected.ok()) {
        fail(connected.error());
        co_return;
    }
    server.serverId = connection.hello().serverId;
    const auto username = request->username.toLower();
    const auto recovery = e2ee::recoveryKeys(
        std::move(e2ee::parseRecoveryCode(request->recoveryCode.toStdString())).value());
    const auto shared = std::make_shared<Password>(std::move(request->password));

    protocol::PasswordParameters parameters = m_parts.keys.newParameters();
    if (!request->resetPassword) {
        protocol::GetPasswordParameters ask;
        ask.username = username.toStdString();
        const auto answer = co_await connection.request(this, ask);
        if (!answer.ok()) {
            fail(answer.error().error);
            co_return;
        }
        parameters = *answer;
    }
    report(progress, Progress::Stretching);
    const auto keys = co_await m_parts.keys.stretch(shared, username, *server.serverId, parameters);
    if (!keys.ok()) {
        fail(keys.error());
        co_return;
    }
    UserId user;
    if (request->resetPassword) {
        protocol::RecoveryLogin login;
        login.username = username.toStdString();
        login.recoveryAuth = toWire(recovery.auth);
        const auto answer = co_await connection.request(this, login);
        if (!answer.ok()) {
            fail(answer.error().error);
            co_return;
        }
        user = answer->userId;
        protocol::ChangePassword change;
        change.password = parameters;
        change.auth = toWire(keys->auth);
        const auto changed = co_await connection.request(this, change);
        if (!changed.ok()) {
            fail(changed.error().error);
            co_return;
        }
    } else {
        protocol::PasswordLogin login;
        login.username = username.toStdString();
        login.auth = toWire(keys->auth);
        const auto answer = co_await connection.request(this, login);
        if (!answer.ok()) {
            fail(answer.error().error);
            co_return;
        }
        user = answer->userId;
    }
    protocol::GetRootSlot askSlot;
    const auto slot = co_await connection.request(this, askSlot);
    if (!slot.ok()) {
        fail(slot.error().error);
        co_return;
    }
    auto root = e2ee::openRootSlot(recovery.key, e2ee::RootSlotKind::Recovery, user, slot->slot);
    if (!root.ok()) {
        fail({ClientErrorCode::WrongCredentials});
        co_return;
    }
    report(progress, Progress::Syncing);
    m_parts.directory.begin(*server.serverId);
    const auto log = co_await m_parts.directory.fetchLog();
    if (!log.ok()) {
        fail(log.error());
        co_return;
    }
    auto lists = co_await m_parts.directory.downloadLists(user, 0);
    if (!lists.ok()) {
        fail(lists.error());
        co_return;
    }
    JoiningDevice device(m_parts, std::move(root).value(), user);
    const auto checked = device.check(std::move(lists).value());
    if (!checked.ok()) {
        fail(checked.error());
        co_return;
    }
    const auto listed = device.devices();
    using Fates = std::vector<DeviceFate>;
    auto waiting = answerOf<Fates>(this, [&question, &listed](std::function<void(Fates)> answer) {
        question(listed, answer);
    });
    const auto fates = co_await waiting;
    if (fates.size() != listed.size()) {
        fail({ClientErrorCode::WrongState});
        co_return;
    }
    report(progress, Progress::MakingKeys);
    auto made = device.make(fates, server, username.toStdString(), *keys);
    SignedIn result;
    result.lockedOut = device.lockedOut();
    const auto localKey = device.takeLocalKey();
    if (made.ok()) {
        result.keychainMissing = co_await m_parts.keys.protect(
            localKey, request->keepSignedIn, keys->wrap, parameters, *m_parts.state.profile);
        WriteBatch batch;
        m_parts.state.stageProfile(batch);
        m_parts.state.stageAccount(batch);
        m_parts.state.stageSessions(batch);
        m_parts.directory.stageAll(batch);
        co_await m_parts.state.committed(this, std::move(batch));
    }
    report(progress, Progress::Uploading);
    bool published = false;
    for (int attempt = 0; made.ok() && !published && attempt < 5; ++attempt) {
        const auto answer = co_await connection.request(this, device.request());
        published = answer.ok();
        if (published)
            break;
        made = Failure{answer.error().error};
        if (!answer.error().is(protocol::ErrorCode::DirectoryConflict))
            break;
        // Another device published first: the same intent on its list.
        const auto again = co_await m_parts.directory.fetchLog();
        auto newer = co_await m_parts.directory.downloadLists(user, 0);
        if (again.ok() && newer.ok())
            made = device.remake(std::move(newer).value());
    }
    if (published) {
        const auto login = deviceLogin(m_parts.state, connection);
        const auto answer = co_await connection.request(this, login);
        if (!answer.ok())
            made = Failure{answer.error().error};
        else
            made = Result<void, ClientError>();
    }
    if (!published || !made.ok()) {
        const auto error = made.ok() ? ClientError{ClientErrorCode::RefusedByServer} : made.error();
        if (!published)
            co_await wipe();
        fail(error);
        co_return;
    }
    Q_EMIT opened();
    m_busy = false;
    setState(ProfileState::Unlocked);
    m_parts.session.adoptOpen();
    done(std::move(result));
}

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

Task<void> AccountService::discardUnregistered()
{
    m_busy = true;
    co_await wipe();
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
    if (begin(done))
        runChangePassword(std::make_shared<Password>(std::move(oldPassword)),
                          std::make_shared<Password>(std::move(newPassword)), std::move(progress),
                          std::move(done))
            .detach();
}

Task<void> AccountService::runChangePassword(std::shared_ptr<Password> oldPassword,
                                             std::shared_ptr<Password> newPassword,
                                             ProgressCallback progress, Callback<void> done)
{
    auto& state = m_parts.state;
    const auto fail = [this, &done](const ClientError& error) {
        m_busy = false;
        done(Failure{error});
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
    report(progress, Progress::Stretching);
    const auto oldKeys = co_await m_parts.keys.stretch(oldPassword, username, pinned, *present);
    if (!oldKeys.ok()) {
        fail(oldKeys.error());
        co_return;
    }
    const auto parameters = m_parts.keys.newParameters();
    const auto newKeys = co_await m_parts.keys.stretch(newPassword, username, pinned, parameters);
    if (!newKeys.ok()) {
        fail(newKeys.error());
        co_return;
    }
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
        if (root.ok())
            state.account.passwordSlot = e2ee::sealRootSlot(
                rng, newKeys->wrap, e2ee::RootSlotKind::Password, state.self(), *root);
    }
    if (state.profile->slot) {
        state.profile->slot =
            e2ee::sealLocalDataKey(rng, newKeys->wrap, state.self(), state.vault().key());
        state.profile->slotParameters = parameters;
    }
    WriteBatch batch;
    state.stageProfile(batch);
    state.stageAccount(batch);
    co_await state.committed(this, std::move(batch));
    m_busy = false;
    done({});
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
    if (begin(done))
        runDelete(std::make_shared<Password>(std::move(password)), std::move(done)).detach();
}

Task<void> AccountService::runDelete(std::shared_ptr<Password> password, Callback<void> done)
{
    const auto username = QString::fromStdString(m_parts.state.profile->username);
    const auto pinned = server().serverId.value_or(ServerId());
    protocol::GetPasswordParameters ask;
    ask.username = username.toStdString();
    const auto parameters = co_await m_parts.connection.request(this, ask);
    Result<void, ClientError> result;
    if (!parameters.ok()) {
        result = Failure{parameters.error().error};
    } else {
        const auto keys = co_await m_parts.keys.stretch(password, username, pinned, *parameters);
        if (!keys.ok()) {
            result = Failure{keys.error()};
        } else {
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
    m_busy = false;
    done(std::move(result));
}

} // namespace impulse::client
