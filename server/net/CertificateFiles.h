#pragma once

#include "common/core/Ids.h"
#include "common/core/Result.h"

#include <QDateTime>
#include <QSslConfiguration>
#include <QString>

#include <memory>

namespace impulse::server {

/// What a new connection is accepted with.
struct TlsIdentity {
    /// SHA-256 of the leaf certificate in DER: `tls` of encryption.md 2.3. Zeros: clients see no
    /// certificate (plain ws on loopback).
    Hash32 certificateHash;
    /// Null if somebody else (a proxy, or nobody) does TLS.
    QSslConfiguration configuration;
    bool encrypts = false;
};

/// Certificate and key files in PEM. Read again when they change, so that a renewal needs no
/// restart; a change that cannot be read is logged and the old pair stays in use.
///
/// Owned and used by the listener's thread; identities are immutable and go to any thread.
class CertificateFiles {
public:
    /// Both files: the server does TLS itself.
    static Result<CertificateFiles, QString> withKey(const QString& certificate,
                                                     const QString& key);
    /// Only the proxy's certificate, for its hash.
    static Result<CertificateFiles, QString> ofProxy(const QString& certificate);
    /// No TLS at all.
    static CertificateFiles none();

    /// The identity for a connection accepted now. Looks at the files at most once a second.
    std::shared_ptr<const TlsIdentity> current();

    bool encrypts() const { return m_identity->encrypts; }

private:
    CertificateFiles() = default;
    static Result<CertificateFiles, QString> load(const QString& certificate, const QString& key);
    Result<std::shared_ptr<const TlsIdentity>, QString> read() const;
    /// Of both files together; changes when one of them is replaced.
    QString fingerprint() const;

    QString m_certificate;
    QString m_key;
    QString m_fingerprint;
    qint64 m_checkedMs = 0;
    std::shared_ptr<const TlsIdentity> m_identity;
};

} // namespace impulse::server
