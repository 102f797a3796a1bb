#include "client/app/SignInFlow.h"
#include "client/app/UnlockFlow.h"
#include "client/ui/signin/RecoverWindow.h"
#include "client/ui/signin/RecoveryCodeFormat.h"
#include "client/ui/signin/RecoveryCodeStep.h"
#include "client/ui/signin/RegisterPage.h"
#include "client/ui/signin/SignInPage.h"
#include "client/ui/signin/SignInWindow.h"
#include "client/ui/signin/UnlockWindow.h"
#include "client/ui/widgets/Segments.h"
#include "tests/ui/FakeAccounts.h"
#include "tests/ui/UiEnvironment.h"

#include <QDialog>
#include <QSignalSpy>

using namespace impulse;
using namespace impulse::client;
using namespace impulse::test;

namespace {

const QString goodCode = QStringLiteral("K7QM-2XVD-R9TA-HW4E-P3JY-8NCB-Z06F");

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

    // Esc while the keys are made gives the form back, with what was typed.
    press(page, Qt::Key_Escape);
    CHECK(accounts.cancels == 1);
    CHECK(page.findChild<Field*>(QStringLiteral("username"))->isEnabled());
    CHECK(page.findChild<Field*>(QStringLiteral("newPassword"))->text()
          == QStringLiteral("misty-otter-barn"));
    click(page, "continue");

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
    REQUIRE(accounts.signInRequest);
    CHECK(accounts.signInRequest->username == QStringLiteral("elena"));
    CHECK(accounts.signInRequest->password.utf8() == "misty-otter-barn");
    CHECK_FALSE(accounts.signInRequest->resetPassword);
    CHECK_FALSE(accounts.signInRequest->keepSignedIn);
    CHECK_FALSE(page.findChild<Field*>(QStringLiteral("password"))->isEnabled());

    SECTION("a wrong password is said at its field, before anybody looks for a code")
    {
        accounts.signInDone(Failure{ClientError{ClientErrorCode::WrongCredentials}});
        CHECK(window->isVisible());
        CHECK(hint(page, "password") == QStringLiteral("The username or password is wrong"));
        CHECK(getsFocus(page, "password"));
        CHECK(finished.isEmpty());
    }
    SECTION("Esc while it works gives the form back")
    {
        accounts.signInProgress(Progress::Stretching);
        press(page, Qt::Key_Escape);
        CHECK(accounts.cancels == 1);
        Field* password = page.findChild<Field*>(QStringLiteral("password"));
        CHECK(password->isEnabled());
        CHECK(password->text() == QStringLiteral("misty-otter-barn"));
        CHECK(hint(page, "password").isEmpty());
        CHECK(window->isVisible());
        click(page, "signIn");
        CHECK(accounts.signInDone);
    }
    SECTION("the password was right")
    {
        QString code;
        const auto take = [&code](const QString& typed) { code = typed; };
        accounts.questions.code(std::nullopt, take);
        auto* recover = visibleWindow<ui::RecoverWindow>();
        CHECK_FALSE(window->isVisible());
        fill(*recover, "recoveryCode", goodCode);
        click(*recover, "continue");
        CHECK(code == ui::recovery::normalized(goodCode));
        CHECK_FALSE(recover->findChild<Field*>(QStringLiteral("recoveryCode"))->isEnabled());

        SECTION("a code of another account is typed again")
        {
            accounts.questions.code(ClientError{ClientErrorCode::WrongCredentials}, take);
            CHECK(hint(*recover, "recoveryCode")
                  == QStringLiteral("This code does not belong to this account"));
            code.clear();
            fill(*recover, "recoveryCode", goodCode);
            press(*recover, Qt::Key_Return);
            CHECK(code == ui::recovery::normalized(goodCode));
        }
        SECTION("without a connection the code stays typed")
        {
            accounts.questions.code(ClientError{ClientErrorCode::ServerUnreachable}, take);
            CHECK(hint(*recover, "recoveryCode").startsWith(QStringLiteral("This server does not")));
            code.clear();
            click(*recover, "continue");
            CHECK(code == ui::recovery::normalized(goodCode));
        }
        SECTION("each listed device is asked about")
        {
            DeviceId laptop;
            laptop.data()[0] = 1;
            DeviceId desktop;
            desktop.data()[0] = 2;
            std::vector<DeviceFate> fates;
            accounts.questions.devices(
                {{laptop, 1'700'000'000'000}, {desktop, 1'710'000'000'000}},
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
            accounts.questions.devices({{DeviceId{}, 1}}, [](std::vector<DeviceFate>) {});
            click(*recover, "cancel");
            CHECK(QTest::qWaitFor([&] { return window->isVisible(); }, 3000));
            CHECK(accounts.cancels == 1);
            CHECK(hint(page, "password").isEmpty());
            CHECK(page.findChild<Field*>(QStringLiteral("password"))->isEnabled());
        }
        SECTION("Esc while it works leads back to the sign-in form")
        {
            press(*recover, Qt::Key_Escape);
            CHECK(QTest::qWaitFor([&] { return window->isVisible(); }, 3000));
            CHECK(accounts.cancels == 1);
        }
        SECTION("when it is too late, Esc changes nothing")
        {
            accounts.cancellable = false;
            press(*recover, Qt::Key_Escape);
            CHECK(QTest::qWaitFor([&] { return accounts.cancels == 1; }, 3000));
            CHECK(recover->isVisible());
            CHECK_FALSE(recover->findChild<Field*>(QStringLiteral("recoveryCode"))->isEnabled());
            accounts.signInDone(SignedIn{});
            CHECK(finished.count() == 1);
        }
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

    // Esc gives the form back; a second one leaves it.
    click(*recover, "continue");
    press(*recover, Qt::Key_Escape);
    CHECK(QTest::qWaitFor([&] { return accounts.cancels == 1; }, 3000));
    CHECK(recover->isVisible());
    CHECK(recover->findChild<Field*>(QStringLiteral("recoveryCode"))->isEnabled());
    press(*recover, Qt::Key_Escape);
    visibleWindow<ui::SignInWindow>();
}

TEST_CASE("the form for the recovery code answers both questions", "[app]")
{
    FakeAccounts accounts;
    app::SignInFlow flow(environment().theme, environment().languages, accounts, isGoodCode);
    flow.startRecovery(QStringLiteral("chat.example"), QStringLiteral("elena"));
    auto* recover = visibleWindow<ui::RecoverWindow>();
    fill(*recover, "recoveryCode", goodCode);
    fill(*recover, "password", QStringLiteral("misty-otter-barn"));
    click(*recover, "continue");
    REQUIRE(accounts.signInRequest);
    CHECK_FALSE(accounts.signInRequest->resetPassword);
    CHECK(accounts.signInRequest->recoveryCode.isEmpty());
    int answers = 0;
    accounts.questions.code(std::nullopt, [&](const QString& code) {
        CHECK(code == ui::recovery::normalized(goodCode));
        ++answers;
    });
    CHECK(answers == 1);
    // Only the code was wrong: the rest stays as the server has taken it.
    accounts.questions.code(ClientError{ClientErrorCode::WrongCredentials},
                            [&](const QString&) { ++answers; });
    CHECK(hint(*recover, "recoveryCode")
          == QStringLiteral("This code does not belong to this account"));
    CHECK_FALSE(recover->findChild<Field*>(QStringLiteral("username"))->isEnabled());
    fill(*recover, "recoveryCode", goodCode);
    click(*recover, "continue");
    CHECK(answers == 2);
    accounts.signInDone(Failure{ClientError{ClientErrorCode::ServerUnreachable}});
    CHECK(recover->findChild<Field*>(QStringLiteral("username"))->isEnabled());
    CHECK(hint(*recover, "server").startsWith(QStringLiteral("This server does not")));
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
    press(*window, Qt::Key_Return);
    press(*window, Qt::Key_Escape);
    CHECK(accounts.cancels == 1);
    CHECK(window->findChild<Field*>(QStringLiteral("password"))->isEnabled());
    CHECK(getsFocus(*window, "password"));
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
