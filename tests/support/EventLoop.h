#pragma once

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QThread>

namespace impulse::tests {

/// Runs the event loop until `condition` holds. False after `ms` milliseconds.
template <class Condition> bool waitUntil(Condition condition, int ms = 10'000)
{
    const QDeadlineTimer deadline(ms);
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
        QThread::usleep(200);
    }
    return true;
}

} // namespace impulse::tests
