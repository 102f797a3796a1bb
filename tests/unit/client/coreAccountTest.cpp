#include "server/core/InviteCodes.h"
#include "tests/unit/client/coreWorld.h"

#include <QElapsedTimer>

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

constexpr std::uint64_t minuteMs = 60'000;

/// A sign-in whose questions the test answers when it likes.
struct Attempt {
    explicit Attempt(TestPerson& who) : person(who) {}

    void begin(const QString& username)
    {
        SignIn request{person.link(), username, Password(person.password), false, {}, false};
        start(std::move(request));
    }
    void start(SignIn request)
    {
        person.client().accounts().signIn(
            std::move(request),
            {[this](std::optional<ClientError> why, auto reply) {
                 ++codesAsked;
                 problem = why;
                 answerCode = std::move(reply);
             },
             [this](std::vector<ListedDevice> listed, auto reply) {
                 devices = std::move(listed);
                 answerDevices = std::move(reply);
             }},
            {}, [this](Result<SignedIn, ClientError> outcome) { result = std::move(outcome); });
    }
    bool asksCode(int times)
    {
        return waitUntil([&] { return codesAsked == times || result; }, 20'000) && !result;
    }
    bool asksDevices()
    {
        return waitUntil([&] { return answerDevices || result; }, 20'000) && !result;
    }
    void keepDevices() { TestPerson::keepAll(devices, answerDevices); }
    bool ends()
    {
        return waitUntil([&] { return result.has_value(); }, 20'000);
    }
    ClientErrorCode error() const { return result->error().code; }

    TestPerson& person;
    int codesAsked = 0;
    std::optional<ClientError> problem;
    std::function<void(QString)> answerCode;
    std::vector<ListedDevice> devices;
    std::function<void(std::vector<DeviceFate>)> answerDevices;
    std::optional<Result<SignedIn, ClientError>> result;
};

template <class T> struct Answer {
    std::optional<Result<T, ClientError>> result;
    Callback<T> callback()
    {
        return [this](Result<T, ClientError> outcome) { result = std::move(outcome); };
    }
    bool comes()
    {
        return waitUntil([&] { return result.has_value(); }, 20'000);
    }
    bool isCancelled() const
    {
        return result && !result->ok() && result->error().code == ClientErrorCode::Cancelled;
    }
};

Registration registrationOf(TestPerson& person)
{
    return {person.link(), {}, person.name, QStringLiteral("Shown"), Password(person.password),
            false};
}

/// What is on the disk opens as no account.
bool isEmptyAfterRestart(TestPerson& person)
{
    person.stop();
    person.start();
    return person.client().accounts().state() == ProfileState::NoAccount;
}

} // namespace

TEST_CASE("Signing in checks the password before it asks for the code", "[core][account]")
{
    World world;
    auto& anna = world.anna;
    TestPerson second(world.server, QStringLiteral("anna"));
    Attempt attempt(second);

    SECTION("a wrong password ends it without a question")
    {
        second.password = QStringLiteral("not the password");
        attempt.begin(QStringLiteral("anna"));
        REQUIRE(attempt.ends());
        CHECK(attempt.error() == ClientErrorCode::WrongCredentials);
        CHECK(attempt.codesAsked == 0);
    }
    SECTION("a wrong code is asked again, and nothing is stretched again")
    {
        attempt.begin(QStringLiteral("anna"));
        REQUIRE(attempt.asksCode(1));
        CHECK_FALSE(attempt.problem);
        attempt.answerCode(world.boris.recoveryCode);
        REQUIRE(attempt.asksCode(2));
        CHECK(attempt.problem == ClientError{ClientErrorCode::WrongCredentials});
        attempt.answerCode(QStringLiteral("abc"));
        REQUIRE(attempt.asksCode(3));
        CHECK(attempt.problem == ClientError{ClientErrorCode::MalformedRecoveryCode});
        attempt.answerCode(anna.recoveryCode);
        REQUIRE(attempt.asksDevices());
        CHECK(attempt.devices.size() == 1);
        attempt.keepDevices();
        REQUIRE(attempt.ends());
        CHECK(attempt.result->ok());
        CHECK(second.workers.runs == 1);
        CHECK(second.online());
    }
    SECTION("no answer is a cancel")
    {
        attempt.begin(QStringLiteral("anna"));
        REQUIRE(attempt.asksCode(1));
        attempt.answerCode(QString());
        REQUIRE(attempt.ends());
        CHECK(attempt.error() == ClientErrorCode::Cancelled);
        CHECK(isEmptyAfterRestart(second));
    }
    SECTION("the recovery code alone sets a new password")
    {
        second.password = QStringLiteral("a rather new password");
        attempt.start({second.link(), QStringLiteral("anna"), Password(second.password), true,
                       world.boris.recoveryCode});
        REQUIRE(attempt.ends());
        CHECK(attempt.error() == ClientErrorCode::WrongCredentials);
        attempt.result.reset();
        attempt.start({second.link(), QStringLiteral("anna"), Password(second.password), true,
                       anna.recoveryCode});
        REQUIRE(attempt.asksDevices());
        attempt.keepDevices();
        REQUIRE(attempt.ends());
        CHECK(attempt.result->ok());
        CHECK(attempt.codesAsked == 0);
    }
}

TEST_CASE("A code that is typed slowly finds the connection again", "[core][account]")
{
    World world;
    auto& anna = world.anna;
    TestPerson second(world.server, QStringLiteral("anna"));
    Attempt attempt(second);
    attempt.begin(QStringLiteral("anna"));
    REQUIRE(attempt.asksCode(1));
    bool cutLater = false;

    SECTION("after the server has ended what waited too long")
    {
        world.server.clock.shiftMs += 31 * minuteMs;
        world.server.core().tick();
        attempt.answerCode(anna.recoveryCode);
    }
    SECTION("after the line broke")
    {
        second.transport->cut();
        attempt.answerCode(anna.recoveryCode);
    }
    SECTION("and says so where the server cannot be reached for a while")
    {
        second.transport->cut();
        second.transport->reachable = false;
        attempt.answerCode(anna.recoveryCode);
        REQUIRE(attempt.asksCode(2));
        CHECK(attempt.problem == ClientError{ClientErrorCode::ServerUnreachable});
        second.transport->reachable = true;
        attempt.answerCode(anna.recoveryCode);
    }
    SECTION("also while the devices are asked about")
    {
        attempt.answerCode(anna.recoveryCode);
        cutLater = true;
    }
    REQUIRE(attempt.asksDevices());
    if (cutLater)
        second.transport->cut();
    attempt.keepDevices();
    REQUIRE(attempt.ends());
    CHECK(attempt.result->ok());
    CHECK(second.workers.runs == 1);
    CHECK(second.online());
}

TEST_CASE("Cancelling a registration leaves nothing", "[core][account]")
{
    TestServer server;
    TestPerson anna(server, QStringLiteral("anna"));
    auto& accounts = anna.client().accounts();
    CHECK_FALSE(accounts.cancel());
    Answer<Registered> outcome;

    SECTION("while the password is stretched; the next try may begin at once")
    {
        anna.workers.held = true;
        accounts.registerAccount(registrationOf(anna), {}, outcome.callback());
        REQUIRE(waitUntil([&] { return anna.workers.hasWaiting(); }));
        CHECK(accounts.cancel());
        CHECK(outcome.isCancelled());
        CHECK_FALSE(accounts.cancel());
        Answer<Registered> again;
        accounts.registerAccount(registrationOf(anna), {}, again.callback());
        CHECK_FALSE(again.result);
        anna.workers.release();
        REQUIRE(again.comes());
        CHECK(again.result->ok());
        CHECK(outcome.isCancelled());
        CHECK(anna.online());
    }
    SECTION("while it connects")
    {
        anna.transport->toServer = [](Bytes) { return std::nullopt; };
        accounts.registerAccount(registrationOf(anna), {}, outcome.callback());
        CHECK(accounts.cancel());
        CHECK(outcome.isCancelled());
        anna.transport->toServer = {};
        anna.registerAccount();
    }
    SECTION("when the keys are made already: they do not stay on the disk")
    {
        const auto progress = [&](Progress step) {
            if (step == Progress::MakingKeys)
                CHECK(accounts.cancel());
            CHECK(step != Progress::Uploading);
        };
        accounts.registerAccount(registrationOf(anna), progress, outcome.callback());
        REQUIRE(outcome.comes());
        CHECK(outcome.isCancelled());
        // A check waits until what was begun is tidied up.
        const auto isFree = anna.ask<bool>(
            [&](auto done) { accounts.checkUsername(anna.link(), QStringLiteral("anna"), done); });
        CHECK((isFree.ok() && *isFree));
        CHECK(isEmptyAfterRestart(anna));
    }
    SECTION("but not once the server was asked")
    {
        const auto progress = [&](Progress step) {
            if (step == Progress::Uploading)
                CHECK_FALSE(accounts.cancel());
        };
        accounts.registerAccount(registrationOf(anna), progress, outcome.callback());
        REQUIRE(outcome.comes());
        CHECK(outcome.result->ok());
    }
}

TEST_CASE("Registering does not wait for a check of the server", "[core][account]")
{
    TestServer server;
    TestPerson anna(server, QStringLiteral("anna"));
    Answer<ServerInfo> check;
    anna.transport->toServer = [](Bytes) { return std::nullopt; };
    anna.client().accounts().checkServer(anna.link(), check.callback());
    CHECK_FALSE(anna.client().accounts().cancel());
    CHECK_FALSE(check.result);
    anna.transport->toServer = {};
    anna.registerAccount();
    CHECK(check.isCancelled());
}

TEST_CASE("The operator's code sets a password and opens nothing", "[core][account]")
{
    World world;
    auto& anna = world.anna;
    const auto user = anna.client().accounts().userId();
    world.server.write([&](server::Store& store) {
        store.accounts().setResetCode(
            user, {server::resetHash("ABCD-EFGH"), world.server.clock.nowMs() + minuteMs});
    });
    TestPerson second(world.server, QStringLiteral("anna"));
    second.password = QStringLiteral("an entirely new password");
    const auto reset = [&](const char* code) {
        return second.ask<void>([&](auto done) {
            second.client().accounts().resetPassword({second.link(), QStringLiteral("anna"),
                                                      QString::fromLatin1(code),
                                                      Password(second.password)},
                                                     {}, done);
        });
    };
    const auto wrong = reset("ABCD-EFGI");
    REQUIRE_FALSE(wrong.ok());
    CHECK(wrong.error().code == ClientErrorCode::WrongCredentials);
    REQUIRE(reset("ABCD-EFGH").ok());
    CHECK_FALSE(reset("ABCD-EFGH").ok());
    CHECK(second.client().accounts().state() == ProfileState::NoAccount);
    // After two wrong codes there is a wait.
    world.server.clock.shiftMs += server::RateLimiter::firstWaitMs;

    // The password alone is not enough.
    Attempt attempt(second);
    attempt.begin(QStringLiteral("anna"));
    REQUIRE(attempt.asksCode(1));
    attempt.answerCode(QString());
    REQUIRE(attempt.ends());
    CHECK(attempt.error() == ClientErrorCode::Cancelled);
    REQUIRE(second.signIn(QStringLiteral("anna"), anna.recoveryCode).ok());
    CHECK(second.online());
}

TEST_CASE("A disabled account is told so, and comes back when it is enabled", "[core][account]")
{
    World world;
    auto& anna = world.anna;
    const auto user = anna.client().accounts().userId();
    const auto disable = [&](bool disabled) {
        world.server.write(
            [&](server::Store& store) { store.accounts().setDisabled(user, disabled); });
    };
    disable(true);
    anna.transport->cut();
    auto& connection = anna.client().connection();
    REQUIRE(waitUntil([&] { return connection.state() == ConnectionState::Stopped; }, 20'000));
    CHECK(connection.lastError().code == ClientErrorCode::AccountDisabled);
    CHECK(kindOf(connection.lastError()) == ErrorKind::Refused);
    CHECK(anna.client().accounts().state() == ProfileState::Unlocked);
    disable(false);
    connection.retryNow();
    CHECK(anna.online());
}

TEST_CASE("Cancelling a sign-in leaves nothing", "[core][account]")
{
    World world;
    auto& anna = world.anna;
    TestPerson second(world.server, QStringLiteral("anna"));
    auto& accounts = second.client().accounts();
    Attempt attempt(second);
    SECTION("while the password is stretched")
    {
        second.workers.held = true;
        attempt.begin(QStringLiteral("anna"));
        REQUIRE(waitUntil([&] { return second.workers.hasWaiting(); }));
        CHECK(accounts.cancel());
        REQUIRE(attempt.result);
        second.workers.release();
    }
    SECTION("while the code is asked for")
    {
        attempt.begin(QStringLiteral("anna"));
        REQUIRE(attempt.asksCode(1));
        CHECK(accounts.cancel());
        REQUIRE(attempt.result);
        // An answer that comes after all is none.
        attempt.answerCode(anna.recoveryCode);
    }
    SECTION("while the devices are asked about")
    {
        attempt.begin(QStringLiteral("anna"));
        REQUIRE(attempt.asksCode(1));
        attempt.answerCode(anna.recoveryCode);
        REQUIRE(attempt.asksDevices());
        // A second answer to the first question is none either.
        attempt.answerCode(anna.recoveryCode);
        CHECK(accounts.cancel());
        REQUIRE(attempt.result);
        attempt.keepDevices();
    }
    CHECK(attempt.error() == ClientErrorCode::Cancelled);
    CHECK(accounts.state() == ProfileState::NoAccount);
    CHECK(isEmptyAfterRestart(second));
    REQUIRE(second.signIn(QStringLiteral("anna"), anna.recoveryCode).ok());
    CHECK(second.online());
}

TEST_CASE("Cancelling what an open account does changes nothing", "[core][account]")
{
    TestServer server;
    TestPerson anna(server, QStringLiteral("anna"));
    anna.registerAccount();
    Answer<void> outcome;
    const auto cancelled = [&] {
        REQUIRE(waitUntil([&] { return anna.workers.hasWaiting(); }));
        CHECK(anna.client().accounts().cancel());
        CHECK(outcome.isCancelled());
        anna.workers.release();
    };
    SECTION("a change of the password")
    {
        anna.workers.held = true;
        anna.client().accounts().changePassword(Password(anna.password),
                                                Password(QStringLiteral("a rather new password")),
                                                {}, outcome.callback());
        cancelled();
        CHECK(anna.client().connection().state() == ConnectionState::Online);
        anna.restart();
        CHECK(anna.online());
    }
    SECTION("deleting the account")
    {
        anna.workers.held = true;
        anna.client().accounts().deleteAccount(Password(anna.password), outcome.callback());
        cancelled();
        anna.restart();
        CHECK(anna.online());
    }
    SECTION("unlocking")
    {
        anna.stop();
        anna.start();
        anna.workers.held = true;
        anna.client().accounts().unlock(Password(anna.password), outcome.callback());
        cancelled();
        anna.unlock();
        CHECK(anna.online());
    }
}

TEST_CASE("A new recovery code replaces the old one", "[core][account]")
{
    World world;
    auto& anna = world.anna;
    auto& accounts = anna.client().accounts();
    accounts.confirmRecoveryCode();
    const auto make = [&](const QString& password) {
        return anna.ask<QString>(
            [&](auto done) { accounts.newRecoveryCode(Password(password), {}, done); });
    };
    TestPerson second(world.server, QStringLiteral("anna"));

    SECTION("with the password; it counts as saved once it was confirmed")
    {
        const auto code = make(anna.password);
        REQUIRE(code.ok());
        CHECK(*code != anna.recoveryCode);
        CHECK_FALSE(accounts.recoveryConfirmed());
        anna.restart();
        CHECK_FALSE(anna.client().accounts().recoveryConfirmed());
        anna.client().accounts().confirmRecoveryCode();
        anna.restart();
        CHECK(anna.client().accounts().recoveryConfirmed());
        const auto old = second.signIn(QStringLiteral("anna"), anna.recoveryCode);
        REQUIRE_FALSE(old.ok());
        CHECK(old.error().code == ClientErrorCode::Cancelled);
        CHECK(second.signIn(QStringLiteral("anna"), *code).ok());
    }
    SECTION("a wrong password changes nothing")
    {
        const auto code = make(QStringLiteral("not the password"));
        REQUIRE_FALSE(code.ok());
        CHECK(code.error().code == ClientErrorCode::WrongCredentials);
        CHECK(accounts.recoveryConfirmed());
        CHECK(second.signIn(QStringLiteral("anna"), anna.recoveryCode).ok());
    }
    SECTION("it may be made while another computer waits for it")
    {
        Attempt attempt(second);
        attempt.begin(QStringLiteral("anna"));
        REQUIRE(attempt.asksCode(1));
        const auto code = make(anna.password);
        REQUIRE(code.ok());
        attempt.answerCode(*code);
        REQUIRE(attempt.asksDevices());
        attempt.keepDevices();
        REQUIRE(attempt.ends());
        CHECK(attempt.result->ok());
    }
    SECTION("a right password that opens nothing here is told apart")
    {
        second.password = QStringLiteral("set by the recovery code");
        Attempt attempt(second);
        attempt.start({second.link(), QStringLiteral("anna"), Password(second.password), true,
                       anna.recoveryCode});
        REQUIRE(attempt.asksDevices());
        attempt.keepDevices();
        REQUIRE(attempt.ends());
        const auto code = make(second.password);
        REQUIRE_FALSE(code.ok());
        CHECK(code.error().code == ClientErrorCode::RootNotHere);
        CHECK(accounts.recoveryConfirmed());
    }
}
