// Where a backup lands: a server in a sandbox sees other folders than the person at the keyboard.
#include "tests/operation/Control.h"

#include <QDir>
#include <QFile>
#include <QLocalServer>
#include <QLocalSocket>

#include <memory>
#include <sys/stat.h>
#include <unistd.h>

using namespace impulse;
using namespace impulse::tests;

namespace {

/// While it lives, servers start in a mount namespace of their own, in which `mounts` (a shell
/// command, $1 is `folder`) was run.
class Sandbox {
public:
    Sandbox(const QTemporaryDir& dir, const QString& folder, const QString& mounts)
        : m_before(qgetenv("IMPULSE_SERVER"))
    {
        const auto path = dir.filePath(word("sandboxed"));
        QFile script(path);
        REQUIRE(script.open(QIODevice::WriteOnly));
        script.write(QStringLiteral("#!/bin/sh\nexec unshare --mount --propagation private sh -c "
                                    "'folder=$1; shift; %1; exec \"$@\"' sh '%2' '%3' \"$@\"\n")
                         .arg(mounts, folder, serverProgram())
                         .toUtf8());
        script.close();
        REQUIRE(script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        qputenv("IMPULSE_SERVER", QFile::encodeName(path));
    }
    ~Sandbox()
    {
        m_before.isEmpty() ? (void)qunsetenv("IMPULSE_SERVER")
                           : (void)qputenv("IMPULSE_SERVER", m_before);
    }
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

private:
    const QByteArray m_before;
};

bool mayUnshare()
{
    QProcess process;
    process.start(word("unshare"), words("--mount --propagation private true"));
    return process.waitForFinished() && process.exitStatus() == QProcess::NormalExit &&
           process.exitCode() == 0;
}

QStringList entriesOf(const QString& folder)
{
    return QDir(folder).entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden);
}

} // namespace

TEST_CASE("a backup to a folder that the server sees otherwise is refused before it begins (root)")
{
    if (::geteuid() != 0 || !mayUnshare())
        IMPULSE_SKIP("mount namespaces need the rights of root");
    Running running;
    const auto hidden = running.file("hidden");
    REQUIRE(QDir().mkpath(hidden + word("/mine")));
    const Sandbox sandbox(running.dir, hidden, word("mount -t tmpfs none \"$folder\""));
    REQUIRE(running.server.start());

    for (const auto* name : {"hidden/impulse.backup", "hidden/mine/impulse.backup"}) {
        CAPTURE(name);
        const auto refused = running.ctl({word("backup"), running.file(name)});
        CHECK(refused.code == 1);
        CHECK(refused.error().contains(word("another folder")));
        CHECK(refused.error().contains(running.data + word("/backups/impulse.backup")));
        CHECK_FALSE(refused.errors.contains("copying"));
    }
    CHECK(entriesOf(hidden) == QStringList{word("mine")});
    CHECK(entriesOf(QStringLiteral("/proc/%1/root").arg(running.server.pid()) + hidden).isEmpty());
    // What is only there for the server is no place either.
    REQUIRE(QDir().mkpath(
        QStringLiteral("/proc/%1/root%2/theirs").arg(running.server.pid()).arg(hidden)));
    CHECK(running.ctl({word("backup"), hidden + word("/theirs/impulse.backup")}).code == 1);

    // What the refusal names works, in the same sandbox.
    const auto there = running.data + word("/backups/impulse.backup");
    const auto made = running.ctl({word("backup"), there});
    INFO(made.output.toStdString() << made.errors.toStdString());
    CHECK(made.code == 0);
    CHECK(QFile(there).size() == made.json[word("bytes")].toInteger());
    struct stat status {};
    REQUIRE(::stat(QFile::encodeName(running.data + word("/backups")).constData(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
    CHECK(running.ctl({word("backup"), running.data + word("/backups/second")}).code == 0);
}

TEST_CASE("a folder that the server may only read: the refusal says where it may write (root)")
{
    if (::geteuid() != 0 || !mayUnshare())
        IMPULSE_SKIP("mount namespaces need the rights of root");
    Running running;
    const auto closed = running.file("closed");
    REQUIRE(QDir().mkpath(closed));
    const Sandbox sandbox(running.dir, closed,
                          word("mount --bind \"$folder\" \"$folder\" && "
                               "mount -o remount,bind,ro \"$folder\""));
    REQUIRE(running.server.start());
    const auto refused = running.ctl({word("backup"), closed + word("/impulse.backup")});
    CHECK(refused.code == 1);
    CHECK(refused.error().contains(word("cannot make the folder")));
    CHECK(refused.error().contains(running.data + word("/backups/impulse.backup")));
}

TEST_CASE("a backup that cannot be begun says where it can be made")
{
    Running running;
    REQUIRE(running.server.start());
    const auto nowhere = running.ctl({word("backup"), running.file("no/such/folder/name")});
    CHECK(nowhere.code == 1);
    CHECK(nowhere.error().contains(word("there is no folder")));
    CHECK(nowhere.error().contains(running.data + word("/backups/name")));
    // Nobody makes folders there, not even root.
    const auto closed = running.ctl({word("backup"), word("/proc/name")});
    CHECK(closed.code == 1);
    CHECK(closed.error().contains(running.data + word("/backups/name")));
    CHECK(running.ctl({word("backup"), running.data + word("/backups/name")}).code == 0);
}

TEST_CASE("ctl looks for the backup that a server says it has made")
{
    const QTemporaryDir dir;
    const auto path = dir.filePath(word("socket"));
    const auto backup = dir.filePath(word("impulse.backup"));
    // An older program, which compares no folders.
    QLocalServer server;
    REQUIRE(server.listen(path));
    QObject::connect(&server, &QLocalServer::newConnection, [&] {
        auto* socket = server.nextPendingConnection();
        QObject::connect(socket, &QLocalSocket::readyRead, socket, [socket, backup] {
            const QJsonObject result{{word("file"), backup}, {word("bytes"), 5}};
            socket->write(QJsonDocument(QJsonObject{{word("result"), result}})
                              .toJson(QJsonDocument::Compact) +
                          '\n');
            socket->disconnectFromServer();
        });
    });
    const QStringList ask{word("ctl"), word("--socket"), path, word("backup"), backup};
    const auto missing = run(ask);
    CHECK(missing.code == 1);
    CHECK(missing.errors.contains("no such file here"));
    CHECK(missing.output.isEmpty());
    CHECK(run(ask + QStringList{word("--json")}).error().contains(word("no such file here")));

    QFile file(backup);
    REQUIRE(file.open(QIODevice::WriteOnly));
    file.write("1234");
    REQUIRE(file.flush());
    CHECK(run(ask).code == 1);
    file.write("5");
    REQUIRE(file.flush());
    CHECK(run(ask).code == 0);
}
