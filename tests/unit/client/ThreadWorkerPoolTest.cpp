#include "client/core/ThreadWorkerPool.h"
#include "tests/unit/client/storageSupport.h"

#include <QThread>

using namespace impulse::client;
using namespace impulse::client::test;

TEST_CASE("worker pool: work runs beside the main thread and reports to it")
{
    ThreadWorkerPool pool;
    QThread* worker = nullptr;
    QThread* reporter = nullptr;
    pool.run([&] { worker = QThread::currentThread(); },
             [&] { reporter = QThread::currentThread(); });
    REQUIRE(waitUntil([&] { return reporter != nullptr; }));
    CHECK(worker != reporter);
    CHECK(reporter == QThread::currentThread());
}

TEST_CASE("worker pool: nothing is reported after its end")
{
    bool begun = false;
    bool reported = false;
    {
        ThreadWorkerPool pool;
        pool.run([&] { begun = true; }, [&] { reported = true; });
        QThread::msleep(20);
    }
    QCoreApplication::processEvents();
    CHECK(begun);
    CHECK_FALSE(reported);
}
