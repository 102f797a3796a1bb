#pragma once

#include "client/ui/widgets/BusyFocus.h"
#include "client/ui/widgets/SecretText.h"

#include <QDialog>

namespace impulse::ui {

class Button;
class Field;
class Theme;

/// Asks for the account's password before something that needs it: title, what it means, the
/// password, a verb. A destructive verb is red and never the default: Enter does not delete. Stays
/// open while it works, until accept(); Esc and Cancel then only ask to stop. Main thread.
class PasswordDialog : public QDialog {
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
    void setBusy(bool busy);
    /// Says it at the field.
    void setProblem(const QString& sentence);

    void reject() override;

Q_SIGNALS:
    /// Take the password with password() before returning to the event loop.
    void confirmed();
    /// Esc or Cancel while it works.
    void cancelRequested();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void submit();
    void refresh();

    Words m_words;
    Field* m_password;
    Button* m_cancel;
    Button* m_confirm;
    BusyFocus m_busyFocus{*this};
    bool m_busy = false;
};

} // namespace impulse::ui
