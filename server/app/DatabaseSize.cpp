#include "server/app/DatabaseSize.h"

#include "server/storage/OperatorQueries.h"

#include <QFileInfo>

namespace impulse::server {

DatabaseSize::DatabaseSize(StorageAddress storage, std::shared_ptr<Metrics> metrics)
    : m_storage(std::move(storage)), m_metrics(std::move(metrics))
{
    m_pool.setMaxThreadCount(1);
}

void DatabaseSize::update(std::uint64_t nowMs)
{
    if (!m_storage.isPostgreSql()) {
        const auto& path = m_storage.path;
        m_metrics->databaseBytes = static_cast<std::uint64_t>(
            QFileInfo(path).size() + QFileInfo(path + QStringLiteral("-wal")).size());
        return;
    }
    // One that still waits for its answer is not joined by a second.
    if (nowMs < m_nextMs || m_pool.activeThreadCount() > 0)
        return;
    m_nextMs = nowMs + everyMs;
    m_pool.start([storage = m_storage, metrics = m_metrics] {
        const auto connection = SqlConnection::open(storage, SqlConnection::Mode::ReadOnly);
        const auto bytes = connection ? storedBytes(**connection) : 0;
        // Without an answer the last one stands.
        if (bytes != 0)
            metrics->databaseBytes = bytes;
    });
}

bool DatabaseSize::finish()
{
    constexpr int momentMs = 500;
    return m_pool.waitForDone(momentMs);
}

} // namespace impulse::server
