#include "client/ui/chat/MessageDetails.h"

#include "client/ui/chat/ChatWords.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Card.h"
#include "client/ui/widgets/Label.h"

#include <QHBoxLayout>
#include <QScrollArea>

namespace impulse::ui {

using client::MessageItem;
using client::MessageKind;

MessageDetails::MessageDetails(Theme& theme, const MessageItem& message, QWidget* parent)
    : QDialog(parent)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);
    setWindowTitle(tr("Message details"));
    auto* content = new QWidget;
    auto* rows = new QVBoxLayout(content);
    rows->setContentsMargins(24, 24, 24, 8);
    rows->setSpacing(12);
    auto* title = new Label(theme, TextStyle::Title, Token::TextPrimary, content);
    title->setText(tr("Message details"));
    rows->addWidget(title);
    const auto line = [&](const QString& text, Token token) {
        auto* label = new Label(theme, TextStyle::Small, token, content);
        label->setText(text);
        label->setWordWrap(true);
        rows->addWidget(label);
    };
    line(tr("From: %1").arg(message.outgoing ? tr("You") : message.senderName),
         Token::TextPrimary);
    line(tr("Written: %1").arg(ChatWords::moment(message.sentMs)), Token::TextPrimary);
    if (message.outgoing)
        line(tr("State: %1").arg(ChatWords::state(message.state)), Token::TextPrimary);
    if (message.kind == MessageKind::Refused)
        line(tr("This message did not come from the account it names, or it was changed on the "
                "way. Its text is not shown."),
             Token::Warning);
    if (message.removedDevice != client::RemovedDevice::No)
        line(ChatWords::removedDevice(message.removedDevice), Token::Warning);
    if (message.recoveredFromOwn)
        line(tr("Recovered from your other device"), Token::TextSecondary);
    if (message.edited && message.kind == MessageKind::Text) {
        line(tr("Versions, newest first"), Token::TextSecondary);
        auto* card = new Card(theme, Token::SurfaceSidebar, content);
        const auto version = [&](const QString& text, const QString& when) {
            auto* row = new QWidget(card);
            auto* column = new QVBoxLayout(row);
            column->setContentsMargins(16, 10, 16, 10);
            column->setSpacing(2);
            auto* words = new Label(theme, TextStyle::Body, Token::TextPrimary, row);
            words->setText(text);
            words->setWordWrap(true);
            auto* time = new Label(theme, TextStyle::Meta, Token::TextSecondary, row);
            time->setText(when);
            column->addWidget(words);
            column->addWidget(time);
            card->addRow(row);
        };
        version(message.text, tr("now"));
        for (auto old = message.versions.rbegin(); old != message.versions.rend(); ++old)
            version(old->text, ChatWords::moment(old->timeMs));
        rows->addWidget(card);
    }
    rows->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(content);
    auto* close = new Button(theme, Button::Kind::Tonal, this);
    close->setText(tr("Close"));
    connect(close, &QAbstractButton::clicked, this, &QDialog::reject);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(24, 12, 24, 24);
    foot->addStretch(1);
    foot->addWidget(close);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(scroll, 1);
    column->addLayout(foot);
    resize(theme.pxCapped(440), theme.pxCapped(message.edited ? 440 : 300));
}

} // namespace impulse::ui
