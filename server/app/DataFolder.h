#pragma once

#include "common/core/Result.h"
#include "common/crypto/Rng.h"
#include "server/core/ServerSettings.h"

#include <QString>

namespace impulse::server {

/// What a data folder must have beside its database.
inline constexpr const char* keyFiles[] = {"server.key", "pepper.key", "secret.key"};

/// After the database's name: the draft of a restore. One without the database is a restore that
/// was cut off, and must not pass for an empty folder.
inline constexpr const char* restoringSuffix = ".restoring";

/// The folder with everything that a server keeps: impulse.db, server.key, pepper.key, secret.key,
/// lock. Errors are sentences for the operator. Used before the event loop, by the main thread.
class DataFolder {
public:
    /// Makes the folder (mode 0700) if it is missing.
    static Result<DataFolder, QString> open(const QString& path);
    ~DataFolder();
    DataFolder(DataFolder&& other) noexcept;
    DataFolder& operator=(DataFolder&&) = delete;

    /// Keeps other servers out until this object goes or the process ends, however it ends. False:
    /// another one has it.
    Result<bool, QString> lock();

    /// Reads server.key (seed of the key behind server_id), pepper.key and secret.key (salts of
    /// names that nobody has). `mayMake`: there is no database yet, and they are made. A key file
    /// that is missing otherwise, has another size than 32 bytes, or can be read by others, is an
    /// error.
    Result<ServerKeys, QString> keys(crypto::Rng& rng, bool mayMake) const;

    /// What links began with at the last start, for those that are made while the server is
    /// stopped.
    void rememberLinkBase(const QString& base) const;
    QString lastLinkBase() const;

private:
    explicit DataFolder(QString path) : m_path(std::move(path)) {}
    QString file(const QString& name) const { return m_path + QLatin1Char('/') + name; }

    QString m_path;
    int m_lock = -1;
};

} // namespace impulse::server
