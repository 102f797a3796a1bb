#pragma once

#include "tests/support/Catch.h"
#include "tests/support/Processes.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/WireClient.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

/// A server and `impulse-server ctl`, both real programs. For test drivers only.
namespace impulse::tests {

using impulse::test::serverCommands;
using impulse::test::ServerProcess;
using impulse::test::serverProgram;

inline QString word(const char* text)
{
    return QString::fromUtf8(text);
}

inline QStringList words(const char* text)
{
    return word(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

struct Ran {
    int code = -1;
    QByteArray output;
    QByteArray errors;
    QJsonObject json;

    QString error() const { return json[word("error")].toString(); }
};

/// impulse-server, to its end; code -1 if that does not come.
inline Ran run(const QStringList& arguments)
{
    QProcess process;
    process.start(serverCommands(), arguments);
    const bool ended = waitUntil([&] { return process.state() == QProcess::NotRunning; }, 300'000);
    Ran ran{ended ? process.exitCode() : -1,
            process.readAllStandardOutput(),
            process.readAllStandardError(),
            {}};
    ran.json = QJsonDocument::fromJson(ran.output).object();
    return ran;
}

struct Running {
    QTemporaryDir dir;
    QString data = dir.filePath(word("data"));
    ServerProcess server{data};

    Ran ctl(const QStringList& command, bool json = true) const
    {
        return run(QStringList{word("ctl"), word("--data"), data} + command +
                   (json ? QStringList{word("--json")} : QStringList()));
    }
    Ran ctl(const char* command) const { return ctl(words(command)); }
    QUrl url() const { return QUrl(server.url()); }
    QString file(const char* name) const { return dir.filePath(word(name)); }
};

inline bool enter(WireClient& client, const QUrl& url, const TestPerson& person)
{
    return client.open(url) && client.hello() && client.registerAs(person);
}

} // namespace impulse::tests
