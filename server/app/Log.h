#pragma once

#include "server/app/ServerConfig.h"

namespace impulse::server {

/// True if standard error goes to systemd's journal (JOURNAL_STREAM, systemd.exec(5)).
bool isJournal();

/// Sends everything that is logged to standard error, one line each, in this format. Main thread;
/// may be called again while others log.
void setLogFormat(LogFormat format);
/// What is below it is not logged. Main thread; may be called again while others log.
void setLogLevel(LogLevel level);

/// One line without its end, as it would be written. `isoTime` in UTC.
QByteArray logLine(LogFormat format, QtMsgType type, const char* category, const QString& message,
                   const QString& isoTime);

} // namespace impulse::server
