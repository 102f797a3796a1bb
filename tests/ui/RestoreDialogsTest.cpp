#include "client/app/AccountDialogs.h"
#include "client/ui/dialogs/ConfirmDialog.h"
#include "client/ui/dialogs/PasswordDialog.h"
#include "tests/ui/ChatFixture.h"
#include "tests/ui/FakeAccounts.h"
#include "tests/ui/Pictures.h"

#include <QPointer>

using namespace impulse;
using namespace impulse::test;
using ui::ServerQuestion;

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

bool goesAway(const QPointer<QWidget>& dialog)
{
    return QTest::qWaitFor([&] { return dialog.isNull(); }, 3000);
}

} // namespace

TEST_CASE("a restore of the server is confirmed once, and never by a stray key", "[app]")
{
    Desk desk;
    desk.dialogs.decide(ServerQuestion::None);
    CHECK_FALSE(QApplication::activeModalWidget());
    desk.dialogs.decide(ServerQuestion::ConfirmRestore);
    auto* dialog = visibleWindow<ui::ConfirmDialog>();
    QPointer<QWidget> alive(dialog);
    // A second click does not open a second one.
    desk.dialogs.decide(ServerQuestion::ConfirmRestore);
    CHECK(desk.window.findChildren<ui::ConfirmDialog*>().size() == 1);
    SECTION("Enter and Esc leave it as it is")
    {
        press(*dialog, GENERATE(Qt::Key_Return, Qt::Key_Escape));
        CHECK(goesAway(alive));
        CHECK(desk.accounts.restoresConfirmed == 0);
    }
    SECTION("the button confirms")
    {
        click(*dialog, "confirm");
        CHECK(goesAway(alive));
        CHECK(desk.accounts.restoresConfirmed == 1);
    }
}

TEST_CASE("the password brings an account back that a restored server has lost", "[app]")
{
    Desk desk;
    desk.dialogs.decide(ServerQuestion::BringAccountBack);
    auto* dialog = visibleWindow<ui::PasswordDialog>();
    QPointer<QWidget> alive(dialog);
    fill(*dialog, "password", QStringLiteral("misty-otter-barn"));
    press(*dialog, Qt::Key_Return);
    CHECK(desk.accounts.backPassword == "misty-otter-barn");
    REQUIRE(desk.accounts.backDone);

    SECTION("and that is all")
    {
        desk.accounts.backDone({});
        CHECK(goesAway(alive));
    }
    SECTION("what goes wrong is said at the field")
    {
        const auto [code, sentence] = GENERATE(table<ClientErrorCode, const char*>(
            {{ClientErrorCode::WrongCredentials, "The password is wrong"},
             {ClientErrorCode::RootNotHere,
              "This computer cannot do it. Try another of your devices."},
             {ClientErrorCode::UsernameTaken,
              "Someone else has this name there now. Ask whoever runs the server."},
             {ClientErrorCode::RegistrationClosed,
              "The server takes no new accounts. Ask whoever runs it to allow yours."}}));
        desk.accounts.backDone(Failure{ClientError{code}});
        CHECK(hint(*dialog, "password") == QString::fromUtf8(sentence));
        CHECK(dialog->isVisible());
    }
    SECTION("Esc stops the work first")
    {
        press(*dialog, Qt::Key_Escape);
        CHECK(desk.accounts.cancels == 1);
        REQUIRE(alive);
        CHECK(dialog->isVisible());
    }
}

TEST_CASE("pictures of what a restored server asks", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        ChatFixture f;
        f.fillChats();
        f.show();
        REQUIRE(f.window.openConversation(idOf<ConversationId>(1)));
        f.fillMessages();
        f.window.setConnection(client::ConnectionState::Stopped, 0, QStringLiteral("x"));
        f.window.setServerQuestion(ServerQuestion::ConfirmRestore);
        save(f.window, "restored-server", theme, language, QString());
        f.window.setServerQuestion(ServerQuestion::BringAccountBack);
        save(f.window, "restored-account", theme, language, QString());
        FakeAccounts accounts;
        app::AccountDialogs dialogs(environment().theme, accounts, f.window, nullptr);
        for (const auto& [question, name] :
             {std::pair(ServerQuestion::ConfirmRestore, "restored-confirm"),
              std::pair(ServerQuestion::BringAccountBack, "restored-password")}) {
            dialogs.decide(question);
            QWidget* dialog = QApplication::activeModalWidget();
            REQUIRE(dialog);
            save(*dialog, name, theme, language, QString());
            dialog->close();
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        }
    });
}
