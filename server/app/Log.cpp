#include "server/app/Log.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLoggingCategory>

#include <atomic>
#include <sys/stat.h>
#include <unistd.h>

namespace impulse::server {

namespace {

// Qt's message handler is a bare function: it reaches nothing but globals.
std::atomic<LogFormat> currentFormat = LogFormat::Text;

const char* levelName(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return "debug";
    case QtInfoMsg:
        return "info";
    case QtWarningMsg:
        return "warning";
    default:
        return "error";
    }
}

/// sd-daemon(3): the kernel's log levels.
const char* journalPriority(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return "<7>";
    case QtInfoMsg:
        return "<6>";
    case QtWarningMsg:
        return "<4>";
    case QtCriticalMsg:
        return "<3>";
    default:
        return "<2>";
    }
}

void writeMessage(QtMsgType type, const QMessageLogContext& context, const QString& message)
{
    const auto now = QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
    const auto line = logLine(currentFormat.load(std::memory_order_relaxed), type,
                              context.category ? context.category : "default", message, now) +
                      '\n';
    // One call, so that lines of several threads do not mix.
    [[maybe_unused]] const auto written =
        ::write(STDERR_FILENO, line.constData(), static_cast<std::size_t>(line.size()));
}

} // namespace

bool isJournal()
{
    struct stat status {};
    const auto stream = qgetenv("JOURNAL_STREAM");
    return !stream.isEmpty() && ::fstat(STDERR_FILENO, &status) == 0 &&
           stream == QByteArray::number(static_cast<qulonglong>(status.st_dev)) + ':' +
                         QByteArray::number(static_cast<qulonglong>(status.st_ino));
}

QByteArray logLine(LogFormat format, QtMsgType type, const char* category, const QString& message,
                   const QString& isoTime)
{
    if (format == LogFormat::Json) {
        const QJsonObject line{{QStringLiteral("time"), isoTime},
                               {QStringLiteral("level"), QLatin1String(levelName(type))},
                               {QStringLiteral("category"), QLatin1String(category)},
                               {QStringLiteral("message"), message}};
        return QJsonDocument(line).toJson(QJsonDocument::Compact);
    }
    // A message stays one line, whatever is in it.
    auto text = message.toUtf8();
    for (auto& byte : text) {
        if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f)
            byte = ' ';
    }
    if (format == LogFormat::Journal)
        return QByteArray(journalPriority(type)) + category + ": " + text;
    return isoTime.toLatin1() + ' ' + levelName(type) + ' ' + category + ": " + text;
}

void setLogFormat(LogFormat format)
{
    if (format == LogFormat::Auto)
        format = isJournal() ? LogFormat::Journal : LogFormat::Text;
    currentFormat.store(format, std::memory_order_relaxed);
    qInstallMessageHandler(writeMessage);
}

void setLogLevel(LogLevel level)
{
    QString rules;
    if (level == LogLevel::Debug)
        rules = QStringLiteral("impulse.*.debug=true\n");
    if (level >= LogLevel::Warning)
        rules += QStringLiteral("*.info=false\n");
    if (level >= LogLevel::Error)
        rules += QStringLiteral("*.warning=false\n");
    QLoggingCategory::setFilterRules(rules);
}

} // namespace impulse::server
