#pragma once

#include "client/ui/signin/FormPage.h"
#include "client/ui/signin/SignInTypes.h"
#include "client/ui/widgets/SecretText.h"

#include <QTimer>

#include <optional>

namespace impulse::ui {

class Button;
class Field;
class Label;
class NewPasswordFields;

/// Create an account, step 1 of 2 (design 4.2). Knows no network. Main thread.
class RegisterPage : public FormPage {
    Q_OBJECT

public:
    explicit RegisterPage(Theme& theme, QWidget* parent = nullptr);

    void setServer(const QString& serverOrInvite);
    void setServerState(ServerState state, const QString& shownName = QString());
    /// An answer to usernameEntered(); ignored if the field has another name by now.
    void setNameState(const QString& username, NameState state);
    void setBusy(std::optional<BusyStage> stage);
    /// Shows the problem at its field and gives that field the focus.
    void setProblem(SignInProblem problem);
    SecretText password() const;
    void wipe();

Q_SIGNALS:
    void serverEntered(const QString& serverOrInvite);
    /// A well-formed name stood still for 400 ms: ask whether it is free.
    void usernameEntered(const QString& username);
    /// Take the password with password() before returning to the event loop.
    void registerRequested(const impulse::ui::RegisterRequest& request);
    void signInRequested();

protected:
    void retranslate() override;
    bool isBusy() const override { return m_stage.has_value(); }
    void showEvent(QShowEvent* event) override;

private:
    void build();
    void submit();
    void offerServer();
    void onUsernameEdited();
    void showNameState();
    void showProblem();
    void updateContinue();
    QString username() const;

    Label* m_step = nullptr;
    Label* m_title = nullptr;
    Field* m_server = nullptr;
    Field* m_username = nullptr;
    Field* m_displayName = nullptr;
    NewPasswordFields* m_passwords = nullptr;
    Button* m_haveAccount = nullptr;
    Button* m_continue = nullptr;
    QTimer m_nameTimer;
    QString m_checkedServer;
    QString m_shownName;
    ServerState m_serverState = ServerState::Unknown;
    NameState m_nameState = NameState::Unknown;
    std::optional<BusyStage> m_stage;
    std::optional<SignInProblem> m_problem;
};

} // namespace impulse::ui
