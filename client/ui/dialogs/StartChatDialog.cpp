#include "client/ui/dialogs/StartChatDialog.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Card.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/IconView.h"
#include "client/ui/widgets/Label.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QEvent>
#include <QGuiApplication>
#include <QLineEdit>
#include <QVBoxLayout>

namespace impulse::ui {

StartChatDialog::StartChatDialog(Theme& theme, const QString& ownUsername, const QString& ownLink,
                                 QWidget* parent)
    : FormDialog(theme, parent), m_ownUsername(ownUsername), m_ownLink(ownLink),
      m_title(new Label(theme, TextStyle::Title, Token::TextPrimary, this)),
      m_field(new Field(theme, this)),
      m_ownLabel(new Label(theme, TextStyle::Small, Token::TextSecondary, this)),
      m_copy(new Button(theme, Button::Kind::Tonal, this)),
      m_cancel(new Button(theme, Button::Kind::Tonal, this)),
      m_start(new Button(theme, Button::Kind::Primary, this))
{
    m_field->setObjectName(QStringLiteral("person"));
    m_field->setLeadingIcon(QLatin1String("mention"));
    m_field->edit().setInputMethodHints(Qt::ImhNoAutoUppercase | Qt::ImhNoPredictiveText);
    m_field->reserveHint();
    m_ownLabel->setWordWrap(true);
    m_copy->setObjectName(QStringLiteral("copyOwnLink"));
    m_copy->setButtonSize(Button::Size::Small);
    m_copy->setIconName(QLatin1String("copy"));
    m_cancel->setObjectName(QStringLiteral("cancel"));
    m_start->setObjectName(QStringLiteral("startChat"));

    auto* own = new Card(theme, Token::SurfaceSidebar, this);
    auto* ownRow = new QWidget(own);
    auto* row = new QHBoxLayout(ownRow);
    row->setContentsMargins(16, 12, 12, 12);
    row->setSpacing(12);
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    auto* name = new Label(theme, TextStyle::Body, Token::TextPrimary, ownRow);
    name->setText(QLatin1Char('@') + ownUsername);
    words->addWidget(name);
    words->addWidget(m_ownLabel);
    row->addLayout(words, 1);
    row->addWidget(m_copy);
    own->addRow(ownRow);
    own->setVisible(!ownLink.isEmpty());

    auto* buttons = new QDialogButtonBox(this);
    buttons->addButton(m_start, QDialogButtonBox::AcceptRole);
    buttons->addButton(m_cancel, QDialogButtonBox::RejectRole);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(0);
    column->addWidget(m_title);
    column->addSpacing(16);
    column->addWidget(m_field);
    column->addSpacing(12);
    column->addWidget(own);
    column->addSpacing(20);
    column->addStretch(1);
    column->addWidget(buttons);
    // Looking someone up leaves nothing behind, so there is nothing to wait for.
    connect(this, &FormDialog::cancelRequested, this, [this] { QDialog::reject(); });
    connect(m_field, &Field::textChanged, this, [this] {
        m_problem.reset();
        retranslate();
    });
    connect(m_start, &QPushButton::clicked, this, &StartChatDialog::submit);
    connect(buttons, &QDialogButtonBox::rejected, this, &StartChatDialog::reject);
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(m_ownLink);
        m_copied = true;
        retranslate();
    });
    m_start->setDefault(true);
    retranslate();
}

QString StartChatDialog::typed() const
{
    QString text = m_field->text().trimmed();
    if (text.startsWith(QLatin1Char('@'))) {
        text.remove(0, 1);
    }
    return text;
}

void StartChatDialog::retranslate()
{
    setWindowTitle(tr("New chat"));
    m_title->setText(tr("New chat"));
    m_field->setLabel(tr("Username or link"));
    m_ownLabel->setText(m_copied ? tr("Link copied") : tr("Your username. Others find you by it."));
    m_copy->setText(tr("Copy link"));
    m_cancel->setText(tr("Cancel"));
    m_start->setText(tr("Start chat"));
    m_start->setEnabled(isBusy() || !typed().isEmpty());
    m_start->setBusy(isBusy(), tr("Looking…"));
    if (!m_problem) {
        m_field->setHint(Field::Hint::Plain, tr("A username of your server, or an impulse:// link"));
        return;
    }
    switch (*m_problem) {
    case Problem::NotFound:
        m_field->setError(tr("Nobody on your server has this username"));
        break;
    case Problem::Yourself:
        m_field->setError(tr("This is you"));
        break;
    case Problem::BadLink:
        m_field->setError(tr("This link is not complete. Copy it again."));
        break;
    case Problem::OtherServer:
        m_field->setError(tr("This link belongs to another server. Sign in there to use it."));
        break;
    case Problem::Offline:
        m_field->setError(tr("You’re offline. Try again when the connection is back."));
        break;
    case Problem::Blocked:
        m_field->setError(tr("You blocked this person. Unblock them in their profile first."));
        break;
    case Problem::Failed:
        m_field->setError(tr("This did not work. Try again."));
        break;
    }
}

void StartChatDialog::setText(const QString& usernameOrLink)
{
    m_field->setText(usernameOrLink);
}

void StartChatDialog::showBusy(bool busy)
{
    m_field->setEnabled(!busy);
    retranslate();
}

void StartChatDialog::setProblem(Problem problem)
{
    setBusy(false);
    m_problem = problem;
    retranslate();
    m_field->setFocus(Qt::OtherFocusReason);
    m_field->edit().selectAll();
}

void StartChatDialog::submit()
{
    if (!isBusy() && !typed().isEmpty()) {
        Q_EMIT startRequested(typed());
    }
}

void StartChatDialog::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    FormDialog::changeEvent(event);
}

void StartChatDialog::showEvent(QShowEvent* event)
{
    FormDialog::showEvent(event);
    m_field->setFocus(Qt::OtherFocusReason);
}

} // namespace impulse::ui
