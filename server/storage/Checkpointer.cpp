#include "server/storage/Checkpointer.h"

#include "common/core/Logging.h"

namespace impulse::server {

Checkpointer::Checkpointer(const QString& path)
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
    auto& connection = **opened;
    while (waitForRequest()) {
        connection.clearFailure();
        Statement pass(connection, "PRAGMA wal_checkpoint(PASSIVE)");
        if (!pass.next())
            continue;
        const auto pages = pass.integer(1);
        const auto left = pages - std::min(pages, pass.integer(2));
        if (left <= littlePages || pages >= tooManyPages)
            m_turnOver = true;
    }
}

} // namespace impulse::server
