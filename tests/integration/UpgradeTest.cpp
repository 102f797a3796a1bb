#include "server/storage/DatabaseFile.h"
#include "tests/support/Catch.h"
#include "tests/support/Processes.h"
#include "tests/support/ServerProcess.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLockFile>
#include <QProcess>
#include <QTemporaryDir>

using impulse::test::ServerProcess;

namespace {

QString word(const char* text)
{
    return QString::fromUtf8(text);
}

/// A fixture of schemas/make.sh, unpacked.
struct Town {
    explicit Town(const QString& archive)
    {
        QProcess tar;
        tar.start(word("tar"), {word("-C"), dir.path(), word("-xJf"), archive});
        REQUIRE(tar.waitForFinished(30'000));
        REQUIRE(tar.exitCode() == 0);
    }
    bool start(ServerProcess& server) const
    {
        return server.start({word("--registration"), word("open"), word("--address"),
                             word("127.77.0.1"), word("--port"), word("47443"),
                             word("--certificate"),
                             dir.filePath(word("server/tls/certificate.pem")), word("--key"),
                             dir.filePath(word("server/tls/key.pem"))});
    }
    /// Standard output of impulse-cli; empty if it fails.
    QByteArray run(const char* person, const QStringList& command) const
    {
        QProcess cli;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(word("DBUS_SESSION_BUS_ADDRESS"), word("disabled:"));
        cli.setProcessEnvironment(environment);
        cli.start(impulse::test::programPath("impulse-cli"),
                  QStringList{word("--home"), dir.filePath(word(person)), word("--password-file"),
                              dir.filePath(word("password"))} +
                      command);
        const bool ended = cli.waitForFinished(60'000);
        UNSCOPED_INFO(cli.readAllStandardError().toStdString());
        return ended && cli.exitCode() == 0 ? cli.readAllStandardOutput() : QByteArray();
    }

    QTemporaryDir dir;
};

} // namespace

TEST_CASE("data of each released schema is upgraded, and everybody chats on", "[server]")
{
    const QDir schemas(word(IMPULSE_SOURCE_DIR "/tests/integration/schemas"));
    auto archives = schemas.entryList({word("*.tar.xz")});
    archives.sort();
    // One for each schema that there ever was: packaging/clean-root.sh upgrades the same ones.
    QStringList each;
    for (std::uint64_t schema = 1; schema <= impulse::server::schemaVersion(); ++schema)
        each << QStringLiteral("schema-%1.tar.xz").arg(schema);
    each.sort();
    REQUIRE(archives.join(QLatin1Char(' ')).toStdString() ==
            each.join(QLatin1Char(' ')).toStdString());
    // The profiles know one address: one such test at a time on a machine.
    QLockFile address(QDir::temp().filePath(word("impulse-upgrade-test.lock")));
    address.setStaleLockTime(0);
    REQUIRE(address.tryLock(300'000));
    for (const auto& archive : archives) {
        CAPTURE(archive.toStdString());
        const Town town(schemas.filePath(archive));
        ServerProcess server(town.dir.filePath(word("server")));
        REQUIRE(town.start(server));
        // What was there, and what waited on the server.
        const auto annas = town.run("anna", {word("history"), word("boris")});
        CHECK(annas.contains("written before the upgrade"));
        CHECK(annas.contains("and answered before it"));
        CHECK(annas.contains("waits for anna"));
        CHECK(town.run("boris", {word("history"), word("anna")}).contains("waits for boris"));
        // And on it goes, also after one more start.
        CHECK_FALSE(town.run("anna", {word("send"), word("boris"), word("after it")}).isEmpty());
        REQUIRE(server.stop());
        REQUIRE(town.start(server));
        CHECK(town.run("boris", {word("history"), word("anna")}).contains("after it"));
        CHECK(server.stop());
    }
}
