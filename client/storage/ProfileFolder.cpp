#include "client/storage/ProfileFolder.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QStandardPaths>

#include <algorithm>

namespace impulse::client {

namespace {

constexpr qsizetype maxNameLength = 64;
constexpr auto privateFolder = QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner;

bool isProfileName(const QString& name)
{
    return !name.isEmpty() && name.size() <= maxNameLength && name[0] != QLatin1Char('.') &&
           std::ranges::all_of(name, [](QChar c) {
               return c.unicode() < 0x80 && (c.isLetterOrNumber() || c == QLatin1Char('.') ||
                                             c == QLatin1Char('_') || c == QLatin1Char('-'));
           });
}

} // namespace

Result<QString, ProfileError> ProfileFolder::locate(const QString& profileName)
{
    const QString name = profileName.isEmpty() ? QStringLiteral("default") : profileName;
    if (!isProfileName(name))
        return Failure{ProfileError::BadName};
    return QString(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
                   QLatin1String("/impulse/profiles/") + name);
}

Result<ProfileFolder, ProfileError> ProfileFolder::open(const QString& path)
{
    const QString absolute = QDir(path).absolutePath();
    if (!QDir().mkpath(absolute) || !QFile::setPermissions(absolute, privateFolder))
        return Failure{ProfileError::NotWritable};

    auto lock = std::make_unique<QLockFile>(absolute + QLatin1String("/lock"));
    // A lock is stale only if its process is gone, however old it is.
    lock->setStaleLockTime(0);
    if (!lock->tryLock(0))
        return Failure{lock->error() == QLockFile::LockFailedError ? ProfileError::InUse
                                                                   : ProfileError::NotWritable};
    return ProfileFolder(absolute, std::move(lock));
}

ProfileFolder::ProfileFolder(QString path, std::unique_ptr<QLockFile> lock)
    : m_path(std::move(path)), m_lock(std::move(lock))
{
}

ProfileFolder::ProfileFolder(ProfileFolder&&) noexcept = default;
ProfileFolder& ProfileFolder::operator=(ProfileFolder&&) noexcept = default;
ProfileFolder::~ProfileFolder() = default;

QString ProfileFolder::databasePath() const
{
    return m_path + QLatin1String("/client.db");
}

} // namespace impulse::client
