#pragma once

#include <QString>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace impulse::server {

/// Brings a file or the entries of a folder to the disk.
bool syncPath(const QString& path);

/// As long as it lives, what another writes to a file goes to the disk bit by bit. A large file
/// that is brought there at the end, in one fsync, makes the commits of the chat wait behind it.
/// Its bytes are not durable for it: that still takes an fsync, which has little left to do. Linux
/// only; elsewhere it does nothing.
class WriteOut {
public:
    explicit WriteOut(const QString& path);
    ~WriteOut();
    WriteOut(const WriteOut&) = delete;
    WriteOut& operator=(const WriteOut&) = delete;

private:
    void work();

    const int m_descriptor;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace impulse::server
