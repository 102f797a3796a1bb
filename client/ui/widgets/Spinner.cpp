#include "client/ui/widgets/Spinner.h"

#include "client/ui/theme/Theme.h"

#include <QPainter>
#include <QTimerEvent>

namespace impulse::ui {

namespace {

constexpr int tickMs = 16;
constexpr int degreesPerTick = 6; // one turn in about a second

} // namespace

Spinner::Spinner(Theme& theme, int side, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_side(side)
{
    setFixedSize(side, side);
    setAttribute(Qt::WA_TransparentForMouseEvents);
}

void Spinner::setToken(Token token)
{
    m_token = token;
    update();
}

void Spinner::showEvent(QShowEvent*)
{
    if (!m_theme.reducedMotion()) {
        m_timer.start(tickMs, this);
    }
}

void Spinner::hideEvent(QHideEvent*)
{
    m_timer.stop();
}

void Spinner::timerEvent(QTimerEvent* event)
{
    if (event->timerId() == m_timer.timerId()) {
        m_degrees = (m_degrees + degreesPerTick) % 360;
        update();
    }
}

void Spinner::paintEvent(QPaintEvent*)
{
    constexpr double stroke = 2;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF circle = QRectF(rect()).adjusted(stroke, stroke, -stroke, -stroke);
    QColor color = m_theme.color(m_token);
    QColor rail = color;
    rail.setAlphaF(0.25F);
    painter.setPen(QPen(rail, stroke));
    painter.drawEllipse(circle);
    painter.setPen(QPen(color, stroke, Qt::SolidLine, Qt::RoundCap));
    painter.drawArc(circle, (90 - m_degrees) * 16, -100 * 16);
}

} // namespace impulse::ui
