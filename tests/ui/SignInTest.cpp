#include "client/ui/signin/PasswordRules.h"
#include "client/ui/signin/RecoverWindow.h"
#include "client/ui/signin/RecoveryCodeStep.h"
#include "client/ui/signin/RegisterPage.h"
#include "client/ui/signin/SignInPage.h"
#include "client/ui/signin/SignInWindow.h"
#include "client/ui/signin/UnlockWindow.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/Segments.h"
#include "tests/support/Catch.h"
#include "tests/ui/UiEnvironment.h"

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

using namespace impulse;
using namespace impulse::ui;
using impulse::test::environment;

namespace {

Field* field(QWidget& window, const char* name)
{
    auto* found = window.findChild<Field*>(QLatin1String(name));
    REQUIRE(found);
    return found;
}

QAbstractButton* button(QWidget& window, const char* name)
{
    auto* found = window.findChild<QAbstractButton*>(QLatin1String(name));
    REQUIRE(found);
    return found;
}

void type(QWidget& window, const char* name, const QString& text)
{
    QLineEdit& edit = field(window, name)->edit();
    edit.setFocus();
    QTest::keyClicks(&edit, text);
}

void expose(QWidget& window)
{
    window.show();
    window.activateWindow();
    REQUIRE(QTest::qWaitForWindowExposed(&window));
}

const QString goodCode = QStringLiteral("K7QM2XVDR9TAHW4EP3JY8NCBZ06F");

bool isGoodCode(const SecretText& code)
{
    return code.utf8() == goodCode.toUtf8();
}

} // namespace

TEST_CASE("signing in: the request, the busy state and the errors", "[signin]")
{
    SignInWindow window(environment().theme, environment().languages);
    expose(window);
    SignInPage& page = window.signInPage();
    QSignalSpy servers(&page, &SignInPage::serverEntered);
    QSignalSpy cancels(&page, &SignInPage::cancelRequested);
    std::vector<SignInRequest> requests;
    QByteArray password;
    QObject::connect(&page, &SignInPage::signInRequested, &page, [&](const SignInRequest& r) {
        requests.push_back(r);
        password = page.password().utf8();
    });
    CHECK(field(page, "server")->edit().hasFocus());
    type(page, "server", QStringLiteral("chat.example"));
    type(page, "username", QStringLiteral("Elena"));
    CHECK(servers.count() == 1);
    CHECK(servers.at(0).at(0).toString() == QStringLiteral("chat.example"));
    page.setServerState(ServerState::Checked);
    QTest::mouseClick(button(page, "signIn"), Qt::LeftButton);
    CHECK(requests.empty());
    CHECK(field(page, "password")->edit().hasFocus());
    field(page, "password")->setText(QStringLiteral("e\u0301toile du nord"));
    QTest::keyClick(&field(page, "password")->edit(), Qt::Key_Return);
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].server == QStringLiteral("chat.example"));
    CHECK(requests[0].username == QStringLiteral("elena"));
    CHECK(requests[0].keepSignedIn);
    CHECK(password == QStringLiteral("étoile du nord").toUtf8());

    page.setBusy(BusyStage::Stretching);
    CHECK_FALSE(field(page, "password")->isEnabled());
    QTest::keyClick(&page, Qt::Key_Return);
    CHECK(requests.size() == 1);
    QTest::keyClick(&page, Qt::Key_Escape);
    CHECK(cancels.count() == 1);

    page.setProblem(SignInProblem::WrongPassword);
    CHECK(field(page, "password")->isEnabled());
    CHECK(field(page, "password")->hasError());
    CHECK(field(page, "password")->edit().hasFocus());
    CHECK(field(page, "password")->hint() == QStringLiteral("The username or password is wrong"));
    environment().languages.setLanguage(Language::Russian);
    QCoreApplication::processEvents();
    CHECK(field(page, "password")->hint()
          == QStringLiteral("Неверное имя пользователя или пароль"));
    CHECK(static_cast<QPushButton*>(button(page, "signIn"))->text() == QStringLiteral("Войти"));
    environment().languages.setLanguage(Language::English);
    QCoreApplication::processEvents();
    type(page, "password", QStringLiteral("x"));
    CHECK_FALSE(field(page, "password")->hasError());

    page.setServerState(ServerState::KeyChanged);
    CHECK_FALSE(button(page, "signIn")->isEnabled());
    window.close();
    CHECK(field(page, "password")->text().isEmpty());
}

TEST_CASE("registering: free names, password rules, problems at their fields", "[signin]")
{
    SignInWindow window(environment().theme, environment().languages);
    expose(window);
    QTest::mouseClick(button(window, "createAccount"), Qt::LeftButton);
    RegisterPage& page = window.registerPage();
    REQUIRE(page.isVisible());
    QSignalSpy names(&page, &RegisterPage::usernameEntered);
    std::vector<RegisterRequest> requests;
    QObject::connect(&page, &RegisterPage::registerRequested, &page,
                     [&](const RegisterRequest& r) { requests.push_back(r); });
    type(page, "server", QStringLiteral("impulse://chat.example/i/ABC"));
    type(page, "username", QStringLiteral("El"));
    type(page, "username", QStringLiteral("ena"));
    page.setServerState(ServerState::Checked);
    CHECK(QTest::qWaitFor([&] { return names.count() > 0; }, 3000));
    CHECK(names.count() == 1);
    CHECK(names.at(0).at(0).toString() == QStringLiteral("elena"));
    page.setNameState(QStringLiteral("el"), NameState::Taken); // a late answer to an older text
    CHECK_FALSE(field(page, "username")->hasError());
    page.setNameState(QStringLiteral("elena"), NameState::Taken);
    CHECK(field(page, "username")->hint() == QStringLiteral("@elena is taken"));
    page.setNameState(QStringLiteral("elena"), NameState::Free);
    type(page, "displayName", QStringLiteral(" Elena  Voss "));
    type(page, "newPassword", QStringLiteral("short"));
    type(page, "repeatPassword", QStringLiteral("short"));
    CHECK_FALSE(button(page, "continue")->isEnabled());
    QTest::keyClick(&field(page, "repeatPassword")->edit(), Qt::Key_Return);
    CHECK(requests.empty());
    CHECK(field(page, "newPassword")->hint() == QStringLiteral("At least 10 characters"));
    type(page, "newPassword", QStringLiteral("-otter-barn"));
    CHECK(field(page, "repeatPassword")->edit().text() == QStringLiteral("short"));
    CHECK_FALSE(button(page, "continue")->isEnabled());
    type(page, "repeatPassword", QStringLiteral("-otter-barm"));
    CHECK(field(page, "repeatPassword")->hint() == QStringLiteral("The passwords are different"));
    QTest::keyClick(&field(page, "repeatPassword")->edit(), Qt::Key_Backspace);
    QTest::keyClick(&field(page, "repeatPassword")->edit(), Qt::Key_N);
    CHECK(button(page, "continue")->isEnabled());
    QTest::mouseClick(button(page, "continue"), Qt::LeftButton);
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].username == QStringLiteral("elena"));
    CHECK(requests[0].displayName == QStringLiteral("Elena Voss"));
    CHECK(page.password().utf8() == QByteArray("short-otter-barn"));
    page.setBusy(BusyStage::Stretching);
    page.setProblem(SignInProblem::NameTaken);
    CHECK(field(page, "username")->hasError());
    CHECK(field(page, "username")->edit().hasFocus());
    page.setProblem(SignInProblem::InviteInvalid);
    CHECK(field(page, "server")->hasError());
    type(page, "username", QStringLiteral("!"));
    CHECK_FALSE(button(page, "continue")->isEnabled());
}

TEST_CASE("password rules", "[signin]")
{
    const PasswordRules rules;
    const QString nobody;
    CHECK(rules.check(QStringLiteral("123456789"), nobody) == PasswordFlaw::TooShort);
    CHECK(rules.check(QStringLiteral("ё").repeated(9), nobody) == PasswordFlaw::TooShort);
    for (const char* common : {"1234567890", "password123", "Password2020!", "p4$$w0rd12",
                               "qwertyuiop", "aaaaaaaaaaaa", "abcabcabcabc", "iloveyou123",
                               "йцукенгшщз", "abcdefghijkl"}) {
        INFO(common);
        CHECK(rules.check(QString::fromUtf8(common), nobody) == PasswordFlaw::Common);
    }
    CHECK(rules.check(QStringLiteral("elenavoss99"), QStringLiteral("elenavoss"))
          == PasswordFlaw::Common);
    for (const char* good : {"misty-otter-barn", "зелёный чайник", "x9!Kq2#mW7", "dragon sleeps at noon"}) {
        INFO(good);
        CHECK(rules.check(QString::fromUtf8(good), nobody) == PasswordFlaw::None);
        CHECK(rules.strength(QString::fromUtf8(good), nobody) >= 2);
    }
    CHECK(rules.strength(QStringLiteral("password123"), nobody) == 1);
    CHECK(rules.strength(nobody, nobody) == 0);
}

TEST_CASE("the recovery code is confirmed by two groups", "[signin]")
{
    RecoveryCodeStep window(environment().theme, SecretText(goodCode), {5, 2});
    expose(window);
    QSignalSpy finished(&window, &RecoveryCodeStep::finished);
    QSignalSpy closed(&window, &RecoveryCodeStep::closed);
    CHECK_FALSE(button(window, "finish")->isEnabled());
    type(window, "firstGroup", QStringLiteral("r9ta"));
    type(window, "secondGroup", QStringLiteral("8NCC"));
    button(window, "stored")->click();
    CHECK_FALSE(button(window, "finish")->isEnabled());
    QTest::keyClick(&field(window, "secondGroup")->edit(), Qt::Key_Backspace);
    QTest::keyClicks(&field(window, "secondGroup")->edit(), QStringLiteral("b"));
    CHECK(button(window, "finish")->isEnabled());
    button(window, "stored")->click();
    CHECK_FALSE(button(window, "finish")->isEnabled());
    button(window, "stored")->click();
    QTest::mouseClick(button(window, "copyCode"), Qt::LeftButton);
    CHECK(QGuiApplication::clipboard()->text()
          == QStringLiteral("K7QM-2XVD-R9TA-HW4E-P3JY-8NCB-Z06F"));
    QTest::mouseClick(button(window, "finish"), Qt::LeftButton);
    CHECK(finished.count() == 1);
    window.close();
    CHECK(closed.count() == 0);
    for (int i = 0; i < 200; ++i) {
        const auto [a, b] = RecoveryCodeStep::chooseGroups();
        CHECK(a != b);
        CHECK((a >= 0 && a < 7 && b >= 0 && b < 7));
    }
}

TEST_CASE("the recovery code in use: checked while typing, devices without a default", "[signin]")
{
    RecoverWindow window(environment().theme, RecoverWindow::Mode::SignIn, isGoodCode);
    expose(window);
    std::vector<RecoverRequest> requests;
    QObject::connect(&window, &RecoverWindow::recoverRequested, &window,
                     [&](const RecoverRequest& r) { requests.push_back(r); });
    QSignalSpy answers(&window, &RecoverWindow::devicesAnswered);
    window.setServer(QStringLiteral("chat.example"));
    window.setUsername(QStringLiteral("elena"));
    type(window, "recoveryCode", QStringLiteral("k7qm 2xvd-r9ta hw4e p3jy 8ncb z"));
    CHECK(field(window, "recoveryCode")->text()
          == QStringLiteral("K7QM-2XVD-R9TA-HW4E-P3JY-8NCB-Z"));
    CHECK(field(window, "recoveryCode")->hint() == QStringLiteral("3 more characters"));
    type(window, "recoveryCode", QStringLiteral("o6g"));
    CHECK(field(window, "recoveryCode")->hasError());
    QTest::keyClick(&field(window, "recoveryCode")->edit(), Qt::Key_Backspace);
    type(window, "recoveryCode", QStringLiteral("f"));
    CHECK_FALSE(field(window, "recoveryCode")->hasError());
    CHECK(window.code().utf8() == goodCode.toUtf8());
    CHECK_FALSE(button(window, "continue")->isEnabled());
    button(window, "wantNewPassword")->click();
    type(window, "newPassword", QStringLiteral("misty-otter-barn"));
    type(window, "repeatPassword", QStringLiteral("misty-otter-barn"));
    QTest::mouseClick(button(window, "continue"), Qt::LeftButton);
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].newPassword);
    CHECK(window.password().utf8() == QByteArray("misty-otter-barn"));
    window.setProblem(SignInProblem::WrongCode);
    CHECK(field(window, "recoveryCode")->hasError());

    window.askDevices({{QByteArray("a"), QStringLiteral("laptop"), QDate(2026, 3, 2)},
                       {QByteArray("b"), QStringLiteral("desktop"), QDate(2026, 5, 3)}});
    CHECK_FALSE(button(window, "continue")->isEnabled());
    const auto rows = window.findChildren<Segments*>();
    REQUIRE(rows.size() == 2);
    QTest::mouseClick(rows[0]->findChildren<QAbstractButton*>().at(0), Qt::LeftButton);
    CHECK_FALSE(button(window, "continue")->isEnabled());
    QTest::mouseClick(rows[1]->findChildren<QAbstractButton*>().at(1), Qt::LeftButton);
    QTest::mouseClick(button(window, "continue"), Qt::LeftButton);
    REQUIRE(answers.count() == 1);
    CHECK(answers.at(0).at(0).value<QList<QByteArray>>() == QList<QByteArray>{"b"});
}

TEST_CASE("unlocking: nothing moves when the password is wrong", "[signin]")
{
    UnlockWindow window(environment().theme);
    expose(window);
    QSignalSpy requests(&window, &UnlockWindow::unlockRequested);
    const QPoint before = button(window, "unlock")->pos();
    QTest::mouseClick(button(window, "unlock"), Qt::LeftButton);
    CHECK(requests.count() == 0);
    type(window, "password", QStringLiteral("hunter2"));
    QTest::keyClick(&field(window, "password")->edit(), Qt::Key_Return);
    CHECK(requests.count() == 1);
    window.setBusy(true);
    window.setProblem(SignInProblem::WrongPassword);
    QCoreApplication::processEvents();
    CHECK(field(window, "password")->hint() == QStringLiteral("The password is wrong"));
    CHECK(button(window, "unlock")->pos() == before);
    window.close();
    CHECK(field(window, "password")->text().isEmpty());
}

TEST_CASE("no text is cut off at 200 percent or in Russian", "[signin]")
{
    environment().theme.setTextScale(2);
    environment().languages.setLanguage(Language::Russian);
    SignInWindow window(environment().theme, environment().languages);
    window.resize(1120, 760);
    expose(window);
    QCoreApplication::processEvents();
    for (Button* b : window.findChildren<Button*>()) {
        if (b->isVisible()) {
            INFO(b->text().toStdString());
            CHECK(b->width() >= b->sizeHint().width());
            CHECK(b->height() >= b->sizeHint().height());
        }
    }
    environment().theme.setTextScale(1);
    environment().languages.setLanguage(Language::English);
}

TEST_CASE("every control before the chats has an accessible name", "[signin]")
{
    SignInWindow window(environment().theme, environment().languages);
    RecoverWindow recover(environment().theme, RecoverWindow::Mode::SignIn, isGoodCode);
    RecoveryCodeStep step(environment().theme, SecretText(goodCode), {0, 1});
    UnlockWindow unlock(environment().theme);
    for (QWidget* top : {static_cast<QWidget*>(&window), static_cast<QWidget*>(&recover),
                         static_cast<QWidget*>(&step), static_cast<QWidget*>(&unlock)}) {
        for (QAbstractButton* b : top->findChildren<QAbstractButton*>()) {
            INFO(b->metaObject()->className() << " " << b->objectName().toStdString());
            CHECK_FALSE((b->text().isEmpty() && b->accessibleName().isEmpty()));
        }
        for (QLineEdit* e : top->findChildren<QLineEdit*>()) {
            CHECK_FALSE(e->accessibleName().isEmpty());
        }
    }
}
