#include "server/net/IoThread.h"

#include "common/core/Logging.h"
#include "server/net/IoWorker.h"

#ifdef Q_OS_LINUX
#include "server/net/EpollDispatcher.h"
#endif

namespace impulse::server {

IoThread::IoThread(IoSettings settings, ConnectionCounter& counter, HostFactory hostFactory)
    : m_worker(new IoWorker(settings, counter, std::move(hostFactory)))
{
#ifdef Q_OS_LINUX
    if (settings.dispatcher == Dispatcher::Epoll)
        m_thread.setEventDispatcher(new EpollDispatcher);
#endif
    m_worker->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::started, m_worker, &IoWorker::begin);
    QObject::connect(m_worker, &IoWorker::stopped, &m_thread, &QThread::quit, Qt::DirectConnection);
    // Sockets and timers go on the thread that they live on.
    QObject::connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.start();
}

IoThread::~IoThread()
{
    stop();
}

bool IoThread::adopt(AcceptedSocket accepted)
{
    return m_worker && m_worker->adopt(std::move(accepted));
}

void IoThread::pause()
{
    if (m_worker)
        m_worker->pause();
}

void IoThread::beginStop()
{
    if (m_worker && !std::exchange(m_stopping, true))
        m_worker->stop();
}

void IoThread::stop()
{
    if (!m_worker)
        return;
    beginStop();
    if (!m_thread.wait(3000)) {
        qCWarning(lcNet) << "connections do not close in time";
        m_thread.quit();
        m_thread.wait();
    }
    // It went with its thread.
    m_worker = nullptr;
}

} // namespace impulse::server
