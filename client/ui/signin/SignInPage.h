#pragma once

#include "client/ui/signin/FormPage.h"
#include "client/ui/signin/SignInTypes.h"
#include "client/ui/widgets/SecretText.h"

#include <optional>

class QBoxLayout;

namespace impulse::ui {

class Button;
class CheckBox;
class Field;
class Label;
class LanguageSwitch;

/// Server, username, password (design 4.2). Knows no network: it emits requests and is told what
/// came of them. Main thread.
class SignInPage : public FormPage {
    Q_OBJECT

public:
    SignInPage(Theme& theme, LanguageSwitch& languages, QWidget* parent = nullptr);

    void setServer(const QString& server);
    QString server() const;
    void setUsername(const QString& username);
    QString username() const;
    /// `shownName` replaces the sentence of Checked where the server has a name.
    void setServerState(ServerState state, const QString& shownName = QString());
    void setBusy(std::optional<BusyStage> stage);
    /// Shows the problem at its field and gives that field the focus.
    void setProblem(SignInProblem problem);
    SecretText password() const;
    void wipe();

Q_SIGNALS:
    /// The server field lost the focus with a new text.
    void serverEntered(const QString& server);
    /// Take the password with password() before returning to the event loop.
    void signInRequested(const impulse::ui::SignInRequest& request);
    void createRequested();
    void recoverRequested();

protected:
    void retranslate() override;
    bool isBusy() const override { return m_stage.has_value(); }
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void build(LanguageSwitch& languages);
    void submit();
    void showServerState();
    void showProblem();
    void offerServer();
    void arrangeWays();

    Label* m_title = nullptr;
    Label* m_subtitle = nullptr;
    Field* m_server = nullptr;
    Field* m_username = nullptr;
    Field* m_password = nullptr;
    CheckBox* m_keep = nullptr;
    Button* m_signIn = nullptr;
    Button* m_create = nullptr;
    Button* m_recover = nullptr;
    QBoxLayout* m_ways = nullptr;
    QString m_checkedServer;
    QString m_shownName;
    ServerState m_serverState = ServerState::Unknown;
    std::optional<BusyStage> m_stage;
    std::optional<SignInProblem> m_problem;
};

} // namespace impulse::ui
