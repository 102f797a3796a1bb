#include "client/core/account/KeyGuard.h"

#include "client/core/state/SecretBridge.h"
#include "common/crypto/Rng.h"

namespace impulse::client {

KeyGuard::KeyGuard(WorkerPool& workers, SecretStore* secrets, QString profileName,
                   crypto::Argon2Params cost, QObject* parent)
    : QObject(parent), m_workers(workers), m_secrets(secrets),
      m_profileName(std::move(profileName)), m_cost(cost)
{
}

QString KeyGuard::secretName() const
{
    return QStringLiteral("local-key:") + m_profileName;
}

protocol::PasswordParameters KeyGuard::newParameters() const
{
    crypto::SystemRng rng;
    protocol::PasswordParameters parameters;
    parameters.serverSalt = crypto::random<protocol::Salt>(rng);
    parameters.ops = m_cost.ops;
    parameters.mem = m_cost.mem;
    return parameters;
}

Task<Result<crypto::PasswordKeys, ClientError>>
KeyGuard::stretch(std::shared_ptr<const Password> password, QString username, ServerId server,
                  protocol::PasswordParameters parameters)
{
    struct Work {
        std::shared_ptr<const Password> password;
        std::string username;
        ServerId server;
        crypto::ServerSalt salt;
        crypto::Argon2Params cost;
        crypto::Result<crypto::PasswordKeys> keys = Failure{crypto::CryptoError::Internal};
    };
    const auto work = std::make_shared<Work>();
    work->password = std::move(password);
    work->username = username.toStdString();
    work->server = server;
    work->salt = *crypto::ServerSalt::from(parameters.serverSalt);
    work->cost = {parameters.ops, parameters.mem};
    auto waiting = answerOf<bool>(this, [this, work](std::function<void(bool)> done) {
        m_workers.run(
            [work] {
                work->keys = crypto::derivePassword(work->password->utf8(), work->username,
                                                    work->server, work->salt, work->cost);
            },
            [done = std::move(done)] { done(true); });
    });
    co_await waiting;
    if (work->keys.ok())
        co_return std::move(work->keys).value();
    co_return Failure{ClientError{work->keys.error() == crypto::CryptoError::LimitExceeded
                                      ? ClientErrorCode::Internal
                                      : ClientErrorCode::SecurityCheckFailed}};
}

Task<bool> KeyGuard::protect(const e2ee::LocalDataKey& key, bool keepSignedIn,
                             const crypto::WrapKey& wrap,
                             const protocol::PasswordParameters& parameters, ProfileRecord& profile)
{
    // Before the first wait: the references are the caller's.
    crypto::SystemRng rng;
    const Bytes slot = e2ee::sealLocalDataKey(rng, wrap, profile.userId, key);
    ProfileRecord* target = &profile;
    const auto slotParameters = parameters;
    bool kept = false;
    if (keepSignedIn && m_secrets) {
        using Written = Result<void, SecretStoreError>;
        const auto held = std::make_shared<e2ee::LocalDataKey>(key.clone());
        auto waiting = answerOf<Written>(this, [this, held](std::function<void(Written)> done) {
            m_secrets->write(secretName(), exposeForKeychain(*held), std::move(done));
        });
        const auto written = co_await waiting;
        kept = written.ok();
    }
    if (kept) {
        target->slot.reset();
        target->slotParameters.reset();
    } else {
        target->slot = slot;
        target->slotParameters = slotParameters;
    }
    co_return keepSignedIn && !kept;
}

Task<Result<e2ee::LocalDataKey, ClientError>> KeyGuard::fromKeychain()
{
    const Failure unavailable{ClientError{ClientErrorCode::StorageUnavailable}};
    if (!m_secrets)
        co_return unavailable;
    auto key = std::make_shared<std::optional<e2ee::LocalDataKey>>();
    auto waiting = answerOf<bool>(this, [this, key](std::function<void(bool)> done) {
        m_secrets->read(secretName(), [key, done = std::move(done)](
                                          const Result<View, SecretStoreError>& secret) {
            if (secret.ok())
                *key = e2ee::LocalDataKey::from(*secret);
            done(true);
        });
    });
    co_await waiting;
    if (!*key)
        co_return unavailable;
    co_return std::move(**key);
}

Task<void> KeyGuard::forget()
{
    if (!m_secrets)
        co_return;
    using Removed = Result<void, SecretStoreError>;
    auto waiting = answerOf<Removed>(this, [this](std::function<void(Removed)> done) {
        m_secrets->remove(secretName(), std::move(done));
    });
    // Without a keychain there is nothing to forget.
    (void)co_await waiting;
}

} // namespace impulse::client
