#include "client/storage/KeychainSecretStore.h"
#include "tests/integration/KeychainRun.h"
#include "tests/unit/client/storageSupport.h"

#include <QElapsedTimer>

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
    const QByteArray output = runWithoutKeychain(QStringLiteral("[.keychain-absent]"));
    INFO(output.toStdString());
    CHECK(output.isEmpty());
}

TEST_CASE("keychain: secrets of the Secret Service (skipped without gnome-keyring-daemon)")
{
    if (!hasKeychain()) {
        std::cout << "skipped: no gnome-keyring-daemon or dbus-run-session here" << std::endl;
        return;
    }
    const QByteArray output = runWithKeychain(QStringLiteral("[.keychain-present]"));
    INFO(output.toStdString());
    CHECK(output.isEmpty());
}
