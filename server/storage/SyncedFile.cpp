#include "server/storage/SyncedFile.h"

#include <QFile>

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace impulse::server {

SyncedFile::SyncedFile(const QString& path)
    : m_descriptor(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC))
{
}

SyncedFile::~SyncedFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

void SyncedFile::sync()
{
    if (m_descriptor < 0)
        return;
#ifdef Q_OS_LINUX
    // Windows of 4 MiB, at most a thousand of them. Pages of a database lie scattered: a window has
    // few, and the next one waits until they are written.
    constexpr off_t smallestWindow = off_t{4} << 20;
    constexpr off_t mostWindows = 1000;
    struct stat status {};
    ::fstat(m_descriptor, &status);
    const auto window = std::max(smallestWindow, status.st_size / mostWindows + 1);
    for (off_t at = 0; at < status.st_size; at += window) {
        ::sync_file_range(m_descriptor, at, window,
                          SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                              SYNC_FILE_RANGE_WAIT_AFTER);
    }
    ::fdatasync(m_descriptor);
#else
    ::fsync(m_descriptor);
#endif
}

} // namespace impulse::server
