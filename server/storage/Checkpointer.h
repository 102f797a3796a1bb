#pragma once

#include "server/storage/SqlConnection.h"
#include "server/storage/SyncedFile.h"

#include <QString>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace impulse::server {

/// Moves what was committed from SQLite's write-ahead log into the database file and brings that to
/// the disk, on a thread with a connection of its own, so that commits do not wait for it. It
/// cannot catch up with a busy writer entirely: the last little bit, after which the log begins
/// anew, is the writer's.
class Checkpointer final {
public:
    /// The database was prepared and is in WAL mode. `file` is it, too.
    Checkpointer(const QString& path, SyncedFile& file);
    ~Checkpointer();
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;

    /// Any thread: there is something to move. Returns at once.
    void request();
    /// True once after passes that left so little that the writer can do the rest itself, or that
    /// found the log so long that it has to.
    bool takeTurnOver() { return m_turnOver.exchange(false); }

    /// Pages that are quickly moved (4 MiB), and pages at which the log is too long (256 MiB).
    static constexpr std::uint64_t littlePages = 1024;
    static constexpr std::uint64_t tooManyPages = 65'536;

private:
    void work(const QString& path);
    bool waitForRequest();
    /// True: what is left is the writer's.
    bool moveMost(SqlConnection& connection);

    SyncedFile& m_file;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_requested = false;
    bool m_stopping = false;
    std::atomic<bool> m_turnOver = false;
    std::thread m_thread;
};

} // namespace impulse::server
