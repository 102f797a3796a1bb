#include "client/ui/widgets/TagLabel.h"

#include "client/ui/theme/Theme.h"

#include <QPainter>

namespace impulse::ui {

namespace {

constexpr int sidePadding = 12;
constexpr int verticalPadding = 3;

} // namespace

TagLabel::TagLabel(Theme& theme, QWidget* parent) : QLabel(parent), m_theme(theme)
{
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

QSize TagLabel::sizeHint() const
{
    const QFontMetrics metrics(m_theme.font(TextStyle::Meta, QFont::Medium));
    return {metrics.horizontalAdvance(text()) + 2 * sidePadding + 2,
            m_theme.lineHeight(TextStyle::Meta) + 2 * verticalPadding};
}

QSize TagLabel::minimumSizeHint() const
{
    return {2 * sidePadding + m_theme.px(24), sizeHint().height()};
}

void TagLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(Token::SurfaceField));
    const double radius = height() / 2.0;
    painter.drawRoundedRect(rect(), radius, radius);
    painter.setFont(m_theme.font(TextStyle::Meta, QFont::Medium));
    painter.setPen(m_theme.color(Token::TextSecondary));
    const QRect area = rect().adjusted(sidePadding, 0, -sidePadding, 0);
    painter.drawText(area, Qt::AlignCenter,
                     painter.fontMetrics().elidedText(text(), Qt::ElideRight, area.width()));
}

} // namespace impulse::ui
