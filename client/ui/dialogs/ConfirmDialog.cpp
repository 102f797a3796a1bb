#include "client/ui/dialogs/ConfirmDialog.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Label.h"

#include <QDialogButtonBox>
#include <QVBoxLayout>

namespace impulse::ui {

ConfirmDialog::ConfirmDialog(Theme& theme, const Words& words, bool destructive, QWidget* parent)
    : QDialog(parent), m_cancel(new Button(theme, Button::Kind::Tonal, this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);
    setWindowTitle(QStringLiteral("Impulse"));
    auto* title = new Label(theme, TextStyle::Title, Token::TextPrimary, this);
    title->setWordWrap(true);
    title->setText(words.question);
    auto* text = new Label(theme, TextStyle::Body, Token::TextSecondary, this);
    text->setWordWrap(true);
    text->setText(words.consequence);
    auto* act = new Button(theme, destructive ? Button::Kind::Danger : Button::Kind::Primary, this);
    act->setObjectName(QStringLiteral("confirm"));
    act->setText(words.verb);
    act->setVisible(!words.verb.isEmpty());
    m_cancel->setObjectName(QStringLiteral("cancel"));
    m_cancel->setText(words.verb.isEmpty() ? tr("Close") : tr("Cancel"));
    auto* buttons = new QDialogButtonBox(this);
    if (!words.verb.isEmpty()) {
        buttons->addButton(act, QDialogButtonBox::AcceptRole);
    }
    buttons->addButton(m_cancel, QDialogButtonBox::RejectRole);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(8);
    column->addWidget(title);
    column->addWidget(text);
    column->addSpacing(12);
    column->addWidget(buttons);
    const int width = theme.pxCapped(400);
    setMinimumWidth(width);
    resize(width, column->heightForWidth(width));
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    setAccessibleName(words.question);
    setAccessibleDescription(words.consequence);
    Button* least = destructive || words.verb.isEmpty() ? m_cancel : act;
    least->setDefault(true);
    least->setFocus(Qt::OtherFocusReason);
}

} // namespace impulse::ui
