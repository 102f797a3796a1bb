#include "server/net/CertificateFiles.h"

#include "common/core/Logging.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QSslCertificate>
#include <QSslKey>

namespace impulse::server {

namespace {

constexpr qint64 checkEveryMs = 1000;

qint64 monotonicMs()
{
    QElapsedTimer timer;
    timer.start();
    return timer.msecsSinceReference();
}

QSslKey readKey(const QByteArray& pem)
{
    for (const auto algorithm : {QSsl::Ec, QSsl::Rsa}) {
        QSslKey key(pem, algorithm, QSsl::Pem, QSsl::PrivateKey);
        if (!key.isNull())
            return key;
    }
    return {};
}

QString stateOf(const QString& path)
{
    const QFileInfo info(path);
    return QString::number(info.lastModified().toMSecsSinceEpoch()) + QLatin1Char('/') +
           QString::number(info.size()) + QLatin1Char('/') + info.canonicalFilePath();
}

} // namespace

Result<CertificateFiles, QString> CertificateFiles::withKey(const QString& certificate,
                                                            const QString& key)
{
    return load(certificate, key);
}

Result<CertificateFiles, QString> CertificateFiles::ofProxy(const QString& certificate)
{
    return load(certificate, {});
}

CertificateFiles CertificateFiles::none()
{
    CertificateFiles result;
    result.m_identity = std::make_shared<const TlsIdentity>();
    return result;
}

Result<CertificateFiles, QString> CertificateFiles::load(const QString& certificate,
                                                         const QString& key)
{
    CertificateFiles result;
    result.m_certificate = certificate;
    result.m_key = key;
    result.m_fingerprint = result.fingerprint();
    IMPULSE_TRY(result.m_identity, result.read());
    return result;
}

std::shared_ptr<const TlsIdentity> CertificateFiles::current()
{
    const auto now = monotonicMs();
    if (m_certificate.isEmpty() || now - m_checkedMs < checkEveryMs)
        return m_identity;
    m_checkedMs = now;
    const auto changed = fingerprint();
    if (changed == m_fingerprint)
        return m_identity;
    m_fingerprint = changed;
    auto fresh = read();
    if (fresh) {
        m_identity = *std::move(fresh);
        qCInfo(lcNet) << "the certificate was read again";
    } else {
        qCWarning(lcNet).noquote() << fresh.error() << "- the one read before stays in use";
    }
    return m_identity;
}

QString CertificateFiles::fingerprint() const
{
    return stateOf(m_certificate) + QLatin1Char('\n') +
           (m_key.isEmpty() ? QString() : stateOf(m_key));
}

Result<std::shared_ptr<const TlsIdentity>, QString> CertificateFiles::read() const
{
    QFile certificateFile(m_certificate);
    if (!certificateFile.open(QIODevice::ReadOnly))
        return Failure{QStringLiteral("cannot read the certificate file %1").arg(m_certificate)};
    const auto chain = QSslCertificate::fromData(certificateFile.readAll(), QSsl::Pem);
    if (chain.isEmpty() || chain.first().isNull())
        return Failure{QStringLiteral("%1 contains no certificate in PEM form").arg(m_certificate)};

    if (chain.first().expiryDate() < QDateTime::currentDateTimeUtc()) {
        qCWarning(lcNet).noquote() << "the certificate" << m_certificate << "has expired on"
                                   << chain.first().expiryDate().toString(Qt::ISODate)
                                   << "- clients that know the server's key do not mind";
    }
    TlsIdentity identity;
    const auto digest = chain.first().digest(QCryptographicHash::Sha256);
    identity.certificateHash =
        *Hash32::from({reinterpret_cast<const std::uint8_t*>(digest.constData()),
                       static_cast<std::size_t>(digest.size())});
    if (!m_key.isEmpty()) {
        QFile keyFile(m_key);
        if (!keyFile.open(QIODevice::ReadOnly))
            return Failure{QStringLiteral("cannot read the key file %1").arg(m_key)};
        QByteArray pem = keyFile.readAll();
        const auto key = readKey(pem);
        pem.fill('\0');
        if (key.isNull())
            return Failure{QStringLiteral("%1 contains no RSA or EC key in PEM form without a "
                                          "passphrase")
                               .arg(m_key)};
        identity.encrypts = true;
        identity.configuration = QSslConfiguration::defaultConfiguration();
        identity.configuration.setLocalCertificateChain(chain);
        identity.configuration.setPrivateKey(key);
        identity.configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
        identity.configuration.setProtocol(QSsl::TlsV1_2OrLater);
    }
    return std::make_shared<const TlsIdentity>(std::move(identity));
}

} // namespace impulse::server
