#pragma once

#include "common/core/Result.h"

#include <QJsonObject>
#include <QString>

namespace impulse::server {

/// A server that a service manager or a container closes in may see other folders under the same
/// names than the person who asks it for a backup (its own /tmp, no /home): the file would be where
/// that person never finds it, and gone with the service. So the asker says which folder he means,
/// the server compares before it copies anything, and the asker looks in the end.
///
/// Asker: the folder of `file`, or the nearest above it that is there, as
/// {"path", "device", "inode"}.
QJsonObject placeOf(const QString& file);

/// Server: is this folder the same here? Makes `dataFolder`/backups if that is where `file` goes.
/// An asker that names no place (an older program) is believed. The error is a sentence.
Result<void, QString> agreeOn(const QJsonObject& place, const QString& file,
                              const QString& dataFolder);

/// What a server that cannot write somewhere can do instead.
QString elsewhereHint(const QString& file, const QString& dataFolder);

/// Asker: is the backup that the server says it has made, {"file", "bytes"}, here? The error is a
/// sentence.
Result<void, QString> findBackup(const QJsonObject& result);

} // namespace impulse::server
