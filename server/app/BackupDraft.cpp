#include "server/app/BackupDraft.h"

#include <QDir>
#include <QFileInfo>

#include <cerrno>
#include <sys/stat.h>
#include <system_error>

namespace impulse::server {

namespace {

Failure<QString> stopped()
{
    return {QStringLiteral("the server stopped before the backup was done")};
}

void remove(const QString& folder)
{
    // Whoever is at work may add a file meanwhile; without the folder he cannot.
    constexpr int tries = 100;
    for (int i = 0; i < tries && !folder.isEmpty() && QFileInfo::exists(folder); ++i)
        QDir(folder).removeRecursively();
}

} // namespace

Result<QString, QString> BackupDraft::begin(const QString& path)
{
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return stopped();
    const auto folder = path + QStringLiteral(".part");
    // Of a server that was killed in the middle of it.
    remove(folder);
    if (::mkdir(QFile::encodeName(folder).constData(), 0700) != 0) {
        const auto why = QString::fromStdString(std::generic_category().message(errno));
        return Failure{QStringLiteral("cannot make the folder %1: %2").arg(folder, why)};
    }
    m_folder = folder;
    return folder;
}

Result<void, QString> BackupDraft::publish(const std::function<Result<void, QString>()>& rename)
{
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return stopped();
    return rename();
}

void BackupDraft::end()
{
    const std::lock_guard lock(m_mutex);
    remove(std::exchange(m_folder, {}));
}

void BackupDraft::close()
{
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    remove(std::exchange(m_folder, {}));
}

} // namespace impulse::server
