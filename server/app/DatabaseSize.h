#pragma once

#include "server/core/Metrics.h"
#include "server/storage/StorageAddress.h"

#include <QThreadPool>

#include <memory>

namespace impulse::server {

/// Brings the size of the database into the metrics. A file's is looked up; that of PostgreSQL is
/// asked for now and then, on a thread of its own, which waits for the answer in place of the main
/// thread. Main thread.
class DatabaseSize final {
public:
    DatabaseSize(StorageAddress storage, std::shared_ptr<Metrics> metrics);
    DatabaseSize(const DatabaseSize&) = delete;
    DatabaseSize& operator=(const DatabaseSize&) = delete;

    /// To be called about once a second. Waits for nobody.
    void update(std::uint64_t nowMs);
    /// False if PostgreSQL keeps the thread waiting for longer than a moment.
    bool finish();

    /// How often PostgreSQL is asked; it reads the sizes of its files.
    static constexpr std::uint64_t everyMs = 30'000;

private:
    const StorageAddress m_storage;
    const std::shared_ptr<Metrics> m_metrics;
    std::uint64_t m_nextMs = 0;
    /// Waits for its thread when it goes.
    QThreadPool m_pool;
};

} // namespace impulse::server
