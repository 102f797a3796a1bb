#pragma once

#include "client/ui/dialogs/FormDialog.h"
#include "client/ui/widgets/SecretText.h"

namespace impulse::ui {

class Banner;
class Button;
class Field;
class Label;
class NewPasswordFields;

/// The account's password, present and new. Main thread.
class ChangePasswordDialog : public FormDialog {
    Q_OBJECT

public:
    ChangePasswordDialog(Theme& theme, const QString& username, QWidget* parent = nullptr);
    ~ChangePasswordDialog() override;

    SecretText presentPassword() const;
    SecretText newPassword() const;
    void setWrongPassword();
    /// The core's rules refuse the new password.
    void setWeakPassword();
    /// What is wrong with none of the fields.
    void setProblem(const QString& sentence);

Q_SIGNALS:
    /// Take the passwords before returning to the event loop.
    void changeRequested();

protected:
    void showBusy(bool busy) override;
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
    QWidget* m_problemBox;
    Banner* m_problem;
    Button* m_cancel;
    Button* m_change;
};

} // namespace impulse::ui
