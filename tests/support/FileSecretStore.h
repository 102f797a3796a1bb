#pragma once

#include "client/core/ports/SecretStore.h"

#include <QDir>
#include <QFile>
#include <QObject>
#include <QTimer>

namespace impulse::test {

/// A keychain for tests: one plain file per secret. Stands behind the SecretStore port only, never
/// in the product.
class FileSecretStore final : public QObject, public client::SecretStore {
public:
    explicit FileSecretStore(QString folder) : m_folder(std::move(folder)) {}

    void read(const QString& name, Read done) override
    {
        QTimer::singleShot(0, this, [this, name, done] {
            QFile file(path(name));
            if (!file.open(QIODevice::ReadOnly))
                return done(Failure{client::SecretStoreError::NotFound});
            const auto bytes = file.readAll();
            done(View(reinterpret_cast<const std::uint8_t*>(bytes.constData()),
                      static_cast<std::size_t>(bytes.size())));
        });
    }

    void write(const QString& name, View secret, Done done) override
    {
        QDir().mkpath(m_folder);
        QFile file(path(name));
        const bool good = file.open(QIODevice::WriteOnly)
                          && file.write(reinterpret_cast<const char*>(secret.data()),
                                        static_cast<qint64>(secret.size()))
                                 == static_cast<qint64>(secret.size());
        QTimer::singleShot(0, this, [good, done] {
            if (good)
                done({});
            else
                done(Failure{client::SecretStoreError::Unavailable});
        });
    }

    void remove(const QString& name, Done done) override
    {
        QFile::remove(path(name));
        QTimer::singleShot(0, this, [done] { done({}); });
    }

private:
    QString path(const QString& name) const
    {
        return m_folder + QLatin1Char('/') + QString::fromLatin1(name.toUtf8().toHex());
    }

    const QString m_folder;
};

} // namespace impulse::test
