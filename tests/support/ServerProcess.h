#pragma once

#include "tests/support/EventLoop.h"

#include <QDir>
#include <QProcess>
#include <QUrl>

#include <csignal>

namespace impulse::tests {

/// The real impulse-server program on a folder.
class ServerProcess {
public:
    explicit ServerProcess(QString dataFolder) : m_dataFolder(std::move(dataFolder)) {}
    ~ServerProcess()
    {
        if (m_process.state() != QProcess::NotRunning) {
            m_process.kill();
            m_process.waitForFinished();
        }
    }

    static QString program() { return QStringLiteral(IMPULSE_BIN_DIR "/impulse-server"); }

    /// True when it says that it is ready.
    bool start(const QStringList& more = {QStringLiteral("--registration"), QStringLiteral("open")})
    {
        launch(more);
        const bool ready = waitUntil([this] {
            m_output += m_process.readAllStandardOutput();
            return m_output.contains('\n') || m_process.state() == QProcess::NotRunning;
        });
        return ready && m_output.startsWith("impulse-server ready on ");
    }

    /// Runs to its end and returns the exit code; -1 if it does not end by itself.
    int run(const QStringList& more)
    {
        launch(more);
        return waitExit();
    }

    void signal(int number) { ::kill(static_cast<pid_t>(m_process.processId()), number); }

    int waitExit(int ms = 10'000)
    {
        const bool ended =
            waitUntil([this] { return m_process.state() == QProcess::NotRunning; }, ms);
        m_output += m_process.readAllStandardOutput();
        return ended && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    }

    QUrl url() const
    {
        return QUrl(
            QString::fromLatin1(m_output.mid(qstrlen("impulse-server ready on ")).trimmed()));
    }
    const QByteArray& output() const { return m_output; }
    QByteArray errors()
    {
        m_errors += m_process.readAllStandardError();
        return m_errors;
    }

private:
    void launch(const QStringList& more)
    {
        m_output.clear();
        m_errors.clear();
        QStringList arguments{QStringLiteral("--data"), m_dataFolder};
        if (!more.contains(QStringLiteral("--make-invite")) &&
            !more.contains(QStringLiteral("--port")))
            arguments << QStringLiteral("--port") << QStringLiteral("0");
        m_process.start(program(), arguments + more);
        m_process.waitForStarted();
    }

    QString m_dataFolder;
    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
};

} // namespace impulse::tests
