#include "common/core/Wakeup.h"
#include "tests/support/Catch.h"
#include "tests/support/EventLoop.h"

#include <QThread>

#include <atomic>
#include <thread>

using namespace impulse;
using namespace impulse::tests;

namespace {

struct Application {
    int count = 0;
    QCoreApplication application{count, nullptr};
};

} // namespace

TEST_CASE_METHOD(Application,
                 "a wake-up from another thread brings a turn on the thread that made it")
{
    const auto* own = QThread::currentThread();
    int turns = 0;
    Wakeup wakeup([&] {
        CHECK(QThread::currentThread() == own);
        ++turns;
    });
    std::thread([&] { wakeup.request(); }).join();
    CHECK(turns == 0);
    CHECK(waitUntil([&] { return turns == 1; }));
}

TEST_CASE_METHOD(Application,
                 "requests that come together are one turn, those that come in a turn are another")
{
    int turns = 0;
    Wakeup* self = nullptr;
    Wakeup wakeup([&] {
        if (++turns == 1)
            self->request();
    });
    self = &wakeup;
    for (int i = 0; i < 100; ++i)
        wakeup.request();
    CHECK(waitUntil([&] { return turns == 2; }));
    CHECK_FALSE(waitUntil([&] { return turns > 2; }, 100));
}

TEST_CASE_METHOD(Application, "what a thread made before its request is there in the turn")
{
    std::uint64_t value = 0;
    std::uint64_t seen = 0;
    std::atomic<bool> taken = true;
    Wakeup wakeup([&] {
        seen = value;
        taken = true;
    });
    std::thread other([&] {
        for (std::uint64_t i = 1; i <= 10'000; ++i) {
            while (!taken)
                std::this_thread::yield();
            taken = false;
            value = i;
            wakeup.request();
        }
    });
    CHECK(waitUntil([&] { return seen == 10'000; }));
    other.join();
}
