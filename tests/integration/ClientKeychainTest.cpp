#include "client/storage/KeychainSecretStore.h"
#include "tests/unit/client/coreWorld.h"
#include "tests/integration/KeychainRun.h"

#include <iostream>

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

/// A whole client over the keychain of this session.
struct KeychainPerson : TestPerson {
    KeychainPerson(TestServer& server, const QString& who) : TestPerson(server, who)
    {
        secrets = &keychain;
        stop();
        start();
    }
    ~KeychainPerson() { stop(); }

    /// With "keep me signed in".
    Registered registerKept()
    {
        auto result = ask<Registered>([&](auto callback) {
            client().accounts().registerAccount(
                {link(), {}, name, QStringLiteral("Shown"), Password(password), true}, {},
                callback);
        });
        REQUIRE(result.ok());
        REQUIRE(online());
        return *result;
    }
    ProfileState stateAfterRestart()
    {
        stop();
        start();
        return client().accounts().state();
    }

    KeychainSecretStore keychain{QStringLiteral("Impulse test")};
};

} // namespace

TEST_CASE("A client with a keychain opens without a password", "[.client-keychain-present]")
{
    TestServer server;
    KeychainPerson anna(server, QStringLiteral("anna"));
    const auto registered = anna.registerKept();
    CHECK_FALSE(registered.keychainMissing);
    REQUIRE(anna.stateAfterRestart() == ProfileState::Unlocked);
    CHECK(anna.online());
    // There is no password slot to lock behind.
    CHECK_FALSE(anna.done([&](auto done) { anna.client().accounts().lock(done); }));

    KeychainPerson second(server, QStringLiteral("anna-on-another-computer"));
    const auto joined = second.ask<SignedIn>([&](auto done) {
        second.client().accounts().signIn(
            {second.link(), QStringLiteral("anna"), Password(second.password)},
            {[&](const auto&, const auto& reply) { reply(registered.recoveryCode); },
             TestPerson::keepAll},
            {}, done);
    });
    REQUIRE(joined.ok());
    CHECK_FALSE(joined->keychainMissing);
    REQUIRE(second.stateAfterRestart() == ProfileState::Unlocked);
    CHECK(second.online());

    // Signing out takes the key along, and only this profile's.
    REQUIRE(second.done([&](auto done) { second.client().accounts().signOut(done); }));
    CHECK(second.stateAfterRestart() == ProfileState::NoAccount);
    std::optional<bool> found;
    second.keychain.read(
        QStringLiteral("local-key:anna-on-another-computer"),
        [&](const Result<View, SecretStoreError>& secret) { found = secret.ok(); });
    REQUIRE(waitUntil([&] { return found.has_value(); }));
    CHECK_FALSE(*found);
    CHECK(anna.stateAfterRestart() == ProfileState::Unlocked);
}

TEST_CASE("A client without a keychain asks for the password", "[.client-keychain-absent]")
{
    TestServer server;
    KeychainPerson anna(server, QStringLiteral("anna"));
    CHECK(anna.registerKept().keychainMissing);
    REQUIRE(anna.stateAfterRestart() == ProfileState::Locked);
    const auto wrong = anna.ask<void>([&](auto done) {
        anna.client().accounts().unlock(Password(QStringLiteral("not the password")), done);
    });
    REQUIRE_FALSE(wrong.ok());
    CHECK(wrong.error().code == ClientErrorCode::WrongCredentials);
    anna.unlock();
    CHECK(anna.online());
}

TEST_CASE("keychain: a whole client without one")
{
    const QByteArray output = runWithoutKeychain(QStringLiteral("[.client-keychain-absent]"));
    INFO(output.toStdString());
    CHECK(output.isEmpty());
}

TEST_CASE("keychain: a whole client with one (skipped without gnome-keyring-daemon)")
{
    if (!hasKeychain()) {
        std::cout << "skipped: no gnome-keyring-daemon or dbus-run-session here" << std::endl;
        return;
    }
    const QByteArray output = runWithKeychain(QStringLiteral("[.client-keychain-present]"));
    INFO(output.toStdString());
    CHECK(output.isEmpty());
}
