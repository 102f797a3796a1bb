#pragma once

#include "server/net/EpollDispatcher.h"
#include "tests/support/Catch.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QSocketNotifier>
#include <QThread>
#include <QTimer>

#include <array>
#include <functional>
#include <sys/socket.h>
#include <unistd.h>

/// Tests inside the loop of a thread that runs on an EpollDispatcher. Linux only.
namespace impulse::tests {

using server::EpollDispatcher;

/// Runs `body` on a thread with an EpollDispatcher, inside its event loop; the loop ends when
/// `body` has called the function that it is given, or after 20 s. True if it was called.
inline bool onDispatcher(const std::function<void(const std::function<void()>& done)>& body)
{
    QThread thread;
    thread.setEventDispatcher(new EpollDispatcher);
    std::atomic<bool> finished = false;
    auto* worker = new QObject;
    worker->moveToThread(&thread);
    QObject::connect(&thread, &QThread::started, worker, [&] {
        body([&] {
            finished = true;
            QThread::currentThread()->quit();
        });
    });
    QObject::connect(&thread, &QThread::finished, worker, &QObject::deleteLater);
    thread.start();
    if (!thread.wait(20'000)) {
        thread.quit();
        thread.wait();
    }
    return finished;
}

struct SocketPair {
    SocketPair()
    {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    }
    ~SocketPair()
    {
        for (const int end : ends)
            ::close(end);
    }
    void write(int end, char byte = 'x') const { REQUIRE(::write(ends[end], &byte, 1) == 1); }
    bool read(int end) const
    {
        char byte = 0;
        return ::read(ends[end], &byte, 1) == 1;
    }
    std::array<int, 2> ends{};
};

/// Runs turns of the loop that do not wait until `condition` holds. False after two seconds.
template <class Condition> bool spin(EpollDispatcher& dispatcher, Condition condition)
{
    const QDeadlineTimer deadline(2000);
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        dispatcher.processEvents(QEventLoop::AllEvents);
    }
    return true;
}

inline void turns(EpollDispatcher& dispatcher, int count)
{
    for (int i = 0; i < count; ++i)
        dispatcher.processEvents(QEventLoop::AllEvents);
}

/// On a thread of its own, whose dispatcher it is given: notifiers go to it.
inline void withDispatcher(const std::function<void(EpollDispatcher&)>& body)
{
    CHECK(onDispatcher([&](const auto& done) {
        auto* dispatcher =
            qobject_cast<EpollDispatcher*>(QAbstractEventDispatcher::instance(nullptr));
        REQUIRE(dispatcher);
        body(*dispatcher);
        done();
    }));
}

} // namespace impulse::tests
