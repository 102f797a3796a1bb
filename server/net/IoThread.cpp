#include "server/net/IoThread.h"

#include "server/net/IoWorker.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QNetworkRequest>
#include <QThread>

#ifdef Q_OS_LINUX
#include "server/net/EpollDispatcher.h"
#endif

namespace impulse::server {

IoThread::IoThread(IoSettings settings, ConnectionCounter& counter, HostFactory hostFactory)
{
    // Each QWebSocket has one. Two threads that have their first at the same time would register
    // its type under a lock of Qt's that ThreadSanitizer does not see.
    qRegisterMetaType<QNetworkRequest>();
    std::promise<IoWorker*> made;
    auto making = made.get_future();
    m_thread = std::thread([&counter, settings, &made, factory = std::move(hostFactory),
                            told = m_told.get_future()]() mutable {
#ifdef Q_OS_LINUX
        if (settings.dispatcher == Dispatcher::Epoll)
            QThread::currentThread()->setEventDispatcher(new EpollDispatcher);
#endif
        QEventLoop loop;
        {
            IoWorker worker(settings, counter, std::move(factory));
            QObject::connect(&worker, &IoWorker::stopped, &loop, &QEventLoop::quit);
            made.set_value(&worker);
            worker.begin();
            loop.exec();
            told.wait();
        }
        // Sockets and timers go on the thread that they live on.
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    });
    m_worker = making.get();
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
    if (auto* worker = std::exchange(m_worker, nullptr)) {
        worker->stop();
        m_told.set_value();
    }
}

void IoThread::stop()
{
    beginStop();
    if (m_thread.joinable())
        m_thread.join();
}

} // namespace impulse::server
