#include "client/storage/KeychainSecretStore.h"

#include "common/core/Logging.h"

#include <qt6keychain/keychain.h>

namespace impulse::client {

namespace {

SecretStoreError errorOf(QKeychain::Error error)
{
    qCDebug(lcStorage) << "keychain answers" << static_cast<int>(error);
    switch (error) {
    case QKeychain::EntryNotFound:
        return SecretStoreError::NotFound;
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser:
        return SecretStoreError::Denied;
    default:
        return SecretStoreError::Unavailable;
    }
}

/// Overwrites the buffer that all copies of `secret` share.
void wipe(const QByteArray& secret)
{
    auto* data = const_cast<volatile char*>(secret.constData());
    for (qsizetype i = 0; i < secret.size(); ++i)
        data[i] = 0;
}

} // namespace

KeychainSecretStore::KeychainSecretStore(QString service) : m_service(std::move(service)) {}

void KeychainSecretStore::read(const QString& name, Read done)
{
    auto* job = new QKeychain::ReadPasswordJob(m_service);
    job->setKey(name);
    QObject::connect(job, &QKeychain::Job::finished, &m_context, [job, done = std::move(done)] {
        if (job->error() != QKeychain::NoError) {
            done(Failure{errorOf(job->error())});
            return;
        }
        const QByteArray secret = job->binaryData();
        done(View(view({secret.constData(), static_cast<std::size_t>(secret.size())})));
        wipe(secret);
    });
    job->start();
}

void KeychainSecretStore::write(const QString& name, View secret, Done done)
{
    auto* job = new QKeychain::WritePasswordJob(m_service);
    job->setKey(name);
    const QByteArray copy(reinterpret_cast<const char*>(secret.data()),
                          static_cast<qsizetype>(secret.size()));
    job->setBinaryData(copy);
    QObject::connect(job, &QKeychain::Job::finished, &m_context,
                     [job, copy, done = std::move(done)] {
                         wipe(copy);
                         if (job->error() == QKeychain::NoError)
                             done({});
                         else
                             done(Failure{errorOf(job->error())});
                     });
    job->start();
}

void KeychainSecretStore::remove(const QString& name, Done done)
{
    auto* job = new QKeychain::DeletePasswordJob(m_service);
    job->setKey(name);
    QObject::connect(job, &QKeychain::Job::finished, &m_context, [job, done = std::move(done)] {
        if (job->error() == QKeychain::NoError || job->error() == QKeychain::EntryNotFound)
            done({});
        else
            done(Failure{errorOf(job->error())});
    });
    job->start();
}

} // namespace impulse::client
