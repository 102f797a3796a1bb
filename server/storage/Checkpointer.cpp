#include "server/storage/Checkpointer.h"

#include "common/core/Logging.h"

namespace impulse::server {

namespace {

/// Each moves what was committed during the one before.
constexpr int mostPasses = 3;

} // namespace

Checkpointer::Checkpointer(const QString& path, SyncedFile& file) : m_file(file)
{
    m_thread = std::thread([this, path] { work(path); });
}

Checkpointer::~Checkpointer()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_changed.notify_one();
    m_thread.join();
}

void Checkpointer::request()
{
    {
        const std::lock_guard lock(m_mutex);
        m_requested = true;
    }
    m_changed.notify_one();
}

bool Checkpointer::waitForRequest()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_requested || m_stopping; });
    m_requested = false;
    return !m_stopping;
}

void Checkpointer::work(const QString& path)
{
    const auto opened = SqlConnection::open(path, SqlConnection::Mode::ReadWrite);
    if (!opened) {
        qCWarning(lcStorage).noquote()
            << "no checkpoints beside the writer:" << opened.error().message;
        // The writer does them all.
        while (waitForRequest())
            m_turnOver = true;
        return;
    }
    while (waitForRequest()) {
        if (moveMost(**opened))
            m_turnOver = true;
    }
}

bool Checkpointer::moveMost(SqlConnection& connection)
{
    std::uint64_t moved = 0;
    for (int i = 0; i < mostPasses; ++i) {
        connection.clearFailure();
        Statement pass(connection, "PRAGMA wal_checkpoint(PASSIVE)");
        if (!pass.next())
            return false;
        const auto pages = pass.integer(1);
        const auto left = pages - std::min(pages, pass.integer(2));
        // SQLite leaves this to whoever moves the last page: to the writer.
        m_file.sync();
        // Somebody reads what was before: another pass would move nothing.
        if (left > littlePages)
            return pages >= tooManyPages;
        // Fewer than before: the log has begun anew meanwhile.
        const auto fresh = pages < moved ? pages : pages - moved;
        if (fresh <= littlePages)
            return true;
        moved = pages - left;
    }
    return true;
}

} // namespace impulse::server
