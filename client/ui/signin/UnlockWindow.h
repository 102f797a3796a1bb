#pragma once

#include "client/ui/signin/SignInTypes.h"
#include "client/ui/widgets/BusyFocus.h"
#include "client/ui/widgets/SecretText.h"

#include <QWidget>

#include <optional>

namespace impulse::ui {

class Button;
class Field;
class Label;
class Theme;

/// Asks for the account password before anything else is shown (design 4.5). Main thread.
class UnlockWindow : public QWidget {
    Q_OBJECT

public:
    explicit UnlockWindow(Theme& theme, QWidget* parent = nullptr);
    ~UnlockWindow() override;

    /// "Elena Voss, @elena"; empty where the name is not known before unlocking.
    void setAccount(const QString& account);
    void setBusy(bool busy);
    void setProblem(SignInProblem problem);
    SecretText password() const;
    void wipe();

Q_SIGNALS:
    /// Take the password with password() before returning to the event loop.
    void unlockRequested();
    void forgotten();
    /// Esc while it works.
    void cancelRequested();
    void closed();

protected:
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void retranslate();
    void submit();
    void showProblem();

    Theme& m_theme;
    Label* m_title;
    Label* m_account;
    Field* m_password;
    Button* m_unlock;
    Button* m_forgot;
    BusyFocus m_busyFocus{*this};
    bool m_busy = false;
    std::optional<SignInProblem> m_problem;
};

} // namespace impulse::ui
