#pragma once

#include "client/ui/widgets/BusyFocus.h"
#include "client/ui/widgets/SecretText.h"

#include <QDialog>

namespace impulse::ui {

class Button;
class Field;
class Label;
class NewPasswordFields;
class Theme;

/// The account's password, present and new. Stays open while it works, until accept(); Esc and
/// Cancel then only ask to stop. Main thread.
class ChangePasswordDialog : public QDialog {
    Q_OBJECT

public:
    ChangePasswordDialog(Theme& theme, const QString& username, QWidget* parent = nullptr);
    ~ChangePasswordDialog() override;

    SecretText presentPassword() const;
    SecretText newPassword() const;
    void setBusy(bool busy);
    void setWrongPassword();
    /// The core's rules refuse the new password.
    void setWeakPassword();
    /// What is wrong with none of the fields.
    void setProblem(const QString& sentence);

    void reject() override;

Q_SIGNALS:
    /// Take the passwords before returning to the event loop.
    void changeRequested();
    /// Esc or Cancel while it works.
    void cancelRequested();

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void retranslate();
    void refresh();
    void submit();

    Label* m_title;
    Label* m_meaning;
    Field* m_present;
    NewPasswordFields* m_new;
    Label* m_problem;
    Button* m_cancel;
    Button* m_change;
    BusyFocus m_busyFocus{*this};
    bool m_busy = false;
};

} // namespace impulse::ui
