#include "client/core/account/PendingLogin.h"

#include "client/core/state/SecretBridge.h"

namespace impulse::client {

PendingLogin::PendingLogin(const AccountParts& parts, QObject* context, OperationPtr operation,
                           std::shared_ptr<SignIn> request, ProgressCallback progress,
                           std::string operatorCode)
    : m_parts(parts), m_context(context), m_operation(std::move(operation)),
      m_request(std::move(request)), m_progress(std::move(progress)),
      m_operatorCode(std::move(operatorCode)), m_server(m_request->link),
      m_username(m_request->username.toLower().toStdString())
{
}

void PendingLogin::report(Progress step) const
{
    if (m_progress && !m_operation->isCancelled())
        m_progress(step);
}

Task<Result<void, ClientError>> PendingLogin::begin()
{
    report(Progress::Connecting);
    IMPULSE_CO_CHECK(co_await m_parts.connection.opened(m_context, m_server));
    m_server.serverId = m_parts.connection.hello().serverId;
    m_parameters = m_parts.keys.newParameters();
    if (!m_request->resetPassword) {
        protocol::GetPasswordParameters ask;
        ask.username = m_username;
        IMPULSE_CO_TRY(m_parameters, co_await m_parts.connection.request(m_context, ask));
    }
    report(Progress::Stretching);
    const auto password = std::make_shared<Password>(std::move(m_request->password));
    auto keys = co_await m_parts.keys.stretch(password, QString::fromStdString(m_username),
                                              *m_server.serverId, m_parameters);
    if (m_operation->isCancelled())
        co_return Failure{ClientError{ClientErrorCode::Cancelled}};
    if (!keys.ok())
        co_return Failure{keys.error()};
    m_keys = std::move(keys).value();
    if (m_request->resetPassword)
        co_return co_await resetPassword();
    // Stretching takes longer than a server in a hurry may wait.
    co_return co_await ensure();
}

Task<Result<void, ClientError>> PendingLogin::ensure()
{
    if (m_parts.connection.isOpen() && !m_user.isZero())
        co_return Result<void, ClientError>();
    if (!m_parts.connection.isOpen())
        IMPULSE_CO_CHECK(co_await m_parts.connection.opened(m_context, m_server));
    co_return co_await logIn();
}

Task<Result<void, ClientError>> PendingLogin::logIn()
{
    protocol::PasswordLogin login;
    login.username = m_username;
    login.auth = toWire(m_keys->auth);
    IMPULSE_CO_TRY(const auto answer, co_await m_parts.connection.request(m_context, login));
    m_user = answer.userId;
    co_return Result<void, ClientError>();
}

Task<Result<protocol::LoginResult, ClientError>> PendingLogin::logInByCode()
{
    if (!m_operatorCode.empty()) {
        const protocol::ResetLogin reset{m_username, m_operatorCode};
        IMPULSE_CO_TRY(const auto answer, co_await m_parts.connection.request(m_context, reset));
        co_return answer;
    }
    const auto secret = e2ee::parseRecoveryCode(m_request->recoveryCode.toStdString());
    if (!secret.ok())
        co_return Failure{ClientError{ClientErrorCode::MalformedRecoveryCode}};
    protocol::RecoveryLogin login;
    login.username = m_username;
    login.recoveryAuth = toWire(e2ee::recoveryKeys(*secret).auth);
    IMPULSE_CO_TRY(const auto answer, co_await m_parts.connection.request(m_context, login));
    co_return answer;
}

Task<Result<void, ClientError>> PendingLogin::resetPassword()
{
    IMPULSE_CO_TRY(const auto answer, co_await logInByCode());
    protocol::ChangePassword change;
    change.password = m_parameters;
    change.auth = toWire(m_keys->auth);
    IMPULSE_CO_CHECK(co_await m_parts.connection.request(m_context, change));
    m_user = answer.userId;
    co_return Result<void, ClientError>();
}

Task<Result<Bytes, ClientError>> PendingLogin::rootSlot()
{
    IMPULSE_CO_CHECK(co_await ensure());
    protocol::GetRootSlot ask;
    IMPULSE_CO_TRY(auto answer, co_await m_parts.connection.request(m_context, ask));
    co_return std::move(answer.slot);
}

Task<Result<std::optional<crypto::RootSecret>, ClientError>> PendingLogin::openRoot(QString code)
{
    const auto secret = e2ee::parseRecoveryCode(code.toStdString());
    if (!secret.ok())
        co_return Failure{ClientError{ClientErrorCode::MalformedRecoveryCode}};
    auto slot = co_await rootSlot();
    // A line that broke unnoticed while the code was typed shows only now.
    if (!slot.ok() && kindOf(slot.error()) == ErrorKind::Network && !m_operation->isCancelled())
        slot = co_await rootSlot();
    if (!slot.ok())
        co_return Failure{slot.error()};
    const auto keys = e2ee::recoveryKeys(*secret);
    auto root = e2ee::openRootSlot(keys.key, e2ee::RootSlotKind::Recovery, m_user, *slot);
    std::optional<crypto::RootSecret> opened;
    if (root.ok()) {
        opened = std::move(root).value();
        m_recoverySlot = std::move(*slot);
        m_recoveryAuth = toWire(keys.auth);
    }
    co_return opened;
}

} // namespace impulse::client
