#include "client/ui/widgets/Card.h"

#include "client/ui/theme/Theme.h"

#include <QPainter>
#include <QVBoxLayout>

namespace impulse::ui {

Card::Card(Theme& theme, Token fill, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_fill(fill)
{
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void Card::addRow(QWidget* row)
{
    if (!layout()) {
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(1, 1, 1, 1);
        column->setSpacing(1);
    }
    layout()->addWidget(row);
    m_rows.append(row);
}

void Card::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_theme.color(Token::BorderSubtle), 1));
    painter.setBrush(m_theme.color(m_fill));
    const int radius = m_theme.metrics().radiusCard;
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    bool first = true;
    for (const QWidget* row : std::as_const(m_rows)) {
        if (row->isHidden()) {
            continue;
        }
        if (!first) {
            painter.fillRect(0, row->y() - 1, width(), 1, m_theme.color(Token::BorderSubtle));
        }
        first = false;
    }
}

} // namespace impulse::ui
