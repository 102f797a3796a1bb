#include "client/ui/widgets/ProgressBar.h"

#include "client/ui/theme/Theme.h"

#include <QPainter>
#include <QPainterPath>

namespace impulse::ui {

ProgressBar::ProgressBar(Theme& theme, QWidget* parent) : QProgressBar(parent), m_theme(theme)
{
    setTextVisible(false);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void ProgressBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double radius = height() / 2.0;
    QPainterPath rail;
    rail.addRoundedRect(rect(), radius, radius);
    painter.fillPath(rail, m_theme.color(Token::Track));
    const double span = maximum() - minimum();
    if (span <= 0) {
        return;
    }
    QRectF done(rect());
    done.setWidth(done.width() * (value() - minimum()) / span);
    if (layoutDirection() == Qt::RightToLeft) {
        done.moveRight(width());
    }
    QPainterPath bar;
    bar.addRoundedRect(done, radius, radius);
    painter.fillPath(bar.intersected(rail), m_theme.color(Token::Accent));
}

} // namespace impulse::ui
