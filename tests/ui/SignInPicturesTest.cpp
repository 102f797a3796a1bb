#include "client/app/AccountDialogs.h"
#include "client/app/DialogController.h"
#include "client/ui/dialogs/ChangePasswordDialog.h"
#include "client/ui/dialogs/ConfirmDialog.h"
#include "client/ui/dialogs/ContactDialog.h"
#include "client/ui/dialogs/OwnProfileDialog.h"
#include "client/ui/dialogs/PasswordDialog.h"
#include "client/ui/dialogs/StartChatDialog.h"
#include "client/ui/signin/RecoverWindow.h"
#include "client/ui/signin/RecoveryCodeStep.h"
#include "client/ui/signin/RegisterPage.h"
#include "client/ui/signin/SignInPage.h"
#include "client/ui/signin/SignInWindow.h"
#include "client/ui/signin/UnlockWindow.h"
#include "client/ui/widgets/Segments.h"
#include "tests/ui/FakeAccounts.h"
#include "tests/ui/Pictures.h"

#include <QCheckBox>
#include <QFileInfo>
#include <QPointer>
#include <QLineEdit>
#include <QTest>

using namespace impulse;
using namespace impulse::ui;
using impulse::test::environment;
using impulse::test::forEveryLook;

namespace {

Field* field(QWidget& window, const char* name)
{
    auto* found = window.findChild<Field*>(QLatin1String(name));
    REQUIRE(found);
    return found;
}

void expose(QWidget& window)
{
    window.show();
    window.activateWindow();
    REQUIRE(QTest::qWaitForWindowExposed(&window));
}

void check(const QString& path)
{
    INFO(path.toStdString());
    CHECK(QFileInfo(path).size() > 1000);
}

} // namespace

TEST_CASE("pictures of the sign-in window", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        SignInWindow window(environment().theme, environment().languages);
        expose(window);
        window.signInPage().setServer(QStringLiteral("chat.hillside.example"));
        window.signInPage().setServerState(ServerState::Checked);
        window.signInPage().setUsername(QStringLiteral("elena"));
        field(window, "password")->setText(QStringLiteral("correct horse"));
        field(window, "password")->setFocus();
        const QString target = language == QLatin1String("ru") ? QStringLiteral("login-ru")
            : theme == QLatin1String("dark")                   ? QStringLiteral("login-dark")
                                                               : QStringLiteral("login");
        check(test::compareScreenshot(window, QStringLiteral("login"), theme, language, target));
        window.signInPage().setBusy(BusyStage::Stretching);
        check(test::compareScreenshot(window, QStringLiteral("login-busy"), theme, language,
                                      target));
    });
}

TEST_CASE("pictures of the registration form", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        SignInWindow window(environment().theme, environment().languages);
        window.showRegister();
        expose(window);
        RegisterPage& page = window.registerPage();
        page.setServer(QStringLiteral("impulse://chat.hillside.example/i/HK7-29QX#p3Vd8"));
        page.setServerState(ServerState::Checked,
                            QStringLiteral("Hillside Chat, invited by Anya. Server key checked"));
        Field* username = page.findChild<Field*>(QStringLiteral("username"));
        username->setText(QStringLiteral("elena"));
        page.setNameState(QStringLiteral("elena"), NameState::Free);
        field(page, "displayName")->setText(QStringLiteral("Elena Voss"));
        field(page, "newPassword")->setText(QStringLiteral("misty-otter-barn"));
        field(page, "repeatPassword")->setText(QStringLiteral("misty-otters"));
        field(page, "repeatPassword")->setFocus();
        check(test::compareScreenshot(window, QStringLiteral("register"), theme, language,
                                      QStringLiteral("register")));
    });
}

TEST_CASE("pictures of the recovery code step", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        RecoveryCodeStep window(environment().theme,
                                SecretText(QStringLiteral("K7QM2XVDR9TAHW4EP3JY8NCBZ06F")),
                                {2, 5});
        expose(window);
        field(window, "firstGroup")->setText(QStringLiteral("R9TA"));
        field(window, "secondGroup")->setText(QStringLiteral("8N"));
        field(window, "secondGroup")->setFocus();
        check(test::compareScreenshot(window, QStringLiteral("recovery"), theme, language,
                                      QStringLiteral("recovery")));
    });
}

TEST_CASE("pictures of the recovery code in use", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        const auto anyCode = [](const SecretText&) { return true; };
        RecoverWindow window(environment().theme, RecoverWindow::Mode::SignIn, anyCode);
        expose(window);
        window.setServer(QStringLiteral("chat.hillside.example"));
        window.setServerState(ServerState::Checked);
        window.setUsername(QStringLiteral("elena"));
        field(window, "recoveryCode")->setText(QStringLiteral("K7QM2XVDR9TAHW4EP3JY8NCBZ06F"));
        window.findChild<QCheckBox*>(QStringLiteral("wantNewPassword"))->setChecked(true);
        check(test::compareScreenshot(window, QStringLiteral("restore"), theme, language,
                                      QStringLiteral("restore")));
        window.askDevices({{QByteArray("1"), QStringLiteral("elena-laptop"), QDate(2026, 3, 2)},
                           {QByteArray("2"), QStringLiteral("studio-desktop"),
                            QDate(2026, 5, 3)}});
        window.findChildren<Segments*>().first()->setCurrent(0);
        check(test::compareScreenshot(window, QStringLiteral("restore-devices"), theme, language,
                                      QStringLiteral("restore")));
        RecoverWindow second(environment().theme, RecoverWindow::Mode::NewDevice, anyCode);
        expose(second);
        field(second, "recoveryCode")->setText(QStringLiteral("K7QM2XVDR9"));
        check(test::compareScreenshot(second, QStringLiteral("restore-new-device"), theme,
                                      language, QStringLiteral("restore")));
        test::click(second, "noCode");
        auto* notice = test::visibleWindow<ConfirmDialog>();
        check(test::compareScreenshot(*notice, QStringLiteral("no-code"), theme, language));
        notice->close();
    });
}

TEST_CASE("pictures of the unlock window", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        UnlockWindow window(environment().theme);
        window.setAccount(QStringLiteral("Elena Voss, @elena"));
        expose(window);
        field(window, "password")->setText(QStringLiteral("hunter22"));
        check(test::compareScreenshot(window, QStringLiteral("unlock"), theme, language,
                                      QStringLiteral("unlock")));
        window.setProblem(SignInProblem::WrongPassword);
        check(test::compareScreenshot(window, QStringLiteral("unlock-wrong"), theme, language,
                                      QStringLiteral("unlock")));
    });
}

TEST_CASE("pictures of the dialogs", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        ContactDialog contact(environment().theme);
        const bool russian = language == QLatin1String("ru");
        contact.setProfile({QStringLiteral("Mira Okafor"), QStringLiteral("mira"),
                            russian ? QStringLiteral("в сети") : QStringLiteral("online"),
                            QStringLiteral("🛠️ In the workshop until six"),
                            QStringLiteral("Events, maps, far too many lists"), 4, true, false,
                            client::IdentityState::Verified});
        expose(contact);
        check(test::compareScreenshot(contact, QStringLiteral("profile"), theme, language,
                                      theme == QLatin1String("dark")
                                          ? QStringLiteral("profile-dark")
                                          : QStringLiteral("profile")));
        OwnProfileDialog own(environment().theme,
                             {QStringLiteral("elena"), QStringLiteral("Elena Voss"),
                              QStringLiteral("🚲 On the move until ten"),
                              QStringLiteral("Usually near the lake"), 2},
                             QStringLiteral("impulse://chat.hillside.example/u/elena#p3Vd8"));
        expose(own);
        check(test::compareScreenshot(own, QStringLiteral("settings-profile"), theme, language,
                                      theme == QLatin1String("dark")
                                          ? QStringLiteral("settings-profile-dark")
                                          : QStringLiteral("settings-profile")));
        StartChatDialog start(environment().theme, QStringLiteral("elena"),
                              QStringLiteral("impulse://chat.hillside.example/u/elena#p3Vd8"));
        expose(start);
        start.setText(QStringLiteral("mira"));
        start.setProblem(StartChatDialog::Problem::NotFound);
        check(test::compareScreenshot(start, QStringLiteral("start-chat"), theme, language));
    });
}

TEST_CASE("pictures of the dialogs of the own account", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        test::FakeAccounts accounts;
        QWidget window;
        window.resize(900, 700);
        expose(window);
        app::AccountDialogs dialogs(environment().theme, accounts, window, nullptr);
        const auto picture = [&](QWidget& dialog, const QString& name) {
            check(test::compareScreenshot(dialog, name, theme, language));
        };
        const auto closed = [](QDialog* dialog) {
            const QPointer<QDialog> alive(dialog);
            dialog->close();
            REQUIRE(QTest::qWaitFor([&] { return alive.isNull(); }, 3000));
        };
        dialogs.changePassword();
        auto* change = test::visibleWindow<ChangePasswordDialog>();
        test::fill(*change, "presentPassword", QStringLiteral("misty-otter-barn"));
        test::fill(*change, "newPassword", QStringLiteral("quiet-lake-1987"));
        picture(*change, QStringLiteral("change-password"));
        test::fill(*change, "repeatPassword", QStringLiteral("quiet-lake-1987"));
        test::click(*change, "change");
        picture(*change, QStringLiteral("change-password-busy"));
        accounts.changeDone(Failure{client::ClientError{client::ClientErrorCode::WrongCredentials}});
        change->setProblem(app::DialogController::sentence({client::ClientErrorCode::ConnectionLost}));
        picture(*change, QStringLiteral("change-password-wrong"));
        closed(change);
        dialogs.newRecoveryCode();
        auto* code = test::visibleWindow<PasswordDialog>();
        test::fill(*code, "password", QStringLiteral("misty-otter-barn"));
        picture(*code, QStringLiteral("new-code"));
        test::click(*code, "confirm");
        accounts.codeDone(Failure{client::ClientError{client::ClientErrorCode::RootNotHere}});
        picture(*code, QStringLiteral("new-code-not-here"));
        closed(code);
        dialogs.deleteAccount();
        auto* erase = test::visibleWindow<PasswordDialog>();
        picture(*erase, QStringLiteral("delete-account"));
        test::fill(*erase, "password", QStringLiteral("misty-otter-barn"));
        test::click(*erase, "confirm");
        picture(*erase, QStringLiteral("delete-account-busy"));
        accounts.cancel();
        closed(erase);
    });
}

TEST_CASE("pictures of large text and of narrow windows", "[pictures]")
{
    auto& env = environment();
    env.theme.setTextScale(2);
    env.languages.setLanguage(Language::Russian);
    SignInWindow large(env.theme, env.languages);
    expose(large);
    large.signInPage().setServer(QStringLiteral("chat.hillside.example"));
    large.signInPage().setServerState(ServerState::Unreachable);
    check(test::compareScreenshot(large, QStringLiteral("login-text-200"), QStringLiteral("light"),
                                  QStringLiteral("ru")));
    ChangePasswordDialog change(env.theme, QStringLiteral("elena"));
    change.setAttribute(Qt::WA_DeleteOnClose, false);
    expose(change);
    check(test::compareScreenshot(change, QStringLiteral("change-password-text-200"),
                                  QStringLiteral("light"), QStringLiteral("ru")));
    RecoveryCodeStep step(env.theme, SecretText(QStringLiteral("K7QM2XVDR9TAHW4EP3JY8NCBZ06F")),
                          {2, 5});
    expose(step);
    check(test::compareScreenshot(step, QStringLiteral("recovery-text-200"),
                                  QStringLiteral("light"), QStringLiteral("ru")));
    env.theme.setTextScale(1);
    SignInWindow narrow(env.theme, env.languages);
    narrow.resize(480, 640);
    expose(narrow);
    narrow.signInPage().setServerState(ServerState::KeyChanged);
    check(test::compareScreenshot(narrow, QStringLiteral("login-narrow"), QStringLiteral("light"),
                                  QStringLiteral("ru")));
    env.languages.setLanguage(Language::English);
}
