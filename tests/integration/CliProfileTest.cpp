#include "tests/integration/CliTown.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>

#include <sys/mount.h>

using namespace impulse::test;

// Profiles on disks that fail, and several of them side by side, with the real programs.

namespace {

QByteArray hashOf(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(&file);
    return hash.result();
}

QString databaseOf(const CliPerson& person)
{
    return person.home() + word("/client.db");
}

/// Flips bytes in the middle of each page but the first, which SQLite itself would refuse.
void damage(const QString& path)
{
    QFile file(path);
    REQUIRE(file.open(QIODevice::ReadWrite));
    constexpr qint64 page = 4096;
    REQUIRE(file.size() > 2 * page);
    for (qint64 at = page + 100; at < file.size(); at += page) {
        REQUIRE(file.seek(at));
        QByteArray bytes = file.read(64);
        for (auto& byte : bytes)
            byte = static_cast<char>(~byte);
        REQUIRE(file.seek(at));
        file.write(bytes);
    }
}

/// A program of its own by `--profile`, under a data folder of the test's.
CliRun runProfile(const QString& dataFolder, const QStringList& command)
{
    QProcess process;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(word("XDG_DATA_HOME"), dataFolder);
    environment.insert(word("DBUS_SESSION_BUS_ADDRESS"), word("unix:path=/nonexistent"));
    process.setProcessEnvironment(environment);
    process.start(programPath("impulse-cli"), QStringList{word("--json")} + command);
    REQUIRE(process.waitForStarted());
    return CliPerson::finish(process);
}

} // namespace

TEST_CASE("a damaged database is said and left as it is", "[cli][fault]")
{
    Town town;
    town.acquaint();
    for (int i = 0; i < 5; ++i)
        send(town.anna, town.bob, word("line %1").arg(i));
    REQUIRE(town.bob.run(words("contacts")).exitCode == 0);
    const QString path = databaseOf(town.bob);
    SECTION("pages are overwritten")
    {
        damage(path);
    }
    SECTION("it is no database at all")
    {
        QFile file(path);
        REQUIRE(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(QByteArray(20'000, 'x'));
    }
    const auto before = hashOf(path);
    const auto run = town.bob.run(words("history anna"));
    CHECK_FALSE(run.crashed);
    CHECK(run.exitCode == 1);
    const auto message = run.field("error", "message").toString();
    INFO(message.toStdString());
    CHECK(message.contains(word("damaged")));
    CHECK(run.all("message").empty());
    CHECK(hashOf(path) == before);
    // The other side goes on.
    send(town.anna, town.bob, word("are you there?"));
}

TEST_CASE("the app says that its data is damaged and changes nothing", "[fault]")
{
    Town town;
    town.acquaint();
    const QString path = databaseOf(town.bob);
    QFile file(path);
    REQUIRE(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(QByteArray(20'000, 'x'));
    file.close();
    const auto before = hashOf(path);
    JsonProcess app(programPath("impulse-demo-client"),
                    {word("QT_QPA_PLATFORM=offscreen"), word("LANGUAGE=en"),
                     word("DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")});
    app.start({word("--home"), town.bob.home()});
    app.send({{word("op"), word("wait")}, {word("name"), word("notice")}});
    const auto shown = app.await([](const QJsonObject& line) { return line.contains(word("ok")); });
    INFO(app.errorOutput().toStdString());
    CHECK(shown[word("ok")].toBool());
    app.kill();
    CHECK(hashOf(path) == before);
}

TEST_CASE("a read-only folder is said and nothing is lost (skipped without mount rights)",
          "[cli][fault]")
{
    Town town;
    const QByteArray mounted = QFile::encodeName(town.dir.filePath(word("bob")));
    QFile password(town.bob.passwordFile());
    REQUIRE(password.open(QIODevice::ReadOnly));
    const auto secret = password.readAll().trimmed();
    if (::mount("tmpfs", mounted.constData(), "tmpfs", 0, "size=16m") != 0)
        IMPULSE_SKIP("no right to mount");
    struct Unmount {
        const QByteArray& path;
        ~Unmount() { ::umount2(path.constData(), MNT_DETACH); }
    } const unmount{mounted};
    town.bob.setPassword(secret);
    town.acquaint();
    send(town.anna, town.bob, word("before"));
    REQUIRE(town.bob.history(word("anna")).contains(word("before")));

    REQUIRE(::mount("tmpfs", mounted.constData(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=16m") ==
            0);
    send(town.anna, town.bob, word("meanwhile"));
    const auto run = town.bob.run(words("history anna"));
    CHECK_FALSE(run.crashed);
    CHECK(run.exitCode == 1);
    const auto message = run.field("error", "message").toString();
    INFO(message.toStdString());
    CHECK(message.contains(word("written")));

    REQUIRE(::mount("tmpfs", mounted.constData(), "tmpfs", MS_REMOUNT, "size=16m") == 0);
    const auto history = town.bob.history(word("anna"));
    CHECK(history.contains(word("before")));
    CHECK(history.contains(word("meanwhile")));
}

TEST_CASE("profiles are used side by side, each by one program at a time", "[cli]")
{
    Town town;
    const QString data = town.dir.filePath(word("data"));
    for (const auto* person : {&town.anna, &town.bob}) {
        const auto run =
            runProfile(data, {word("--profile"), person->username(), word("--password-file"),
                              person->passwordFile(), word("--server"), town.server.url(),
                              word("register"), person->username(), word("--recovery-file"),
                              person->recoveryFile()});
        INFO(run.errors.toStdString());
        REQUIRE(run.exitCode == 0);
    }
    const auto as = [](const CliPerson& person, const QStringList& command) {
        return QStringList{word("--profile"), person.username(), word("--password-file"),
                           person.passwordFile()} +
               command;
    };
    QProcess listening;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(word("XDG_DATA_HOME"), data);
    environment.insert(word("DBUS_SESSION_BUS_ADDRESS"), word("unix:path=/nonexistent"));
    listening.setProcessEnvironment(environment);
    listening.start(programPath("impulse-cli"),
                    QStringList{word("--json")} + as(town.bob, {word("listen")}));
    REQUIRE(listening.waitForStarted());
    REQUIRE(listening.waitForReadyRead(30'000));

    const auto sent = runProfile(data, as(town.anna, words("send bob hello")));
    INFO(sent.errors.toStdString());
    CHECK(sent.exitCode == 0);
    const auto second = runProfile(data, as(town.bob, words("contacts")));
    CHECK(second.exitCode == 1);
    CHECK(second.field("error", "message").toString().contains(word("another program")));

    listening.terminate();
    CHECK(listening.waitForFinished(20'000));
    CHECK(listening.readAllStandardOutput().contains("hello"));
    CHECK(runProfile(data, as(town.bob, words("contacts"))).exitCode == 0);
}
