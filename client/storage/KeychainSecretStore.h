#pragma once

#include "client/core/ports/SecretStore.h"

#include <QObject>

namespace QKeychain {
class Job;
}

namespace impulse::client {

/// SecretStore in the keychain of the operating system, through QtKeychain: Secret Service or
/// KWallet, macOS Keychain, Windows DPAPI. Never falls back to a plain file. Without a keychain it
/// answers Unavailable at once (measured without D-Bus: some milliseconds).
///
/// Lives on the main thread.
class KeychainSecretStore final : public SecretStore {
public:
    /// `service` is the folder of the secrets in the keychain.
    explicit KeychainSecretStore(QString service = QStringLiteral("Impulse"));

    void read(const QString& name, Read done) override;
    void write(const QString& name, View secret, Done done) override;
    void remove(const QString& name, Done done) override;

private:
    const QString m_service;
    /// Callbacks of unfinished jobs go with this store.
    QObject m_context;
};

} // namespace impulse::client
