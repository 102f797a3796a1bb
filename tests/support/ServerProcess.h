#pragma once

#include <QProcess>
#include <QStringList>

namespace impulse::test {

/// The real impulse-server program on a folder, on a free port of the loopback interface; the same
/// port after a restart. While it waits, the event loop runs, so that sockets of the same process
/// live on. For test drivers only.
///
/// The program is serverProgram(); what a sanitizer in it finds ends the test.
class ServerProcess {
public:
    explicit ServerProcess(QString dataFolder);
    /// Kills what still runs.
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    /// For later starts: hard limit of open descriptors, and variables NAME=VALUE.
    void setDescriptorLimit(unsigned limit);
    void addEnvironment(const QStringList& variables);

    /// True once it says that it accepts connections.
    bool start(const QStringList& more = {QStringLiteral("--registration"),
                                          QStringLiteral("open")});
    /// Runs to its end and returns the exit code; -1 if it does not end by itself.
    int run(const QStringList& more);
    /// SIGKILL.
    void kill();
    /// SIGTERM; true if it left with code 0 within `ms`.
    bool stop(int ms = 10'000);
    void signal(int number);
    /// The exit code; -1 if it did not leave by itself within `ms`.
    int waitExit(int ms = 10'000);

    bool isRunning() const { return m_process.state() == QProcess::Running; }
    /// Processor time that it has used, in milliseconds.
    std::int64_t cpuMs() const;
    qint64 pid() const { return m_process.processId(); }
    /// What the ready line names.
    const QString& url() const { return m_url; }
    /// Standard output of the last start.
    const QByteArray& output() const { return m_output; }
    /// Standard error of all starts.
    const QByteArray& errors();

private:
    void launch(const QStringList& more);

    QString m_data;
    QString m_url;
    int m_port = 0;
    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
};

} // namespace impulse::test
