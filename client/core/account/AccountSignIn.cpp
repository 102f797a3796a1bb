#include "client/core/account/AccountService.h"
#include "client/core/account/NewAccount.h"
#include "client/core/state/SecretBridge.h"

namespace impulse::client {

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

} // namespace impulse::client
