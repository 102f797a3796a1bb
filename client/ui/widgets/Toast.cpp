#include "client/ui/widgets/Toast.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Label.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QTimerEvent>
#include <QToolButton>

namespace impulse::ui {

namespace {

constexpr int shownMs = 6000;
constexpr int fromBottom = 20;

} // namespace

Toast::Toast(Theme& theme, QWidget& host, const QString& text, const QString& action)
    : QWidget(&host), m_theme(theme)
{
    auto* label = new Label(theme, TextStyle::Body, Token::OnTooltip, this);
    label->setText(text);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 10, 16, 10);
    row->setSpacing(16);
    row->addWidget(label);
    if (!action.isEmpty()) {
        auto* button = new QToolButton(this);
        button->setText(action);
        button->setAutoRaise(true);
        button->setFont(theme.font(TextStyle::Body, QFont::DemiBold));
        button->setStyleSheet(QStringLiteral("QToolButton { border: 0; color: %1; }")
                                  .arg(theme.color(Token::OnTooltip).name()));
        enableFocusRing(*button, theme.metrics().radiusSmall, 0);
        row->addWidget(button);
        connect(button, &QToolButton::clicked, this, [this] {
            Q_EMIT actionTriggered();
            deleteLater();
        });
        button->installEventFilter(this);
    }
    setAccessibleName(text);
    host.installEventFilter(this);
    m_timer.start(shownMs, this);
    place();
    show();
    raise();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void Toast::place()
{
    adjustSize();
    QWidget* host = parentWidget();
    move((host->width() - width()) / 2, host->height() - height() - fromBottom);
}

bool Toast::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parent() && event->type() == QEvent::Resize) {
        place();
    } else if (watched != parent() && event->type() == QEvent::FocusIn) {
        m_timer.stop();
    } else if (watched != parent() && event->type() == QEvent::FocusOut) {
        m_timer.start(shownMs, this);
    }
    return QWidget::eventFilter(watched, event);
}

void Toast::enterEvent(QEnterEvent*)
{
    m_timer.stop();
}

void Toast::leaveEvent(QEvent*)
{
    m_timer.start(shownMs, this);
}

void Toast::timerEvent(QTimerEvent* event)
{
    if (event->timerId() == m_timer.timerId()) {
        m_timer.stop();
        deleteLater();
    }
}

void Toast::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(Token::Tooltip));
    const int radius = m_theme.metrics().radiusRow;
    painter.drawRoundedRect(rect(), radius, radius);
}

} // namespace impulse::ui
