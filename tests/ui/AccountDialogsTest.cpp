#include "client/app/AccountDialogs.h"
#include "client/ui/dialogs/ChangePasswordDialog.h"
#include "client/ui/dialogs/PasswordDialog.h"
#include "client/ui/signin/RecoveryCodeStep.h"
#include "tests/ui/FakeAccounts.h"
#include "tests/ui/UiEnvironment.h"

#include <QPointer>
#include <QPushButton>

using namespace impulse;
using namespace impulse::test;

namespace {

struct Desk {
    Desk() : dialogs(environment().theme, accounts, window, nullptr)
    {
        window.resize(800, 700);
        window.show();
        REQUIRE(QTest::qWaitForWindowExposed(&window));
    }

    FakeAccounts accounts;
    QWidget window;
    app::AccountDialogs dialogs;
};

bool isEnabled(QWidget& window, const char* name)
{
    return window.findChild<QWidget*>(QLatin1String(name))->isEnabled();
}

bool goesAway(const QPointer<QWidget>& dialog)
{
    return QTest::qWaitFor([&] { return dialog.isNull(); }, 3000);
}

} // namespace

TEST_CASE("the password is changed in a dialog of its own", "[app]")
{
    Desk desk;
    desk.dialogs.changePassword();
    auto* dialog = visibleWindow<ui::ChangePasswordDialog>();
    QPointer<QWidget> alive(dialog);
    CHECK(getsFocus(*dialog, "presentPassword"));
    CHECK_FALSE(isEnabled(*dialog, "change"));
    fill(*dialog, "presentPassword", QStringLiteral("misty-otter-barn"));
    fill(*dialog, "newPassword", QStringLiteral("quiet-lake-1987"));
    CHECK_FALSE(isEnabled(*dialog, "change"));
    fill(*dialog, "repeatPassword", QStringLiteral("quiet-lake-1987"));
    press(*dialog, Qt::Key_Return);
    CHECK(desk.accounts.passwords
          == std::pair<std::string, std::string>("misty-otter-barn", "quiet-lake-1987"));
    CHECK_FALSE(isEnabled(*dialog, "presentPassword"));

    SECTION("a wrong password is said at its field")
    {
        desk.accounts.changeDone(Failure{ClientError{ClientErrorCode::WrongCredentials}});
        CHECK(hint(*dialog, "presentPassword") == QStringLiteral("The password is wrong"));
        CHECK(getsFocus(*dialog, "presentPassword"));
    }
    SECTION("a new one that the core refuses is said at its field")
    {
        desk.accounts.changeDone(Failure{ClientError{ClientErrorCode::PasswordTooCommon}});
        CHECK(hint(*dialog, "newPassword") == QStringLiteral("This password is easy to guess"));
    }
    SECTION("what belongs to no field has a line of its own")
    {
        desk.accounts.changeDone(Failure{ClientError{ClientErrorCode::ConnectionLost}});
        CHECK(dialog->findChild<QWidget*>(QStringLiteral("problem"))->isVisible());
        press(*dialog, Qt::Key_Return);
        CHECK_FALSE(dialog->findChild<QWidget*>(QStringLiteral("problem"))->isVisible());
    }
    SECTION("Esc stops the work first and closes the dialog then")
    {
        press(*dialog, Qt::Key_Escape);
        CHECK(desk.accounts.cancels == 1);
        REQUIRE(alive);
        CHECK(dialog->isVisible());
        CHECK(isEnabled(*dialog, "change"));
        CHECK(getsFocus(*dialog, "repeatPassword"));
        press(*dialog, Qt::Key_Escape);
        CHECK(goesAway(alive));
    }
    SECTION("when it is too late, Esc waits for the answer")
    {
        desk.accounts.cancellable = false;
        press(*dialog, Qt::Key_Escape);
        CHECK(dialog->isVisible());
        CHECK_FALSE(isEnabled(*dialog, "presentPassword"));
        desk.accounts.changeDone({});
        CHECK(goesAway(alive));
    }
}

TEST_CASE("a new recovery code is made with the password and confirmed", "[app]")
{
    Desk desk;
    desk.dialogs.newRecoveryCode();
    auto* dialog = visibleWindow<ui::PasswordDialog>();
    QPointer<QWidget> alive(dialog);
    CHECK_FALSE(isEnabled(*dialog, "confirm"));
    fill(*dialog, "password", QStringLiteral("misty-otter-barn"));
    press(*dialog, Qt::Key_Return);
    CHECK(desk.accounts.codePassword == "misty-otter-barn");

    SECTION("what goes wrong is said at the field")
    {
        desk.accounts.codeDone(Failure{ClientError{ClientErrorCode::WrongCredentials}});
        CHECK(hint(*dialog, "password") == QStringLiteral("The password is wrong"));
        click(*dialog, "confirm");
        desk.accounts.codeDone(Failure{ClientError{ClientErrorCode::RootNotHere}});
        CHECK(hint(*dialog, "password")
                  .startsWith(QStringLiteral("The password is right, but it was changed")));
    }
    SECTION("Cancel stops the work")
    {
        click(*dialog, "cancel");
        CHECK(desk.accounts.cancels == 1);
        CHECK(dialog->isVisible());
        CHECK(isEnabled(*dialog, "password"));
    }
    SECTION("the code is shown, and saved once two groups are typed")
    {
        const QString code = QStringLiteral("K7QM-2XVD-R9TA-HW4E-P3JY-8NCB-Z06F");
        desk.accounts.codeDone(code);
        auto* step = visibleWindow<ui::RecoveryCodeStep>();
        QPointer<QWidget> stepAlive(step);
        CHECK_FALSE(desk.accounts.confirmed);
        SECTION("by the person")
        {
            const QStringList groups = code.split(QLatin1Char('-'));
            for (const char* name : {"firstGroup", "secondGroup"}) {
                auto* field = step->findChild<Field*>(QLatin1String(name));
                const QString asked = field->edit().accessibleName();
                fill(*step, name, groups.at(asked.section(QLatin1Char(' '), 1, 1).toInt() - 1));
            }
            click(*step, "stored");
            click(*step, "finish");
            CHECK(desk.accounts.confirmed);
        }
        SECTION("not by closing the window")
        {
            step->close();
            CHECK_FALSE(desk.accounts.confirmed);
        }
        CHECK(goesAway(stepAlive));
    }
}

TEST_CASE("deleting the account needs the password, and Enter does not do it", "[app]")
{
    Desk desk;
    desk.dialogs.deleteAccount();
    auto* dialog = visibleWindow<ui::PasswordDialog>();
    QPointer<QWidget> alive(dialog);
    CHECK_FALSE(isEnabled(*dialog, "confirm"));
    CHECK(dialog->findChild<QPushButton*>(QStringLiteral("cancel"))->isDefault());
    fill(*dialog, "password", QStringLiteral("misty-otter-barn"));

    SECTION("Enter is Cancel")
    {
        press(*dialog, Qt::Key_Return);
        CHECK(goesAway(alive));
        CHECK(desk.accounts.deletePassword.empty());
    }
    SECTION("the button is not")
    {
        click(*dialog, "confirm");
        CHECK(desk.accounts.deletePassword == "misty-otter-barn");
        desk.accounts.deleteDone(Failure{ClientError{ClientErrorCode::WrongCredentials}});
        CHECK(hint(*dialog, "password") == QStringLiteral("The password is wrong"));
        click(*dialog, "confirm");
        press(*dialog, Qt::Key_Escape);
        CHECK(desk.accounts.cancels == 1);
        CHECK(dialog->isVisible());
        click(*dialog, "confirm");
        desk.accounts.deleteDone({});
        CHECK(goesAway(alive));
    }
}
