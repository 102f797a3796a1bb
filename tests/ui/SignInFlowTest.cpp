#include "client/app/SignInFlow.h"
#include "client/app/UnlockFlow.h"
#include "client/ui/signin/RecoverWindow.h"
#include "client/ui/signin/RecoveryCodeFormat.h"
#include "client/ui/signin/RecoveryCodeStep.h"
#include "client/ui/signin/RegisterPage.h"
#include "client/ui/signin/SignInPage.h"
#include "client/ui/signin/SignInWindow.h"
#include "client/ui/signin/UnlockWindow.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/Segments.h"
#include "tests/support/Catch.h"
#include "tests/ui/UiEnvironment.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDialog>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

using namespace impulse;
using namespace impulse::client;
using impulse::test::environment;
using impulse::ui::Field;

namespace {

const QString goodCode = QStringLiteral("K7QM-2XVD-R9TA-HW4E-P3JY-8NCB-Z06F");

/// Accounts without a network: remembers what it was asked and answers when the test says so.
class FakeAccounts final : public Accounts {
public:
    ProfileState state() const override { return ProfileState::NoAccount; }
    QString username() const override { return QStringLiteral("elena"); }
    UserId userId() const override { return {}; }
    DeviceId deviceId() const override { return {}; }
    ServerLink server() const override { return *ServerLink::parse(QStringLiteral("chat.example")); }
    bool recoveryConfirmed() const override { return confirmed; }
    void open(Callback<ProfileState> done) override { done(ProfileState::NoAccount); }
    void unlock(Password password, Callback<void> done) override
    {
        unlockPassword = std::string(password.utf8());
        unlockDone = std::move(done);
    }
    void checkServer(const ServerLink& link, Callback<ServerInfo> done) override
    {
        ++serverChecks;
        if (busyAnswers > 0) {
            --busyAnswers;
            done(Failure{ClientError{ClientErrorCode::Busy}});
            return;
        }
        if (serverError) {
            done(Failure{ClientError{*serverError}});
            return;
        }
        done(ServerInfo{link, ServerId{}, registrationPolicy, true});
    }
    void checkUsername(const ServerLink&, const QString& name, Callback<bool> done) override
    {
        done(name != QStringLiteral("taken"));
    }
    void registerAccount(Registration request, ProgressCallback progress,
                         Callback<Registered> done) override
    {
        registration.emplace(std::move(request));
        registerProgress = std::move(progress);
        registerDone = std::move(done);
    }
    void confirmRecoveryCode() override { confirmed = true; }
    void signIn(SignIn request, DevicesQuestion ask, ProgressCallback, Callback<SignedIn> done) override
    {
        signInRequest.emplace(std::move(request));
        question = std::move(ask);
        signInDone = std::move(done);
    }
    void lock(Callback<void> done) override { done({}); }
    void signOut(Callback<void> done) override
    {
        signedOut = true;
        done({});
    }
    void changePassword(Password, Password, ProgressCallback, Callback<void> done) override
    {
        done({});
    }
    void createInvite(int, std::uint64_t, Callback<QString> done) override { done(QString()); }
    void deleteAccount(Password, Callback<void> done) override { done({}); }

    std::optional<ClientErrorCode> serverError;
    int serverChecks = 0;
    int busyAnswers = 0;
    int registrationPolicy = 0;
    bool confirmed = false;
    bool signedOut = false;
    std::optional<Registration> registration;
    ProgressCallback registerProgress;
    Callback<Registered> registerDone;
    std::optional<SignIn> signInRequest;
    DevicesQuestion question;
    Callback<SignedIn> signInDone;
    std::string unlockPassword;
    Callback<void> unlockDone;
};

template <class Window> Window* visibleWindow()
{
    Window* found = nullptr;
    CHECK(QTest::qWaitFor([&found] {
        for (QWidget* widget : QApplication::topLevelWidgets()) {
            auto* window = qobject_cast<Window*>(widget);
            if (window && window->isVisible()) {
                found = window;
                return true;
            }
        }
        return false;
    }, 3000));
    REQUIRE(found);
    found->activateWindow();
    CHECK(QTest::qWaitForWindowActive(found));
    return found;
}

void fill(QWidget& window, const char* name, const QString& text)
{
    auto* field = window.findChild<Field*>(QLatin1String(name));
    REQUIRE(field);
    field->edit().setFocus();
    field->edit().selectAll();
    QTest::keyClicks(&field->edit(), text);
}

QString hint(QWidget& window, const char* name)
{
    return window.findChild<Field*>(QLatin1String(name))->hint();
}

void click(QWidget& window, const char* name)
{
    auto* button = window.findChild<QAbstractButton*>(QLatin1String(name));
    REQUIRE(button);
    REQUIRE(button->isEnabled());
    QTest::mouseClick(button, Qt::LeftButton);
}

bool isGoodCode(const ui::SecretText& code)
{
    return code.utf8() == ui::recovery::normalized(goodCode).toUtf8();
}

void fillRegistration(QWidget& page)
{
    fill(page, "server", QStringLiteral("chat.example"));
    fill(page, "username", QStringLiteral("elena"));
    fill(page, "displayName", QStringLiteral("Elena Voss"));
    fill(page, "newPassword", QStringLiteral("misty-otter-barn"));
    fill(page, "repeatPassword", QStringLiteral("misty-otter-barn"));
}

} // namespace

TEST_CASE("registering leads through the recovery code to an open account", "[app]")
{
    FakeAccounts accounts;
    app::SignInFlow flow(environment().theme, environment().languages, accounts, isGoodCode);
    QSignalSpy finished(&flow, &app::SignInFlow::finished);
    flow.start(QString());
    auto* window = visibleWindow<ui::SignInWindow>();
    click(*window, "createAccount");
    QWidget& page = window->registerPage();
    fillRegistration(page);
    CHECK(QTest::qWaitFor(
        [&] { return hint(page, "username") == QStringLiteral("@elena is free on this server"); },
        3000));
    CHECK(hint(page, "server") == QStringLiteral("Secure connection checked"));
    click(page, "continue");
    REQUIRE(accounts.registration);
    CHECK(accounts.registration->link.host == QStringLiteral("chat.example"));
    CHECK(accounts.registration->username == QStringLiteral("elena"));
    CHECK(accounts.registration->password.utf8() == "misty-otter-barn");
    accounts.registerProgress(Progress::Stretching);
    CHECK_FALSE(page.findChild<Field*>(QStringLiteral("username"))->isEnabled());

    accounts.registerDone(Failure{ClientError{ClientErrorCode::UsernameTaken}});
    CHECK(hint(page, "username") == QStringLiteral("@elena is taken"));
    fill(page, "username", QStringLiteral("elena2"));
    click(page, "continue");
    accounts.registerDone(Registered{goodCode, false});

    auto* step = visibleWindow<ui::RecoveryCodeStep>();
    CHECK_FALSE(window->isVisible());
    CHECK(finished.isEmpty());
    // The asked groups differ from run to run; their accessible names say which.
    const QStringList groups = goodCode.split(QLatin1Char('-'));
    for (const char* name : {"firstGroup", "secondGroup"}) {
        auto* field = step->findChild<Field*>(QLatin1String(name));
        const int number = field->edit().accessibleName().section(QLatin1Char(' '), 1, 1).toInt();
        fill(*step, name, groups.at(number - 1));
    }
    click(*step, "stored");
    click(*step, "finish");
    CHECK(accounts.confirmed);
    CHECK(finished.count() == 1);
}

TEST_CASE("closed and invite-only servers say so before anything is typed for nothing", "[app]")
{
    FakeAccounts accounts;
    app::SignInFlow flow(environment().theme, environment().languages, accounts, isGoodCode);
    flow.start(QString());
    auto* window = visibleWindow<ui::SignInWindow>();
    click(*window, "createAccount");
    QWidget& page = window->registerPage();
    accounts.registrationPolicy = 2;
    window->registerPage().setServer(QStringLiteral("closed.example"));
    CHECK(hint(page, "server") == QStringLiteral("This server does not take new accounts"));
    accounts.registrationPolicy = 1;
    window->registerPage().setServer(QStringLiteral("invite.example"));
    CHECK(hint(page, "server").startsWith(QStringLiteral("This server takes new accounts by invite")));
    window->registerPage().setServer(QStringLiteral("impulse://invite.example/i/HK7"));
    CHECK(hint(page, "server") == QStringLiteral("Secure connection checked"));
    window->registerPage().setServer(QStringLiteral("ws://far.example"));
    CHECK(hint(page, "server").startsWith(QStringLiteral("This address has no secure")));
    window->registerPage().setServer(QStringLiteral("http://x"));
    CHECK(hint(page, "server").startsWith(QStringLiteral("This is neither")));
    accounts.serverError = ClientErrorCode::ServerKeyChanged;
    window->registerPage().setServer(QStringLiteral("evil.example"));
    CHECK(hint(page, "server").startsWith(QStringLiteral("This server’s key has changed")));
    accounts.serverError.reset();
    accounts.busyAnswers = 1;
    window->registerPage().setServer(QStringLiteral("busy.example/"));
    accounts.registrationPolicy = 0;
    CHECK(QTest::qWaitFor([&] { return accounts.busyAnswers == 0; }, 3000));
}

TEST_CASE("signing in asks for the code, then for the devices", "[app]")
{
    FakeAccounts accounts;
    app::SignInFlow flow(environment().theme, environment().languages, accounts, isGoodCode);
    QSignalSpy finished(&flow, &app::SignInFlow::finished);
    flow.start(QStringLiteral("chat.example"));
    auto* window = visibleWindow<ui::SignInWindow>();
    QWidget& page = window->signInPage();
    fill(page, "username", QStringLiteral("Elena"));
    fill(page, "password", QStringLiteral("misty-otter-barn"));
    click(page, "keepSignedIn");
    click(page, "signIn");
    auto* recover = visibleWindow<ui::RecoverWindow>();
    fill(*recover, "recoveryCode", goodCode);
    click(*recover, "continue");
    REQUIRE(accounts.signInRequest);
    CHECK(accounts.signInRequest->username == QStringLiteral("elena"));
    CHECK(accounts.signInRequest->password.utf8() == "misty-otter-barn");
    CHECK(accounts.signInRequest->recoveryCode == ui::recovery::normalized(goodCode));
    CHECK_FALSE(accounts.signInRequest->resetPassword);
    CHECK_FALSE(accounts.signInRequest->keepSignedIn);

    SECTION("a wrong password leads back to its field")
    {
        accounts.signInDone(Failure{ClientError{ClientErrorCode::WrongCredentials}});
        CHECK(window->isVisible());
        CHECK(hint(page, "password") == QStringLiteral("The username or password is wrong"));
        CHECK(finished.isEmpty());
    }
    SECTION("each listed device is asked about")
    {
        DeviceId laptop;
        laptop.data()[0] = 1;
        DeviceId desktop;
        desktop.data()[0] = 2;
        std::vector<DeviceFate> fates;
        accounts.question({{laptop, 1'700'000'000'000}, {desktop, 1'710'000'000'000}},
                          [&fates](std::vector<DeviceFate> answer) { fates = std::move(answer); });
        auto* go = recover->findChild<QAbstractButton*>(QStringLiteral("continue"));
        CHECK_FALSE(go->isEnabled());
        const auto rows = recover->findChildren<ui::Segments*>();
        REQUIRE(rows.size() == 2);
        rows[0]->setCurrent(1);
        rows[1]->setCurrent(0);
        click(*recover, "continue");
        CHECK(fates == std::vector<DeviceFate>{DeviceFate::Lost, DeviceFate::StillMine});
        accounts.signInDone(SignedIn{});
        CHECK(finished.count() == 1);
        CHECK(page.findChild<Field*>(QStringLiteral("password"))->text().isEmpty());
    }
    SECTION("a cancel at that question ends the attempt without an error")
    {
        bool cancelled = false;
        accounts.question({{DeviceId{}, 1}}, [&](std::vector<DeviceFate> answer) {
            cancelled = answer.empty();
            accounts.signInDone(Failure{ClientError{ClientErrorCode::WrongState}});
        });
        click(*recover, "cancel");
        CHECK(QTest::qWaitFor([&] { return cancelled && window->isVisible(); }, 3000));
        CHECK(hint(page, "password").isEmpty());
    }
}

TEST_CASE("the recovery code alone sets a new password", "[app]")
{
    FakeAccounts accounts;
    app::SignInFlow flow(environment().theme, environment().languages, accounts, isGoodCode);
    flow.startRecovery(QStringLiteral("chat.example"), QStringLiteral("elena"));
    auto* recover = visibleWindow<ui::RecoverWindow>();
    fill(*recover, "recoveryCode", goodCode);
    click(*recover, "wantNewPassword");
    fill(*recover, "newPassword", QStringLiteral("quiet-lake-1987"));
    fill(*recover, "repeatPassword", QStringLiteral("quiet-lake-1987"));
    click(*recover, "continue");
    REQUIRE(accounts.signInRequest);
    CHECK(accounts.signInRequest->resetPassword);
    CHECK(accounts.signInRequest->username == QStringLiteral("elena"));
    CHECK(accounts.signInRequest->password.utf8() == "quiet-lake-1987");
    accounts.signInDone(Failure{ClientError{ClientErrorCode::WrongCredentials}});
    CHECK(hint(*recover, "recoveryCode") == QStringLiteral("This code does not belong to this account"));
}

TEST_CASE("unlocking a profile, and giving it up", "[app]")
{
    FakeAccounts accounts;
    app::UnlockFlow flow(environment().theme, accounts);
    QSignalSpy finished(&flow, &app::UnlockFlow::finished);
    QSignalSpy forgotten(&flow, &app::UnlockFlow::forgotten);
    flow.start();
    auto* window = visibleWindow<ui::UnlockWindow>();
    fill(*window, "password", QStringLiteral("hunter2"));
    click(*window, "unlock");
    CHECK(accounts.unlockPassword == "hunter2");
    accounts.unlockDone(Failure{ClientError{ClientErrorCode::WrongCredentials}});
    CHECK(hint(*window, "password") == QStringLiteral("The password is wrong"));
    click(*window, "unlock");
    accounts.unlockDone({});
    CHECK(finished.count() == 1);
    CHECK_FALSE(window->isVisible());

    flow.start();
    click(*window, "forgot");
    auto* question = window->findChild<QDialog*>();
    REQUIRE(question);
    CHECK_FALSE(accounts.signedOut);
    click(*question, "confirm");
    CHECK(accounts.signedOut);
    CHECK(forgotten.count() == 1);
}
