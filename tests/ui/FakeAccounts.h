#pragma once

#include "client/core/Accounts.h"
#include "client/ui/widgets/Field.h"
#include "tests/support/Catch.h"

#include <QAbstractButton>
#include <QApplication>
#include <QLineEdit>
#include <QTest>

/// For tests of the flows: a stand-in for the client core, and a person's hands.
namespace impulse::test {

using namespace impulse::client;
using impulse::ui::Field;

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
    void confirmRestore(Callback<void> done) override
    {
        ++restoresConfirmed;
        done({});
    }
    void comeBack(Password password, ProgressCallback, Callback<void> done) override
    {
        backPassword = std::string(password.utf8());
        backDone = std::move(done);
    }
    void signIn(SignIn request, SignInQuestions ask, ProgressCallback progress,
                Callback<SignedIn> done) override
    {
        signInRequest.emplace(std::move(request));
        questions = std::move(ask);
        signInProgress = std::move(progress);
        signInDone = std::move(done);
    }
    /// No window offers it.
    void resetPassword(PasswordReset, ProgressCallback, Callback<void> done) override
    {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
    }
    /// As the core does it: the callback of what runs gets Cancelled before this returns.
    bool cancel() override
    {
        ++cancels;
        if (!cancellable) {
            return false;
        }
        const auto end = [](auto& callback) {
            if (const auto done = std::exchange(callback, nullptr)) {
                done(Failure{ClientError{ClientErrorCode::Cancelled}});
            }
        };
        end(signInDone);
        end(registerDone);
        end(unlockDone);
        end(changeDone);
        end(codeDone);
        end(deleteDone);
        end(backDone);
        return true;
    }
    void lock(Callback<void> done) override { done({}); }
    void signOut(Callback<void> done) override
    {
        signedOut = true;
        done({});
    }
    void changePassword(Password present, Password fresh, ProgressCallback,
                        Callback<void> done) override
    {
        passwords = {std::string(present.utf8()), std::string(fresh.utf8())};
        changeDone = std::move(done);
    }
    void newRecoveryCode(Password password, ProgressCallback, Callback<QString> done) override
    {
        codePassword = std::string(password.utf8());
        codeDone = std::move(done);
    }
    void createInvite(int, std::uint64_t, Callback<QString> done) override { done(QString()); }
    void deleteAccount(Password password, Callback<void> done) override
    {
        deletePassword = std::string(password.utf8());
        deleteDone = std::move(done);
    }

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
    SignInQuestions questions;
    ProgressCallback signInProgress;
    Callback<SignedIn> signInDone;
    int cancels = 0;
    bool cancellable = true;
    std::string unlockPassword;
    Callback<void> unlockDone;
    std::pair<std::string, std::string> passwords;
    Callback<void> changeDone;
    std::string codePassword;
    Callback<QString> codeDone;
    int restoresConfirmed = 0;
    std::string backPassword;
    Callback<void> backDone;
    std::string deletePassword;
    Callback<void> deleteDone;
};

/// Keys go to whatever has the focus of the window, as a person's do.
inline void press(QWidget& window, Qt::Key key)
{
    QWidget* focused = window.window()->focusWidget();
    QTest::keyClick(focused ? focused : &window, key);
}

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

inline void fill(QWidget& window, const char* name, const QString& text)
{
    auto* field = window.findChild<Field*>(QLatin1String(name));
    REQUIRE(field);
    field->edit().setFocus();
    field->edit().selectAll();
    QTest::keyClicks(&field->edit(), text);
}

inline QString hint(QWidget& window, const char* name)
{
    return window.findChild<Field*>(QLatin1String(name))->hint();
}

/// The window may still be on its way to being the active one.
inline bool getsFocus(QWidget& window, const char* name)
{
    auto* field = window.findChild<Field*>(QLatin1String(name));
    REQUIRE(field);
    return QTest::qWaitFor([field] { return field->edit().hasFocus(); }, 3000);
}

inline void click(QWidget& window, const char* name)
{
    auto* button = window.findChild<QAbstractButton*>(QLatin1String(name));
    REQUIRE(button);
    REQUIRE(button->isEnabled());
    QTest::mouseClick(button, Qt::LeftButton);
}

} // namespace impulse::test
