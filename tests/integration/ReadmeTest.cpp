#include "tests/support/Catch.h"
#include "tests/support/Processes.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>

#include <map>

// Every command that README.md tells people to type is run: here with other folders, or by .ci/run.

namespace {

QString key(const char* text)
{
    return QString::fromUtf8(text);
}

QString readSource(const char* path)
{
    QFile file(key(IMPULSE_SOURCE_DIR "/") + key(path));
    REQUIRE(file.open(QIODevice::ReadOnly));
    return QString::fromUtf8(file.readAll());
}

/// Lines of the ```sh blocks, in order.
QStringList commandsOf(const QString& document)
{
    static const QRegularExpression block(key("```sh\n(.*?)```"),
                                          QRegularExpression::DotMatchesEverythingOption);
    QStringList result;
    for (auto it = block.globalMatch(document); it.hasNext();)
        result += it.next().captured(1).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    return result;
}

struct Outcome {
    int code = -1;
    QString output;
};

Outcome runShell(const QString& command, const QString& folder, int ms = 60'000)
{
    QProcess process;
    process.setWorkingDirectory(folder);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(key("sh"), {key("-c"), command});
    if (!process.waitForFinished(ms)) {
        process.kill();
        process.waitForFinished();
        return {-1, QString::fromUtf8(process.readAll())};
    }
    return {process.exitCode(), QString::fromUtf8(process.readAll())};
}

} // namespace

TEST_CASE("every command of README.md is known here")
{
    const QStringList known{
        key("packaging/run.sh"),
        key("packaging/test.sh"),
        key("packaging/packages.sh"),
        key("sudo apt-get install ./build/release/packages/*.deb"),
        key("build/release/bin/impulse-server --data /srv/impulse --registration invite "
            "--address 0.0.0.0 --host chat.example.org --certificate cert.pem --key key.pem"),
        key("build/release/bin/impulse-server --data /srv/impulse --make-invite"),
        key("build/release/bin/impulse-cli --home ~/.impulse-bot --password-file password.txt "
            "send anna \"The backup is done.\""),
    };
    CHECK(commandsOf(readSource("README.md")) == known);
    const auto ci = readSource(".ci/run");
    CHECK(ci.contains(key("packaging/test.sh")));
    CHECK(ci.contains(key("packaging/run.sh")));
    CHECK(ci.contains(key("packaging/packages.sh")));
    // The installation, in a new system of its own.
    CHECK(ci.contains(key("packaging/clean-root.sh")));
    CHECK(readSource("packaging/clean-root.sh").contains(key("apt-get install -y")));
    CHECK(readSource("README.md").contains(key("cmake --preset dev && cmake --build build/dev")));
    CHECK(readSource("packaging/test.sh").contains(key("cmake --preset \"$preset\"")));
}

TEST_CASE("the server and script commands of README.md work as they stand there")
{
    QTemporaryDir folder;
    REQUIRE(folder.isValid());
    const auto here = [&](QString command) {
        return command.replace(key("build/release/bin/"), key(IMPULSE_BIN_DIR "/"))
            .replace(key("/srv/impulse"), folder.filePath(key("server")))
            .replace(key("~/.impulse-bot"), folder.filePath(key("bot")));
    };
    const auto commands = commandsOf(readSource("README.md"));
    REQUIRE(commands.size() == 7);

    const auto keys = runShell(
        key("openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 "
            "-subj /CN=localhost 2>/dev/null"),
        folder.path());
    REQUIRE(keys.code == 0);

    QProcess server;
    server.setWorkingDirectory(folder.path());
    server.start(key("sh"), {key("-c"), key("exec ") + here(commands.at(4)) + key(" --port 0")});
    REQUIRE(server.waitForReadyRead(20'000));
    const auto line = QString::fromUtf8(server.readLine()).trimmed();
    INFO(server.readAllStandardError().toStdString());
    REQUIRE(line.startsWith(key("impulse-server ready on wss://")));
    const auto port = line.section(QLatin1Char(':'), -1);

    const auto invite = runShell(here(commands.at(5)) + key(" 2>/dev/null"), folder.path());
    INFO(invite.output.toStdString());
    REQUIRE(invite.code == 0);
    CHECK(invite.output.startsWith(key("impulse://chat.example.org:")));
    const auto code = QRegularExpression(key("/i/([^#\\s]+)#(\\S+)")).match(invite.output);
    REQUIRE(code.hasMatch());

    QFile password(folder.filePath(key("password.txt")));
    REQUIRE(password.open(QIODevice::WriteOnly));
    password.write("seven green bicycles\n");
    password.close();
    const auto second = runShell(here(commands.at(5)) + key(" 2>/dev/null"), folder.path());
    const auto secondCode = QRegularExpression(key("/i/([^#\\s]+)#(\\S+)")).match(second.output);
    REQUIRE(secondCode.hasMatch());
    const auto enter = [&](const char* home, const char* name, const auto& match) {
        return runShell(here(key("build/release/bin/impulse-cli --home ") + folder.filePath(key(home))
                             + key(" --password-file password.txt --recovery-file ") + key(name)
                             + key(".code --server 'wss://127.0.0.1:") + port + key("/i/")
                             + match.captured(1) + key("#") + match.captured(2) + key("' register ")
                             + key(name)),
                        folder.path());
    };
    const auto anna = enter("anna", "anna", code);
    INFO(anna.output.toStdString());
    REQUIRE(anna.code == 0);
    const auto bot = enter("bot", "backup-bot", secondCode);
    INFO(bot.output.toStdString());
    REQUIRE(bot.code == 0);

    const auto sent = runShell(here(commands.at(6)), folder.path());
    INFO(sent.output.toStdString());
    CHECK(sent.code == 0);
    server.terminate();
    CHECK(server.waitForFinished(10'000));
    CHECK(server.exitCode() == 0);
}
