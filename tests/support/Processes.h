#pragma once

#include <QElapsedTimer>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>

#include <functional>
#include <vector>

/// The real programs, started and killed by tests. Blocking; for test drivers only.
namespace impulse::test {

/// A process that takes and gives JSON lines (LineChannel). Every line it gave is kept.
class JsonProcess {
public:
    explicit JsonProcess(QString program, const QStringList& environment = {});
    /// Kills what still runs.
    ~JsonProcess();
    JsonProcess(const JsonProcess&) = delete;
    JsonProcess& operator=(const JsonProcess&) = delete;

    void start(const QStringList& arguments);
    bool isRunning() const { return m_process.state() == QProcess::Running; }
    qint64 pid() const { return m_process.processId(); }
    /// SIGKILL, and reads what was still in the pipe.
    void kill();
    /// Ends the input and waits for the process to leave; true if it did with code 0.
    bool finish(int ms = 20'000);
    /// SIGTERM; true if it left with code 0.
    bool stop(int ms = 20'000);

    void send(const QJsonObject& command);
    /// Waits for a line, new since the last call of await(), that fits; empty after `ms`.
    QJsonObject await(const std::function<bool(const QJsonObject&)>& fits, int ms = 30'000);
    /// The same for {"event": name}.
    QJsonObject awaitEvent(const char* name, int ms = 30'000);
    /// Reads for a time.
    void pump(int ms);

    /// Sees each line as it is read.
    std::function<void(const QJsonObject&)> onLine;
    QByteArray errorOutput() const { return m_errors; }
    const std::vector<QJsonObject>& lines() const { return m_lines; }

private:
    void read();
    bool waitExit(int ms);

    QString m_program;
    QProcess m_process;
    QByteArray m_input;
    QByteArray m_errors;
    std::vector<QJsonObject> m_lines;
    std::size_t m_seen = 0;
};

/// Path of a program of this build.
QString programPath(const char* name);
/// impulse-server of this build, or what IMPULSE_SERVER names for the servers that run, and
/// IMPULSE_COMMANDS for `ctl` and the commands without a server: a build with a sanitizer.
/// Two variables, since what IMPULSE_SERVER names may be a wrapper (tracing, another mount
/// namespace) through which an operator's command must not go. (Not IMPULSE_SERVER_…: what begins
/// so is the server's configuration.)
QString serverProgram();
QString serverCommands();

} // namespace impulse::test
