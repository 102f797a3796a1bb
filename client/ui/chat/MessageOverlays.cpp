#include "client/ui/chat/MessageOverlays.h"

#include "client/ui/chat/ChatWords.h"
#include "client/ui/chat/MessageLayout.h"
#include "client/ui/theme/Elevation.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/IconButton.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <cmath>

namespace impulse::ui {
namespace {

constexpr int typingWidth = 54;
constexpr int typingHeight = 36;
constexpr int loopMs = 900;
constexpr int stepMs = 33;
constexpr int jumpSide = 40;

} // namespace

TypingIndicator::TypingIndicator(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme)
{
    const auto fit = [this] {
        setFixedSize(m_theme.px(typingWidth), m_theme.px(typingHeight));
    };
    connect(&theme, &Theme::changed, this, fit);
    fit();
    setAttribute(Qt::WA_TransparentForMouseEvents);
}

void TypingIndicator::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(Token::BubbleIn));
    painter.drawPath(MessageLayout::bubblePath(
        rect(), client::MessageListModel::GroupPosition::Single, false));
    painter.setBrush(m_theme.color(Token::BubbleInMeta));
    painter.scale(double(width()) / typingWidth, double(height()) / typingHeight);
    // A bell that travels over the dots; at rest it stands over the middle one.
    const double center
        = m_theme.reducedMotion() ? 1 : double(m_phase) / loopMs * 4 - 1;
    for (int dot = 0; dot < 3; ++dot) {
        const double rise = 7 * std::exp(-3 * (dot - center) * (dot - center));
        painter.drawRoundedRect(QRectF(14 + 10 * dot, 19 - rise, 6, 6 + rise), 3, 3);
    }
}

void TypingIndicator::showEvent(QShowEvent*)
{
    m_phase = loopMs / 2;
    if (!m_theme.reducedMotion())
        m_timer.start(stepMs, this);
}

void TypingIndicator::hideEvent(QHideEvent*)
{
    m_timer.stop();
}

void TypingIndicator::timerEvent(QTimerEvent*)
{
    m_phase = (m_phase + stepMs) % loopMs;
    update();
}

JumpButton::JumpButton(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme)
{
    setFixedSize(jumpSide + 2 * margin, jumpSide + 2 * margin);
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(tr("Jump to the newest message"));
    setToolTip(tr("Jump to the newest message"));
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void JumpButton::setUnread(int count)
{
    if (m_unread == count)
        return;
    m_unread = count;
    update();
}

void JumpButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRect box = rect().adjusted(margin, margin, -margin, -margin);
    paintElevated(painter, box, jumpSide / 2, Elevation::Raised, m_theme);
    if (hasFocus() && m_theme.keyboardInUse()) {
        painter.setPen(QPen(m_theme.color(Token::Focus), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(box.adjusted(1, 1, -1, -1));
    }
    constexpr int icon = 20;
    painter.drawPixmap(box.center() - QPoint(icon / 2 - 1, icon / 2 - 1),
                       m_theme.icon(QLatin1String("arrow-down"), Token::TextSecondary, icon,
                                    devicePixelRatioF()));
    if (m_unread == 0)
        return;
    const QString text = ChatWords::badge(m_unread);
    const QFont font = m_theme.font(TextStyle::Meta, QFont::DemiBold);
    const int width = std::max(20, QFontMetrics(font).horizontalAdvance(text) + 12);
    const QRect badge(box.center().x() - width / 2 + 1, box.top() - 8, width, 20);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(Token::AccentFill));
    painter.drawRoundedRect(badge, 10, 10);
    painter.setFont(font);
    painter.setPen(m_theme.color(Token::OnAccent));
    painter.drawText(badge, Qt::AlignCenter, text);
}

void JumpButton::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint()))
        Q_EMIT clicked();
}

void JumpButton::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Space || event->key() == Qt::Key_Return)
        Q_EMIT clicked();
    else
        QWidget::keyPressEvent(event);
}

HoverBar::HoverBar(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme),
      m_reply(new IconButton(theme, QLatin1String("reply"), this)),
      m_more(new IconButton(theme, QLatin1String("more"), this))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(margin, margin, margin, margin);
    row->setSpacing(0);
    for (IconButton* button : {m_reply, m_more}) {
        button->setSides(30, 18);
        // By keyboard the same actions are letters and the row's menu.
        button->setFocusPolicy(Qt::NoFocus);
        row->addWidget(button);
    }
    connect(m_reply, &QAbstractButton::clicked, this, &HoverBar::replyClicked);
    connect(m_more, &QAbstractButton::clicked, this, &HoverBar::moreClicked);
    retranslate();
}

void HoverBar::retranslate()
{
    m_reply->setLabel(tr("Reply to this message"));
    m_more->setLabel(tr("More about this message"));
}

void HoverBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

void HoverBar::setReplyPossible(bool possible)
{
    m_reply->setVisible(possible);
}

void HoverBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintElevated(painter, rect().adjusted(margin, margin, -margin, -margin),
                  m_theme.metrics().radiusControl, Elevation::Raised, m_theme);
}

} // namespace impulse::ui
