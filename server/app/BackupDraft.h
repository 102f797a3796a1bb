#pragma once

#include "common/core/Result.h"

#include <QString>

#include <functional>
#include <mutex>

namespace impulse::server {

/// The folder in which a backup is put together, FILE.part beside where it will be, so that what
/// has its name is complete. One at a time. It is taken away with the work, or by close() if the
/// process is about to end in the middle of it.
class BackupDraft {
public:
    BackupDraft() = default;
    BackupDraft(const BackupDraft&) = delete;
    BackupDraft& operator=(const BackupDraft&) = delete;

    /// Makes the folder, for the owner only, and gives its path. The error is a sentence.
    Result<QString, QString> begin(const QString& path);
    /// Gives the parts their names: `rename` is called unless close() was.
    Result<void, QString> publish(const std::function<Result<void, QString>()>& rename);
    /// Takes the folder away.
    void end();

    /// Any thread: takes the folder away, and nothing is begun or published after that.
    void close();

private:
    std::mutex m_mutex;
    QString m_folder;
    bool m_closed = false;
};

} // namespace impulse::server
