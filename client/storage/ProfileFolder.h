#pragma once

#include "common/core/Result.h"

#include <QString>

#include <memory>

class QLockFile;

namespace impulse::client {

enum class ProfileError {
    /// Profile names are 1 to 64 of A-Z a-z 0-9 . _ - and do not begin with a dot.
    BadName,
    /// Another process has this profile open.
    InUse,
    /// The folder cannot be made or written.
    NotWritable,
};

/// The folder of one profile: one account on one server on this computer, locked while this object
/// lives. Folder mode 0700, files 0600.
///
/// `client.db` is the encrypted database, `lock` the lock of the one process that may use it.
class ProfileFolder {
public:
    /// Where a profile lies by its name: `profiles/NAME` under the user's data folder
    /// (QStandardPaths::GenericDataLocation/impulse). An empty name means `default`.
    static Result<QString, ProfileError> locate(const QString& profileName);

    /// Makes the folder if it is missing and locks it.
    static Result<ProfileFolder, ProfileError> open(const QString& path);

    ProfileFolder(ProfileFolder&&) noexcept;
    ProfileFolder& operator=(ProfileFolder&&) noexcept;
    ~ProfileFolder();

    QString path() const { return m_path; }
    QString databasePath() const;

private:
    ProfileFolder(QString path, std::unique_ptr<QLockFile> lock);

    QString m_path;
    std::unique_ptr<QLockFile> m_lock;
};

} // namespace impulse::client
