#include "tests/support/CliPerson.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>

namespace impulse::test {

namespace {

/// The keychain of whoever runs the tests is none of their business.
QStringList noKeychain()
{
    return {QStringLiteral("DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")};
}

} // namespace

QJsonValue CliRun::field(const char* type, const char* name) const
{
    const auto found = all(type);
    if (found.empty())
        return QJsonValue::Undefined;
    return found.front().value(QLatin1String(name));
}

std::vector<QJsonObject> CliRun::all(const char* type) const
{
    std::vector<QJsonObject> result;
    for (const auto& object : lines) {
        if (object[QStringLiteral("type")] == QString::fromLatin1(type))
            result.push_back(object);
    }
    return result;
}

CliPerson::CliPerson(QString username, QString folder)
    : m_username(std::move(username)), m_folder(std::move(folder))
{
    QDir().mkpath(m_folder);
    setPassword("correct horse of " + m_username.toUtf8());
}

void CliPerson::setPassword(const QByteArray& password) const
{
    QFile file(passwordFile());
    if (file.open(QIODevice::WriteOnly | QIODevice::Truncate))
        file.write(password + '\n');
}

QStringList CliPerson::line(const QStringList& command) const
{
    return QStringList{QStringLiteral("--home"), home(), QStringLiteral("--password-file"),
                       passwordFile(), QStringLiteral("--json")} +
           command;
}

std::unique_ptr<JsonProcess> CliPerson::listen() const
{
    auto process = std::make_unique<JsonProcess>(programPath("impulse-cli"), noKeychain());
    process->start(line({QStringLiteral("listen")}));
    return process;
}

std::unique_ptr<QProcess> CliPerson::start(const QStringList& command) const
{
    auto process = std::make_unique<QProcess>();
    auto environment = QProcessEnvironment::systemEnvironment();
    for (const auto& pair : noKeychain())
        environment.insert(pair.section(QLatin1Char('='), 0, 0), pair.section(QLatin1Char('='), 1));
    process->setProcessEnvironment(environment);
    process->start(programPath("impulse-cli"), line(command));
    process->waitForStarted();
    return process;
}

CliRun CliPerson::finish(QProcess& process, int ms)
{
    process.closeWriteChannel();
    if (!process.waitForFinished(ms)) {
        process.kill();
        process.waitForFinished();
    }
    CliRun run;
    run.exitCode = process.exitCode();
    run.crashed = process.exitStatus() == QProcess::CrashExit;
    run.errors = process.readAllStandardError();
    const auto lines = process.readAllStandardOutput().split('\n');
    for (const auto& line : lines) {
        if (!line.isEmpty())
            run.lines.push_back(QJsonDocument::fromJson(line).object());
    }
    return run;
}

CliRun CliPerson::run(const QStringList& command, const QByteArray& input, int ms) const
{
    const auto process = start(command);
    process->write(input);
    return finish(*process, ms);
}

CliRun CliPerson::registerAt(const QString& server) const
{
    return run({QStringLiteral("--server"), server, QStringLiteral("register"), m_username,
                QStringLiteral("--recovery-file"), recoveryFile()});
}

QStringList CliPerson::history(const QString& with) const
{
    QStringList result;
    const CliRun run = this->run({QStringLiteral("history"), with});
    for (const auto& message : run.all("message")) {
        const QString kind = message[QStringLiteral("kind")].toString();
        const QString own =
            message[QStringLiteral("outgoing")].toBool() ? QStringLiteral("> ") : QString();
        if (kind == QLatin1String("text"))
            result.push_back(own + message[QStringLiteral("text")].toString());
        else if (kind == QLatin1String("deleted"))
            result.push_back(own + QStringLiteral("(deleted)"));
        else if (kind != QLatin1String("system"))
            result.push_back(QStringLiteral("!") + kind);
    }
    return result;
}

} // namespace impulse::test
