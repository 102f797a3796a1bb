#pragma once

#include "client/ui/signin/SignInTypes.h"
#include "client/ui/widgets/BusyFocus.h"
#include "client/ui/widgets/SecretText.h"

#include <QWidget>

#include <functional>
#include <optional>

class QStackedWidget;
class QVBoxLayout;

namespace impulse::ui {

class Button;
class CheckBox;
class DeviceQuestions;
class Field;
class Label;
class NewPasswordFields;
class Theme;

/// The recovery code in use (design 4.4; encryption.md 9.3): first the form, then, for each device
/// that the account lists, "still mine" or "lost", with no default. Main thread.
class RecoverWindow : public QWidget {
    Q_OBJECT

public:
    /// SignIn: nobody is signed in; asks for server, username, code and password. NewDevice: the
    /// password sign-in of this computer was right and only the code is missing.
    enum class Mode { SignIn, NewDevice };
    /// Tells whether a whole normalized code has a right checksum.
    using CodeCheck = std::function<bool(const SecretText&)>;

    RecoverWindow(Theme& theme, Mode mode, CodeCheck codeCheck, QWidget* parent = nullptr);
    ~RecoverWindow() override;

    void setServer(const QString& server);
    void setServerState(ServerState state, const QString& shownName = QString());
    void setUsername(const QString& username);
    void setBusy(std::optional<BusyStage> stage);
    void setProblem(SignInProblem problem);
    /// The server has taken username and password; only the code is still to be corrected.
    void setOnlyCode(bool only);
    /// The code was right: asks about the devices. With an empty list nothing needs an answer and
    /// devicesAnswered() follows at once.
    void askDevices(const QList<KnownDevice>& devices);
    SecretText code() const;
    /// The new password, or the account's where no new one is wanted.
    SecretText password() const;
    void wipe();

Q_SIGNALS:
    void serverEntered(const QString& server);
    /// Take code() and password() before returning to the event loop.
    void recoverRequested(const impulse::ui::RecoverRequest& request);
    /// The ids of the lost devices; empty: all are still mine.
    void devicesAnswered(const QList<QByteArray>& lost);
    /// Cancel, Esc or the window's close button; while it is busy too.
    void cancelRequested();

protected:
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void build();
    void buildForm(QVBoxLayout& column);
    void retranslate();
    void onCodeEdited(const QString& typed);
    void showCodeState();
    void showProblem();
    void submit();
    void explainNoCode();
    void updateContinue();
    bool hasRightCode() const;
    bool onDevices() const;

    Theme& m_theme;
    Mode m_mode;
    CodeCheck m_codeCheck;
    QStackedWidget* m_pages = nullptr;
    Label* m_title = nullptr;
    Label* m_subtitle = nullptr;
    Field* m_server = nullptr;
    Field* m_username = nullptr;
    Field* m_code = nullptr;
    Field* m_password = nullptr;
    CheckBox* m_wantNew = nullptr;
    NewPasswordFields* m_newPassword = nullptr;
    DeviceQuestions* m_devices = nullptr;
    Button* m_noCode = nullptr;
    Button* m_back = nullptr;
    Button* m_continue = nullptr;
    ServerState m_serverState = ServerState::Unknown;
    QString m_shownName;
    BusyFocus m_busyFocus{*this};
    std::optional<BusyStage> m_stage;
    std::optional<SignInProblem> m_problem;
};

} // namespace impulse::ui
