#pragma once

#include "client/ui/signin/PasswordRules.h"
#include "client/ui/widgets/SecretText.h"

#include <QWidget>

namespace impulse::ui {

class Field;
class StrengthBar;
class Theme;

/// A new password, its strength and its repetition, with the minimum rule; used by registration and
/// recovery. Main thread.
class NewPasswordFields : public QWidget {
    Q_OBJECT

public:
    NewPasswordFields(Theme& theme, int spacing, QWidget* parent = nullptr);

    void setLabels(const QString& password, const QString& repeat);
    /// A password built on this name counts as common.
    void setUsername(const QString& username);
    bool isAcceptable() const;
    SecretText password() const;
    void wipe();
    Field& passwordField() { return *m_password; }
    Field& repeatField() { return *m_repeat; }
    /// Shows the rule that is not met, if any, at its field and focuses it.
    void pointOut();

Q_SIGNALS:
    void edited();
    void returnPressed();

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();
    QString flawText(PasswordFlaw flaw) const;

    PasswordRules m_rules;
    QString m_username;
    Field* m_password;
    StrengthBar* m_strength;
    Field* m_repeat;
    bool m_repeatLeft = false; ///< differences are said once the field was left, not while typing
};

} // namespace impulse::ui
