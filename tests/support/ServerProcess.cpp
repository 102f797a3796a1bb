#include "tests/support/ServerProcess.h"

#include "tests/support/EventLoop.h"
#include "tests/support/Processes.h"

#include <QFile>
#include <QUrl>

#include <csignal>
#include <sys/resource.h>
#include <unistd.h>

namespace impulse::test {

using tests::waitUntil;

ServerProcess::ServerProcess(QString dataFolder) : m_data(std::move(dataFolder)) {}

ServerProcess::~ServerProcess()
{
    kill();
    for (const char* sanitizer : {"ThreadSanitizer:", "AddressSanitizer:", "runtime error:"}) {
        if (errors().contains(sanitizer))
            qFatal("a sanitizer has found something in the server:\n%s", errors().constData());
    }
}

void ServerProcess::setDescriptorLimit(unsigned limit)
{
    m_process.setChildProcessModifier([limit] {
        const rlimit descriptors{limit, limit};
        ::setrlimit(RLIMIT_NOFILE, &descriptors);
    });
}

void ServerProcess::addEnvironment(const QStringList& variables)
{
    auto environment = m_process.processEnvironment();
    if (environment.isEmpty())
        environment = QProcessEnvironment::systemEnvironment();
    for (const auto& pair : variables)
        environment.insert(pair.section(QLatin1Char('='), 0, 0), pair.section(QLatin1Char('='), 1));
    m_process.setProcessEnvironment(environment);
}

std::int64_t ServerProcess::cpuMs() const
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid()));
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    const auto all = file.readAll();
    // After the name, which may contain anything: state is field 3, times are fields 14 and 15.
    const auto fields = all.mid(all.lastIndexOf(')') + 2).split(' ');
    const auto ticks = fields.value(11).toLongLong() + fields.value(12).toLongLong();
    return ticks * 1000 / ::sysconf(_SC_CLK_TCK);
}

bool ServerProcess::start(const QStringList& more)
{
    launch(more);
    constexpr int startMs = 30'000;
    const auto said = [this] {
        m_output += m_process.readAllStandardOutput();
        return m_output.contains('\n') || m_process.state() == QProcess::NotRunning;
    };
    const QByteArray ready = "impulse-server ready on ";
    if (!waitUntil(said, startMs) || !m_output.startsWith(ready))
        return false;
    m_url = QString::fromLatin1(m_output.mid(ready.size(), m_output.indexOf('\n') - ready.size()));
    m_port = QUrl(m_url).port();
    return true;
}

int ServerProcess::run(const QStringList& more)
{
    launch(more);
    return waitExit();
}

void ServerProcess::kill()
{
    m_process.kill();
    m_process.waitForFinished();
}

bool ServerProcess::stop(int ms)
{
    m_process.terminate();
    return waitExit(ms) == 0;
}

void ServerProcess::signal(int number)
{
    ::kill(static_cast<pid_t>(m_process.processId()), number);
}

int ServerProcess::waitExit(int ms)
{
    const bool ended = waitUntil([this] { return m_process.state() == QProcess::NotRunning; }, ms);
    m_output += m_process.readAllStandardOutput();
    return ended && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

const QByteArray& ServerProcess::errors()
{
    if (m_process.isOpen())
        m_errors += m_process.readAllStandardError();
    return m_errors;
}

void ServerProcess::launch(const QStringList& more)
{
    m_output.clear();
    errors(); // a start throws away what was not read
    QStringList arguments{QStringLiteral("--data"), m_data};
    if (!more.contains(QStringLiteral("--make-invite")) && !more.contains(QStringLiteral("--port")))
        arguments << QStringLiteral("--port") << QString::number(m_port);
    m_process.start(serverProgram(), arguments + more);
    m_process.waitForStarted();
}

} // namespace impulse::test
