#pragma once

#include "client/ui/dialogs/FormDialog.h"
#include "client/ui/widgets/SecretText.h"

namespace impulse::ui {

class Button;
class Field;

/// Asks for the account's password before something that needs it: title, what it means, the
/// password, a verb. A destructive verb is red and never the default: Enter does not delete. Main
/// thread.
class PasswordDialog : public FormDialog {
    Q_OBJECT

public:
    struct Words {
        QString title;
        QString meaning;
        QString verb;
        QString busyVerb;
    };

    PasswordDialog(Theme& theme, const Words& words, bool destructive, QWidget* parent = nullptr);
    ~PasswordDialog() override;

    SecretText password() const;
    /// Says it at the field.
    void setProblem(const QString& sentence);

Q_SIGNALS:
    /// Take the password with password() before returning to the event loop.
    void confirmed();

protected:
    void showBusy(bool busy) override;
    void showEvent(QShowEvent* event) override;

private:
    void submit();
    void refresh();

    Words m_words;
    Field* m_password;
    Button* m_cancel;
    Button* m_confirm;
};

} // namespace impulse::ui
