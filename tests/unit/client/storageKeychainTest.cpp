#include "client/storage/KeychainSecretStore.h"
#include "tests/unit/client/storageSupport.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <iostream>

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

using Outcome = Result<void, SecretStoreError>;

Outcome finish(const std::function<void(SecretStore::Done)>& start)
{
    std::optional<Outcome> outcome;
    start([&](Outcome result) { outcome = result; });
    REQUIRE(waitUntil([&] { return outcome.has_value(); }));
    return *outcome;
}

Result<Bytes, SecretStoreError> readSecret(SecretStore& store, const QString& name)
{
    std::optional<Result<Bytes, SecretStoreError>> outcome;
    store.read(name, [&](Result<View, SecretStoreError> result) {
        if (result)
            outcome = Result<Bytes, SecretStoreError>(toBytes(*result));
        else
            outcome = Result<Bytes, SecretStoreError>(Failure{result.error()});
    });
    REQUIRE(waitUntil([&] { return outcome.has_value(); }));
    return *outcome;
}

/// Runs one hidden test of this program under `environment`; its output if it fails.
QByteArray runHidden(const QString& program, const QStringList& arguments,
                     const QProcessEnvironment& environment)
{
    QProcess process;
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (process.waitForFinished(60'000) && process.exitCode() == 0)
        return {};
    process.kill();
    return process.readAll() + "\n(the hidden test failed)";
}

} // namespace

TEST_CASE("keychain: round trip with a keychain", "[.keychain-present]")
{
    KeychainSecretStore store(QStringLiteral("Impulse test"));
    const QString name = QStringLiteral("profile");
    CHECK(readSecret(store, name).error() == SecretStoreError::NotFound);
    const Bytes secret{0, 1, 2, 0, 255, 128, 10};
    REQUIRE(finish([&](auto done) { store.write(name, secret, done); }).ok());
    REQUIRE(readSecret(store, name).value() == secret);
    CHECK(readSecret(store, QStringLiteral("other")).error() == SecretStoreError::NotFound);
    const Bytes changed{9};
    REQUIRE(finish([&](auto done) { store.write(name, changed, done); }).ok());
    CHECK(readSecret(store, name).value() == changed);
    REQUIRE(finish([&](auto done) { store.remove(name, done); }).ok());
    CHECK(readSecret(store, name).error() == SecretStoreError::NotFound);
    CHECK(finish([&](auto done) { store.remove(name, done); }).ok());
}

TEST_CASE("keychain: quick refusal without a keychain", "[.keychain-absent]")
{
    KeychainSecretStore store;
    QElapsedTimer timer;
    timer.start();
    CHECK(readSecret(store, QStringLiteral("profile")).error() == SecretStoreError::Unavailable);
    const Bytes secret(32, 1);
    CHECK(finish([&](auto done) {
              store.write(QStringLiteral("profile"), secret, done);
          }).error() == SecretStoreError::Unavailable);
    CHECK(timer.elapsed() < 400);
}

TEST_CASE("keychain: without one, the answer comes at once")
{
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"),
                       QStringLiteral("unix:path=/nonexistent"));
    const QByteArray output = runHidden(QCoreApplication::applicationFilePath(),
                                        {QStringLiteral("[.keychain-absent]")}, environment);
    INFO(output.toStdString());
    CHECK(output.isEmpty());
}

TEST_CASE("keychain: secrets of the Secret Service (skipped without gnome-keyring-daemon)")
{
    if (QStandardPaths::findExecutable(QStringLiteral("gnome-keyring-daemon")).isEmpty() ||
        QStandardPaths::findExecutable(QStringLiteral("dbus-run-session")).isEmpty()) {
        std::cout << "skipped: no gnome-keyring-daemon or dbus-run-session here" << std::endl;
        return;
    }
    QTemporaryDir home;
    auto environment = QProcessEnvironment::systemEnvironment();
    for (const auto* name : {"HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"})
        environment.insert(QLatin1String(name), home.path());
    environment.insert(QStringLiteral("PROGRAM"), QCoreApplication::applicationFilePath());
    const QString script = QStringLiteral(
        "printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "
        "exec \"$PROGRAM\" '[.keychain-present]'");
    const QByteArray output = runHidden(
        QStringLiteral("dbus-run-session"),
        {QStringLiteral("--"), QStringLiteral("sh"), QStringLiteral("-c"), script}, environment);
    INFO(output.toStdString());
    CHECK(output.isEmpty());
}
