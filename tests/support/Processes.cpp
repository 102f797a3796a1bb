#include "tests/support/Processes.h"

#include <QJsonDocument>

#include <algorithm>

namespace impulse::test {

namespace {

QString serverUnless(const char* variable)
{
    const auto other = qEnvironmentVariable(variable);
    return other.isEmpty() ? programPath("impulse-server") : other;
}

} // namespace

QString programPath(const char* name)
{
    return QStringLiteral(IMPULSE_BIN_DIR "/") + QString::fromLatin1(name);
}

QString serverProgram()
{
    return serverUnless("IMPULSE_SERVER");
}

QString serverCommands()
{
    return serverUnless("IMPULSE_COMMANDS");
}

JsonProcess::JsonProcess(QString program, const QStringList& environment)
    : m_program(std::move(program))
{
    auto values = QProcessEnvironment::systemEnvironment();
    for (const auto& pair : environment)
        values.insert(pair.section(QLatin1Char('='), 0, 0), pair.section(QLatin1Char('='), 1));
    m_process.setProcessEnvironment(values);
}

JsonProcess::~JsonProcess()
{
    kill();
}

void JsonProcess::start(const QStringList& arguments)
{
    m_input.clear();
    m_process.start(m_program, arguments);
    m_process.waitForStarted();
}

void JsonProcess::kill()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished();
    read();
}

bool JsonProcess::finish(int ms)
{
    m_process.closeWriteChannel();
    return waitExit(ms);
}

bool JsonProcess::stop(int ms)
{
    m_process.terminate();
    return waitExit(ms);
}

bool JsonProcess::waitExit(int ms)
{
    const bool left = m_process.waitForFinished(ms);
    read();
    return left && m_process.exitStatus() == QProcess::NormalExit && m_process.exitCode() == 0;
}

void JsonProcess::send(const QJsonObject& command)
{
    m_process.write(QJsonDocument(command).toJson(QJsonDocument::Compact) + '\n');
    m_process.waitForBytesWritten(1000);
}

void JsonProcess::read()
{
    m_errors += m_process.readAllStandardError();
    m_input += m_process.readAllStandardOutput();
    for (auto end = m_input.indexOf('\n'); end >= 0; end = m_input.indexOf('\n')) {
        m_lines.push_back(QJsonDocument::fromJson(m_input.left(end)).object());
        m_input.remove(0, end + 1);
        if (onLine)
            onLine(m_lines.back());
    }
}

QJsonObject JsonProcess::await(const std::function<bool(const QJsonObject&)>& fits, int ms)
{
    QElapsedTimer clock;
    clock.start();
    for (;;) {
        read();
        while (m_seen < m_lines.size()) {
            const auto& line = m_lines[m_seen++];
            if (fits(line))
                return line;
        }
        if (clock.elapsed() > ms || m_process.state() == QProcess::NotRunning)
            return {};
        m_process.waitForReadyRead(20);
    }
}

QJsonObject JsonProcess::awaitEvent(const char* name, int ms)
{
    const auto wanted = QString::fromLatin1(name);
    return await([&](const QJsonObject& line) { return line[QLatin1String("event")] == wanted; },
                 ms);
}

void JsonProcess::pump(int ms)
{
    QElapsedTimer clock;
    clock.start();
    do {
        m_process.waitForReadyRead(static_cast<int>(std::max<qint64>(1, ms - clock.elapsed())));
        read();
    } while (clock.elapsed() < ms && m_process.state() == QProcess::Running);
}

} // namespace impulse::test
