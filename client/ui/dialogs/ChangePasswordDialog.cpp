#include "client/ui/dialogs/ChangePasswordDialog.h"

#include "client/ui/signin/NewPasswordFields.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Banner.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/Label.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QLineEdit>
#include <QVBoxLayout>

namespace impulse::ui {

namespace {

constexpr int blockGap = 16;

} // namespace

ChangePasswordDialog::ChangePasswordDialog(Theme& theme, const QString& username, QWidget* parent)
    : FormDialog(theme, parent), m_title(new Label(theme, TextStyle::Title, Token::TextPrimary, this)),
      m_meaning(new Label(theme, TextStyle::Body, Token::TextSecondary, this)),
      m_present(new Field(theme, this)), m_new(new NewPasswordFields(theme, blockGap, this)),
      m_problemBox(new QWidget(this)),
      m_problem(new Banner(theme, Banner::Kind::Danger, Banner::Shape::Card, m_problemBox)),
      m_cancel(new Button(theme, Button::Kind::Tonal, this)),
      m_change(new Button(theme, Button::Kind::Primary, this))
{
    m_meaning->setWordWrap(true);
    m_present->setObjectName(QStringLiteral("presentPassword"));
    m_present->makePassword();
    m_new->setUsername(username);
    m_problemBox->setObjectName(QStringLiteral("problem"));
    auto* problemColumn = new QVBoxLayout(m_problemBox);
    problemColumn->setContentsMargins(0, 0, 0, blockGap);
    problemColumn->addWidget(m_problem);
    m_problemBox->hide();
    m_cancel->setObjectName(QStringLiteral("cancel"));
    m_change->setObjectName(QStringLiteral("change"));
    auto* buttons = new QDialogButtonBox(this);
    buttons->addButton(m_change, QDialogButtonBox::AcceptRole);
    buttons->addButton(m_cancel, QDialogButtonBox::RejectRole);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(0);
    column->addWidget(m_title);
    column->addSpacing(8);
    column->addWidget(m_meaning);
    column->addSpacing(blockGap);
    column->addWidget(m_present);
    column->addSpacing(blockGap);
    column->addWidget(m_new);
    column->addSpacing(20);
    column->addWidget(m_problemBox);
    column->addStretch(1);
    column->addWidget(buttons);
    connect(m_present, &Field::textChanged, this, [this] {
        m_present->clearHint();
        refresh();
    });
    connect(m_new, &NewPasswordFields::edited, this, &ChangePasswordDialog::refresh);
    connect(m_change, &QPushButton::clicked, this, &ChangePasswordDialog::submit);
    connect(buttons, &QDialogButtonBox::rejected, this, &ChangePasswordDialog::reject);
    m_change->setDefault(true);
    retranslate();
}

ChangePasswordDialog::~ChangePasswordDialog()
{
    m_present->wipe();
    m_new->wipe();
}

void ChangePasswordDialog::retranslate()
{
    m_title->setText(tr("Change password", "title"));
    m_meaning->setText(tr("You need the new password the next time you sign in on a computer. "
                          "Your recovery code stays as it is."));
    setAccessibleName(m_title->text());
    m_present->setLabel(tr("Current password"));
    m_new->setLabels(tr("New password"), tr("Repeat password"));
    m_cancel->setText(tr("Cancel"));
    m_change->setText(tr("Change password"));
    refresh();
}

SecretText ChangePasswordDialog::presentPassword() const
{
    return m_present->secret();
}

SecretText ChangePasswordDialog::newPassword() const
{
    return m_new->password();
}

void ChangePasswordDialog::refresh()
{
    m_change->setEnabled(isBusy() || (!m_present->text().isEmpty() && m_new->isAcceptable()));
    m_change->setBusy(isBusy(), tr("Changing…"));
}

void ChangePasswordDialog::submit()
{
    if (isBusy() || !m_change->isEnabled()) {
        return;
    }
    m_problemBox->hide();
    Q_EMIT changeRequested();
}

void ChangePasswordDialog::showBusy(bool busy)
{
    m_present->setEnabled(!busy);
    m_new->setEnabled(!busy);
    refresh();
}

void ChangePasswordDialog::setWrongPassword()
{
    setBusy(false);
    m_present->setError(tr("The password is wrong"));
    m_present->setFocus(Qt::OtherFocusReason);
    m_present->edit().selectAll();
}

void ChangePasswordDialog::setWeakPassword()
{
    setBusy(false);
    m_new->passwordField().setError(tr("This password is easy to guess"));
    m_new->passwordField().setFocus(Qt::OtherFocusReason);
}

void ChangePasswordDialog::setProblem(const QString& sentence)
{
    setBusy(false);
    m_problem->setTexts(QString(), sentence);
    m_problemBox->show();
}

void ChangePasswordDialog::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    FormDialog::changeEvent(event);
}

void ChangePasswordDialog::showEvent(QShowEvent* event)
{
    FormDialog::showEvent(event);
    m_present->setFocus(Qt::OtherFocusReason);
}

} // namespace impulse::ui
