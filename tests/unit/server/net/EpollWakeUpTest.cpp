#include <QtGlobal>

#ifdef Q_OS_LINUX

#include "tests/unit/server/net/OnDispatcher.h"

#include <QElapsedTimer>
#include <QSemaphore>

using namespace impulse::tests;

TEST_CASE("epoll dispatcher: every event that other threads post arrives, in each thread's order")
{
    constexpr int threads = 4;
    constexpr int each = 20'000;
    struct Numbered final : QEvent {
        Numbered(int sender, int place) : QEvent(QEvent::User), thread(sender), number(place) {}
        const int thread;
        const int number;
    };
    struct Receiver final : QObject {
        std::array<int, threads> next{};
        int outOfOrder = 0;
        int count = 0;
        std::function<void()> done;
        void customEvent(QEvent* event) override
        {
            const auto* numbered = static_cast<Numbered*>(event);
            auto& expected = next[static_cast<std::size_t>(numbered->thread)];
            outOfOrder += numbered->number != expected;
            expected = numbered->number + 1;
            if (++count == threads * each)
                done();
        }
    };
    int outOfOrder = -1;
    std::vector<std::unique_ptr<QThread>> senders;
    CHECK(onDispatcher([&](const auto& done) {
        auto* receiver = new Receiver;
        receiver->done = [&outOfOrder, receiver, done] {
            outOfOrder = receiver->outOfOrder;
            receiver->deleteLater();
            done();
        };
        for (int i = 0; i < threads; ++i) {
            senders.emplace_back(QThread::create([receiver, i] {
                for (int n = 0; n < each; ++n) {
                    QCoreApplication::postEvent(receiver, new Numbered(i, n));
                    if (n % 1000 == 0)
                        QThread::usleep(300);
                }
            }));
            senders.back()->start();
        }
    }));
    for (const auto& sender : senders)
        sender->wait();
    CHECK(outOfOrder == 0);
}

TEST_CASE("epoll dispatcher: a loop that waits ends at once when another thread ends it")
{
    for (int round = 0; round < 200; ++round) {
        QThread thread;
        thread.setEventDispatcher(new EpollDispatcher);
        thread.start();
        if (round % 2 == 0)
            QThread::usleep(static_cast<unsigned long>(round));
        thread.quit();
        REQUIRE(thread.wait(5000));
    }
}

TEST_CASE("epoll dispatcher: an interrupted loop does not wait")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        QObject context;
        QMetaObject::invokeMethod(
            &context, [&] { dispatcher.interrupt(); }, Qt::QueuedConnection);
        QElapsedTimer elapsed;
        elapsed.start();
        QTimer late;
        late.start(3000);
        dispatcher.processEvents(QEventLoop::WaitForMoreEvents);
        CHECK(elapsed.elapsed() < 2000);
    });
}

TEST_CASE("epoll dispatcher: another thread interrupts a wait")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        // What the start of the thread has left.
        turns(dispatcher, 2);
        for (int round = 0; round < 100; ++round) {
            QSemaphore about;
            std::atomic<bool> interrupted = false;
            const auto waits = QObject::connect(&dispatcher, &EpollDispatcher::aboutToBlock,
                                                &dispatcher, [&] { about.release(); });
            const std::unique_ptr<QThread> other(QThread::create([&] {
                about.acquire();
                // Before the wait, or in the middle of it.
                if (round % 4 == 0)
                    QThread::msleep(2);
                interrupted = true;
                dispatcher.interrupt();
            }));
            other->start();
            dispatcher.processEvents(QEventLoop::WaitForMoreEvents);
            CHECK(interrupted);
            other->wait();
            QObject::disconnect(waits);
            // Where interrupt() came before the wait, the wake-up may be there still.
            turns(dispatcher, 2);
        }
    });
}

TEST_CASE("epoll dispatcher: a turn tells whether something happened")
{
    using Flags = QEventLoop::ProcessEventsFlags;
    const std::array kinds{Flags(QEventLoop::AllEvents), Flags(QEventLoop::ExcludeSocketNotifiers),
                           Flags(QEventLoop::WaitForMoreEvents),
                           QEventLoop::WaitForMoreEvents | QEventLoop::ExcludeSocketNotifiers};
    withDispatcher([&](EpollDispatcher& dispatcher) {
        turns(dispatcher, 2);
        for (const auto flags : kinds) {
            CHECK_FALSE(dispatcher.processEvents(QEventLoop::AllEvents));
            QObject context;
            bool handled = false;
            QMetaObject::invokeMethod(
                &context, [&] { handled = true; }, Qt::QueuedConnection);
            // Nothing but what was posted, and it does not wait for more.
            CHECK(dispatcher.processEvents(flags));
            CHECK(handled);
        }
        CHECK_FALSE(dispatcher.processEvents(QEventLoop::AllEvents));
    });
}

TEST_CASE("epoll dispatcher: what a socket posts is handled before the next wait, and ends it")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        turns(dispatcher, 2);
        // The socket becomes ready before the wake-up, and the kernel tells of them in that order.
        SocketPair pair;
        QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
        QObject context;
        bool handled = false;
        QObject::connect(&notifier, &QSocketNotifier::activated, &context, [&] {
            pair.read(0);
            QMetaObject::invokeMethod(
                &context, [&] { handled = true; }, Qt::QueuedConnection);
        });
        turns(dispatcher, 2);
        pair.write(1);
        dispatcher.wakeUp();
        dispatcher.processEvents(QEventLoop::AllEvents);
        CHECK_FALSE(handled);
        // Without a wake-up of its own this would wait for ever.
        CHECK(dispatcher.processEvents(QEventLoop::WaitForMoreEvents));
        CHECK(handled);
    });
}

TEST_CASE("epoll dispatcher: without the sockets it waits for timers and wake-ups, and not in vain")
{
    const auto flags = QEventLoop::WaitForMoreEvents | QEventLoop::ExcludeSocketNotifiers;
    withDispatcher([&](EpollDispatcher& dispatcher) {
        turns(dispatcher, 2);
        SocketPair pair;
        QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
        bool heard = false;
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier,
                         [&] { heard = pair.read(0); });
        turns(dispatcher, 1);
        pair.write(1);
        bool fired = false;
        QTimer timer;
        timer.setTimerType(Qt::PreciseTimer);
        timer.setSingleShot(true);
        QObject::connect(&timer, &QTimer::timeout, &timer, [&] { fired = true; });
        timer.start(50);
        int rounds = 0;
        while (!fired) {
            dispatcher.processEvents(flags);
            ++rounds;
        }
        // One that does not wait makes thousands in 50 ms.
        CHECK(rounds <= 3);
        CHECK_FALSE(heard);

        // A wake-up ends the wait, once: it is not found again by the next one.
        const std::unique_ptr<QThread> other(QThread::create([&] {
            QThread::msleep(20);
            dispatcher.wakeUp();
        }));
        other->start();
        CHECK(dispatcher.processEvents(flags));
        other->wait();
        CHECK_FALSE(dispatcher.processEvents(QEventLoop::ExcludeSocketNotifiers));
        CHECK_FALSE(heard);
        CHECK(spin(dispatcher, [&] { return heard; }));
    });
}

TEST_CASE("epoll dispatcher: sockets that are excluded stay silent")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        SocketPair pair;
        QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
        bool heard = false;
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier,
                         [&] { heard = pair.read(0); });
        pair.write(1);
        dispatcher.processEvents(QEventLoop::ExcludeSocketNotifiers);
        CHECK_FALSE(heard);
        CHECK(spin(dispatcher, [&] { return heard; }));
    });
}

#endif
