#pragma once

#include "client/core/ports/WorkerPool.h"
#include "common/core/Inbox.h"

#include <QObject>
#include <QThreadPool>

namespace impulse::client {

/// WorkerPool on threads of its own. Lives on the main thread; its end waits for work that has
/// begun and drops what has not.
class ThreadWorkerPool final : public QObject, public WorkerPool {
    Q_OBJECT
public:
    explicit ThreadWorkerPool(QObject* parent = nullptr);
    ~ThreadWorkerPool() override;

    void run(std::function<void()> work, std::function<void()> done) override;

private:
    void deliver();

    Inbox<std::function<void()>> m_finished;
    QThreadPool m_threads;
};

} // namespace impulse::client
