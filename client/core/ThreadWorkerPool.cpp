#include "client/core/ThreadWorkerPool.h"

#include <QPointer>

namespace impulse::client {

namespace {

/// Stretching a password takes 256 MiB: not many at once.
constexpr int maxThreads = 2;

} // namespace

ThreadWorkerPool::ThreadWorkerPool(QObject* parent)
    : QObject(parent), m_finished(SIZE_MAX, [this] {
          QMetaObject::invokeMethod(this, &ThreadWorkerPool::deliver, Qt::QueuedConnection);
      })
{
    m_threads.setMaxThreadCount(maxThreads);
}

ThreadWorkerPool::~ThreadWorkerPool()
{
    m_threads.clear();
    m_threads.waitForDone();
}

void ThreadWorkerPool::run(std::function<void()> work, std::function<void()> done)
{
    m_threads.start([this, work = std::move(work), done = std::move(done)]() mutable {
        work();
        // What the work held goes on this thread, before the main one hears of it.
        work = nullptr;
        const bool taken = m_finished.push(std::move(done));
        Q_ASSERT(taken);
    });
}

void ThreadWorkerPool::deliver()
{
    const QPointer<ThreadWorkerPool> self(this);
    for (auto& done : m_finished.takeAll()) {
        // A callback may have ended this pool.
        if (!self)
            return;
        done();
    }
}

} // namespace impulse::client
