#include "server/storage/WriteOut.h"

#include <QFile>

#include <chrono>

#include <fcntl.h>
#include <unistd.h>

namespace impulse::server {

namespace {

/// A copy grows by about a megabyte meanwhile.
constexpr std::chrono::milliseconds pause(5);

} // namespace

bool syncPath(const QString& path)
{
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool good = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return good;
}

WriteOut::WriteOut(const QString& path)
    : m_descriptor(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC))
{
    if (m_descriptor >= 0)
        m_thread = std::thread([this] { work(); });
}

WriteOut::~WriteOut()
{
    if (m_descriptor < 0)
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_changed.notify_one();
    m_thread.join();
    ::close(m_descriptor);
}

void WriteOut::work()
{
    std::unique_lock lock(m_mutex);
    while (!m_changed.wait_for(lock, pause, [this] { return m_stopping; })) {
        lock.unlock();
#ifdef Q_OS_LINUX
        // To the end of the file, and back when it is done: never more on its way than has come
        // since.
        ::sync_file_range(m_descriptor, 0, 0,
                          SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                              SYNC_FILE_RANGE_WAIT_AFTER);
#endif
        lock.lock();
    }
}

} // namespace impulse::server
