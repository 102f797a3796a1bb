#include "client/ui/chat/Composer.h"

#include "client/ui/chat/ComposerField.h"
#include "client/ui/chat/MessageLayout.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/IconButton.h"
#include "client/ui/widgets/IconView.h"
#include "client/ui/widgets/Label.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>

namespace impulse::ui {

using client::MessageItem;

namespace {

/// A draft may be at most a second old at a crash; the rest is for the database.
constexpr int draftDelayMs = 250;
constexpr int typingIdleMs = 5000;

/// The rounded box around the field.
class FieldBox : public QWidget {
public:
    FieldBox(Theme& theme, ComposerField& field, QWidget* parent)
        : QWidget(parent), m_theme(theme), m_field(field)
    {
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.color(Token::SurfaceField));
        painter.drawRoundedRect(rect(), 18, 18);
        if (m_field.hasFocus() && m_theme.keyboardInUse()) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(m_theme.color(Token::Focus), 2));
            painter.drawRoundedRect(rect().adjusted(1, 1, -1, -1), 17, 17);
        }
    }
    void mousePressEvent(QMouseEvent*) override { m_field.setFocus(Qt::MouseFocusReason); }

private:
    Theme& m_theme;
    ComposerField& m_field;
};

} // namespace

Composer::Composer(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_strip(new ComposerStrip(theme, this)),
      m_field(new ComposerField(theme, this)),
      m_send(new IconButton(theme, QLatin1String("send"), this)), m_blocked(new QWidget(this)),
      m_blockedIcon(new IconView(theme, QLatin1String("lock"), Token::Warning, 18, m_blocked)),
      m_blockedText(new Label(theme, TextStyle::Body, Token::TextSecondary, m_blocked)),
      m_blockedAction(new Button(theme, Button::Kind::Text, m_blocked))
{
    m_fieldBox = new FieldBox(theme, *m_field, this);
    m_field->setObjectName(QStringLiteral("composerField"));
    m_send->setObjectName(QStringLiteral("sendButton"));
    m_fieldBox->setCursor(Qt::IBeamCursor);
    auto* inside = new QHBoxLayout(m_fieldBox);
    inside->setContentsMargins(16, 8, 12, 8);
    inside->addWidget(m_field, 1, Qt::AlignVCenter);
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    row->addWidget(m_fieldBox, 1);
    auto* sendColumn = new QVBoxLayout;
    sendColumn->addStretch(1);
    sendColumn->addWidget(m_send);
    m_sendGap = sendColumn;
    row->addLayout(sendColumn);
    auto* blockedRow = new QHBoxLayout(m_blocked);
    blockedRow->setContentsMargins(0, 0, 0, 0);
    blockedRow->setSpacing(4);
    blockedRow->addStretch(1);
    blockedRow->addWidget(m_blockedIcon);
    blockedRow->addSpacing(4);
    blockedRow->addWidget(m_blockedText);
    blockedRow->addWidget(m_blockedAction);
    blockedRow->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(0);
    column->addWidget(m_strip);
    column->addLayout(row);
    column->addWidget(m_blocked);
    m_strip->hide();
    m_blocked->hide();
    m_draftTimer.setSingleShot(true);
    m_draftTimer.setInterval(draftDelayMs);
    m_typingTimer.setSingleShot(true);
    m_typingTimer.setInterval(typingIdleMs);
    connect(m_field, &QTextEdit::textChanged, this, &Composer::onTextChanged);
    connect(m_field, &ComposerField::sendWanted, this, &Composer::submit);
    connect(m_field, &ComposerField::upInEmpty, this, &Composer::editLastWanted);
    connect(m_field, &ComposerField::focusChanged, m_fieldBox, qOverload<>(&QWidget::update));
    connect(m_send, &QAbstractButton::clicked, this, &Composer::submit);
    connect(m_strip, &ComposerStrip::closeClicked, this, &Composer::leaveMode);
    connect(&m_draftTimer, &QTimer::timeout, this, [this] { Q_EMIT draftChanged(draft()); });
    connect(&m_typingTimer, &QTimer::timeout, this, [this] { setTyping(false); });
    connect(m_blockedAction, &QAbstractButton::clicked, this, &Composer::blockedActionClicked);
    connect(&theme, &Theme::changed, this, &Composer::applyMetrics);
    applyMetrics();
    retranslate();
    updateSend();
}

void Composer::applyMetrics()
{
    m_fieldBox->setMinimumHeight(36 + int((m_theme.scale() - 1) * 24));
    // What stands in the field's place is as high, so the messages do not move.
    m_blocked->setMinimumHeight(m_fieldBox->minimumHeight());
    // Beside a single line the button is centred; it stays there while the field grows.
    m_sendGap->setContentsMargins(
        0, 0, 0, std::max(0, m_fieldBox->minimumHeight() - m_send->sizeHint().height()) / 2);
    const QRect column = MessageLayout::column(width(), m_theme);
    layout()->setContentsMargins(column.left(), 11, width() - column.right() - 1, 10);
    update();
}

void Composer::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    applyMetrics();
}

void Composer::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

void Composer::retranslate()
{
    setAccessibleName(tr("Composer"));
    m_send->setLabel(tr("Send message"), tr("Enter"));
}

void Composer::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.color(Token::SurfaceBase));
    painter.fillRect(QRect(0, 0, width(), 1), m_theme.color(Token::BorderSubtle));
}

QWidget& Composer::field()
{
    return *m_field;
}

bool Composer::isFieldEmpty() const
{
    return m_field->document()->isEmpty();
}

bool Composer::isWritable() const
{
    return !m_fieldBox->isHidden();
}

void Composer::setBlockedLine(const QString& text, const QString& action, QLatin1String icon)
{
    const bool blocked = !text.isEmpty();
    if (blocked)
        leaveMode();
    m_blockedIcon->setVisible(!icon.isEmpty());
    if (!icon.isEmpty())
        m_blockedIcon->setIcon(icon, Token::Warning);
    m_blockedText->setText(text);
    m_blockedAction->setText(action);
    m_blockedAction->setVisible(!action.isEmpty());
    m_blocked->setVisible(blocked);
    m_fieldBox->setVisible(!blocked);
    m_send->setVisible(!blocked);
}

// --- Modes and drafts ---------------------------------------------------------------------------

void Composer::setText(const QString& text)
{
    m_silent = true;
    m_field->setPlainText(text);
    m_field->moveCursor(QTextCursor::End);
    m_silent = false;
    updateSend();
}

void Composer::open(const QString& draft)
{
    flushDraft();
    setTyping(false);
    m_mode = Mode::Write;
    m_strip->hide();
    m_target = {};
    m_stashed.clear();
    setText(draft);
}

void Composer::startReply(const MessageItem& message)
{
    if (m_mode == Mode::Edit)
        leaveMode();
    m_mode = Mode::Reply;
    m_target = message;
    m_strip->show(m_mode, message);
    m_field->setFocus(Qt::OtherFocusReason);
}

void Composer::startEdit(const MessageItem& message)
{
    leaveMode();
    flushDraft();
    m_stashed = m_field->toPlainText();
    m_mode = Mode::Edit;
    m_target = message;
    m_strip->show(m_mode, message);
    const auto kept = m_editDrafts.find(message.id);
    setText(kept == m_editDrafts.end() ? message.text : kept->second);
    m_field->setFocus(Qt::OtherFocusReason);
}

void Composer::leaveMode()
{
    if (m_mode == Mode::Edit) {
        const QString text = m_field->toPlainText();
        if (text != m_target.text)
            m_editDrafts[m_target.id] = text;
        setText(m_stashed);
        m_stashed.clear();
    }
    m_mode = Mode::Write;
    m_target = {};
    m_strip->hide();
}

QString Composer::draft() const
{
    return m_mode == Mode::Edit ? m_stashed : m_field->toPlainText();
}

void Composer::flushDraft()
{
    if (!m_draftTimer.isActive())
        return;
    m_draftTimer.stop();
    Q_EMIT draftChanged(draft());
}

void Composer::insertText(const QString& text)
{
    m_field->setFocus(Qt::OtherFocusReason);
    m_field->insertPlainText(text);
}

void Composer::onTextChanged()
{
    updateSend();
    if (m_silent || m_mode == Mode::Edit)
        return;
    // From the first change on, not from the last: who types without a pause loses nothing.
    if (!m_draftTimer.isActive())
        m_draftTimer.start();
    setTyping(!isFieldEmpty());
}

void Composer::setTyping(bool typing)
{
    if (typing)
        m_typingTimer.start();
    else
        m_typingTimer.stop();
    if (m_typing == typing)
        return;
    m_typing = typing;
    Q_EMIT typingChanged(typing);
}

void Composer::submit()
{
    const QString text = m_field->toPlainText().trimmed();
    if (text.isEmpty())
        return;
    if (m_mode == Mode::Edit && text == m_target.text) {
        leaveMode();
        return;
    }
    // The receiver reads mode() and target(), so the mode ends afterwards.
    Q_EMIT submitted(text);
    setTyping(false);
    m_draftTimer.stop();
    if (m_mode == Mode::Edit) {
        const MessageId edited = m_target.id;
        leaveMode();
        m_editDrafts.erase(edited);
        return;
    }
    leaveMode();
    setText({});
    Q_EMIT draftChanged({});
}

void Composer::updateSend()
{
    const bool ready = !m_field->toPlainText().trimmed().isEmpty();
    m_send->setFilledRound(ready);
    m_send->setToken(ready ? Token::OnAccent : Token::TextDisabled);
    m_send->setEnabled(ready);
}

// --- The strip ----------------------------------------------------------------------------------

ComposerStrip::ComposerStrip(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_close(new IconButton(theme, QLatin1String("close"), this))
{
    m_close->setSides(30, 18);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 3, 8);
    row->addStretch(1);
    row->addWidget(m_close);
    connect(m_close, &QAbstractButton::clicked, this, &ComposerStrip::closeClicked);
    retranslate();
}

void ComposerStrip::retranslate()
{
    m_close->setLabel(m_mode == Composer::Mode::Edit ? tr("Stop editing") : tr("Do not reply"),
                      tr("Esc"));
}

void ComposerStrip::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

void ComposerStrip::show(Composer::Mode mode, const MessageItem& message)
{
    m_mode = mode;
    m_message = message;
    setMinimumHeight(2 * m_theme.lineHeight(TextStyle::Small) + 8);
    retranslate();
    setVisible(true);
    update();
}

void ComposerStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool edit = m_mode == Composer::Mode::Edit;
    const int line = m_theme.lineHeight(TextStyle::Small);
    const int size = m_theme.pxCapped(20);
    painter.drawPixmap(6, line - size / 2,
                       m_theme.icon(QLatin1String(edit ? "edit" : "reply"), Token::Accent, size,
                                    devicePixelRatioF()));
    const QColor accent = m_theme.color(Token::Accent);
    painter.setPen(Qt::NoPen);
    painter.setBrush(accent);
    painter.drawRoundedRect(QRectF(6 + size + 10, 0, 3, 2 * line), 1, 1);
    const int left = 6 + size + 23;
    const QRect first(left, 0, std::max(0, m_close->x() - left - 8), line);
    const QString name = m_message.outgoing ? tr("You") : m_message.senderName;
    const auto draw = [&](const QRect& rect, const QString& text, const QFont& font,
                          const QColor& color) {
        painter.setFont(font);
        painter.setPen(color);
        painter.drawText(rect, Qt::AlignVCenter | Qt::TextSingleLine,
                         QFontMetrics(font).elidedText(text, Qt::ElideRight, rect.width()));
    };
    draw(first, edit ? tr("Edit message") : tr("Reply to %1").arg(name),
         m_theme.font(TextStyle::Small, QFont::DemiBold), accent);
    draw(first.translated(0, line), m_message.text.simplified(), m_theme.font(TextStyle::Small),
         m_theme.color(Token::TextSecondary));
}

} // namespace impulse::ui
