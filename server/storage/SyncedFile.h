#pragma once

#include <QString>

namespace impulse::server {

/// A file that others write to and that is brought to the disk now and then, bit by bit, so that
/// other files (the write-ahead log) do not wait long for their turn at the disk.
///
/// With SQLite's own file: closing any descriptor of a file drops the locks that this process has
/// on it (https://sqlite.org/howtocorrupt.html, 2.2), so this one outlives every connection.
class SyncedFile {
public:
    explicit SyncedFile(const QString& path);
    ~SyncedFile();
    SyncedFile(const SyncedFile&) = delete;
    SyncedFile& operator=(const SyncedFile&) = delete;

    /// Blocks until what was written before is on the disk. One thread at a time. A failure is not
    /// told: the system tells it to each descriptor, so those who write learn it from their own
    /// sync.
    void sync();

private:
    const int m_descriptor;
};

} // namespace impulse::server
