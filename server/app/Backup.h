#pragma once

#include "server/app/BackupDraft.h"

#include <functional>

namespace impulse::server {

struct BackupOrder {
    QString dataFolder;
    /// The file of SQLite.
    QString database;
    /// Of the backup. The blobs, where there are any, go to `path`.blobs.
    QString path;
    /// The server's keys to `path`.keys.
    bool withKeys = false;
};

/// Consistent while the server writes on, checked before it gets its name. Any thread; `progress`
/// is called on it. The error is a sentence.
Result<void, QString> backUp(const BackupOrder& order, BackupDraft& draft,
                             const std::function<void(const QString&)>& progress);

} // namespace impulse::server
