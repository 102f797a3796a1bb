#include "client/ui/dialogs/PasswordDialog.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/Label.h"

#include <QDialogButtonBox>
#include <QLineEdit>
#include <QVBoxLayout>

namespace impulse::ui {

PasswordDialog::PasswordDialog(Theme& theme, const Words& words, bool destructive, QWidget* parent)
    : FormDialog(theme, parent), m_words(words), m_password(new Field(theme, this)),
      m_cancel(new Button(theme, Button::Kind::Tonal, this)),
      m_confirm(new Button(theme, destructive ? Button::Kind::Danger : Button::Kind::Primary,
                           this))
{
    setAccessibleName(words.title);
    setAccessibleDescription(words.meaning);
    auto* title = new Label(theme, TextStyle::Title, Token::TextPrimary, this);
    title->setWordWrap(true);
    title->setText(words.title);
    auto* meaning = new Label(theme, TextStyle::Body, Token::TextSecondary, this);
    meaning->setWordWrap(true);
    meaning->setText(words.meaning);
    m_password->setObjectName(QStringLiteral("password"));
    m_password->makePassword();
    m_password->setLabel(tr("Password"));
    m_password->reserveHint();
    m_cancel->setObjectName(QStringLiteral("cancel"));
    m_cancel->setText(tr("Cancel"));
    m_confirm->setObjectName(QStringLiteral("confirm"));
    m_confirm->setText(words.verb);
    auto* buttons = new QDialogButtonBox(this);
    buttons->addButton(m_confirm, QDialogButtonBox::AcceptRole);
    buttons->addButton(m_cancel, QDialogButtonBox::RejectRole);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(8);
    column->addWidget(title);
    column->addWidget(meaning);
    column->addSpacing(8);
    column->addWidget(m_password);
    column->addSpacing(4);
    column->addStretch(1);
    column->addWidget(buttons);
    connect(m_password, &Field::textChanged, this, [this] {
        m_password->clearHint();
        refresh();
    });
    connect(m_confirm, &QPushButton::clicked, this, &PasswordDialog::submit);
    connect(buttons, &QDialogButtonBox::rejected, this, &PasswordDialog::reject);
    (destructive ? m_cancel : m_confirm)->setDefault(true);
    refresh();
}

PasswordDialog::~PasswordDialog()
{
    m_password->wipe();
}

SecretText PasswordDialog::password() const
{
    return m_password->secret();
}

void PasswordDialog::submit()
{
    if (!isBusy() && !m_password->text().isEmpty()) {
        Q_EMIT confirmed();
    }
}

void PasswordDialog::showBusy(bool busy)
{
    m_password->setEnabled(!busy);
    refresh();
    m_confirm->setBusy(busy, m_words.busyVerb);
}

void PasswordDialog::setProblem(const QString& sentence)
{
    setBusy(false);
    m_password->setError(sentence);
    m_password->setFocus(Qt::OtherFocusReason);
    m_password->edit().selectAll();
}

void PasswordDialog::refresh()
{
    m_confirm->setEnabled(isBusy() || !m_password->text().isEmpty());
}

void PasswordDialog::showEvent(QShowEvent* event)
{
    FormDialog::showEvent(event);
    m_password->setFocus(Qt::OtherFocusReason);
}

} // namespace impulse::ui
