#include "client/ui/signin/NewPasswordFields.h"

#include "client/ui/signin/StrengthBar.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Field.h"

#include <QEvent>
#include <QVBoxLayout>

namespace impulse::ui {

NewPasswordFields::NewPasswordFields(Theme& theme, int spacing, QWidget* parent)
    : QWidget(parent), m_password(new Field(theme, this)), m_strength(new StrengthBar(theme)),
      m_repeat(new Field(theme, this))
{
    m_password->setObjectName(QStringLiteral("newPassword"));
    m_password->makePassword();
    m_password->setFooter(m_strength);
    m_repeat->setObjectName(QStringLiteral("repeatPassword"));
    m_repeat->makePassword();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(spacing);
    column->addWidget(m_password);
    column->addWidget(m_repeat);
    connect(m_password, &Field::textChanged, this, [this] {
        m_password->clearHint();
        refresh();
        Q_EMIT edited();
    });
    connect(m_repeat, &Field::textChanged, this, [this] {
        refresh();
        Q_EMIT edited();
    });
    connect(m_repeat, &Field::editingFinished, this, [this] {
        m_repeatLeft = !m_repeat->text().isEmpty();
        refresh();
    });
    connect(m_password, &Field::returnPressed, this, &NewPasswordFields::returnPressed);
    connect(m_repeat, &Field::returnPressed, this, &NewPasswordFields::returnPressed);
    refresh();
}

void NewPasswordFields::setLabels(const QString& password, const QString& repeat)
{
    m_password->setLabel(password);
    m_repeat->setLabel(repeat);
}

void NewPasswordFields::setUsername(const QString& username)
{
    m_username = username;
    refresh();
}

QString NewPasswordFields::flawText(PasswordFlaw flaw) const
{
    switch (flaw) {
    case PasswordFlaw::TooShort:
        return tr("At least %n characters", nullptr, PasswordRules::minimumLength);
    case PasswordFlaw::Common:
        return tr("This password is easy to guess");
    case PasswordFlaw::None:
        break;
    }
    return QString();
}

void NewPasswordFields::refresh()
{
    const QString typed = m_password->text();
    const PasswordFlaw flaw = m_rules.check(typed, m_username);
    const int strength = m_rules.strength(typed, m_username);
    const QString words[] = {QString(), tr("Weak"), tr("Fair"), tr("Strong"), tr("Very strong")};
    m_strength->setStrength(strength, flaw == PasswordFlaw::None ? words[strength]
                                                                 : flawText(flaw));
    const QString repeated = m_repeat->text();
    const bool same = repeated == typed;
    // While the repetition is being typed it is wrong only once it cannot become right.
    if (!same && !repeated.isEmpty() && (m_repeatLeft || !typed.startsWith(repeated))) {
        m_repeat->setError(tr("The passwords are different"));
    } else {
        m_repeat->clearHint();
    }
}

bool NewPasswordFields::isAcceptable() const
{
    return m_rules.check(m_password->text(), m_username) == PasswordFlaw::None
        && m_repeat->text() == m_password->text();
}

void NewPasswordFields::pointOut()
{
    const PasswordFlaw flaw = m_rules.check(m_password->text(), m_username);
    if (flaw != PasswordFlaw::None) {
        m_password->setError(flawText(flaw));
        m_password->setFocus(Qt::OtherFocusReason);
        return;
    }
    m_repeatLeft = true;
    refresh();
    m_repeat->setFocus(Qt::OtherFocusReason);
}

SecretText NewPasswordFields::password() const
{
    return m_password->secret();
}

void NewPasswordFields::wipe()
{
    m_password->wipe();
    m_repeat->wipe();
}

void NewPasswordFields::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        refresh();
    }
    QWidget::changeEvent(event);
}

} // namespace impulse::ui
