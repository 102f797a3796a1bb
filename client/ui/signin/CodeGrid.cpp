#include "client/ui/signin/CodeGrid.h"

#include "client/ui/theme/Theme.h"

#include <QPainter>

namespace impulse::ui {

namespace {

constexpr int columns = 4;
constexpr int verticalPadding = 20;
constexpr int horizontalPadding = 16;
constexpr int lineHeight = 28;
constexpr int rowGap = 8;

} // namespace

CodeGrid::CodeGrid(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme)
{
    setObjectName(QStringLiteral("codeGrid"));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setFocusPolicy(Qt::TabFocus);
    enableFocusRing(*this, theme.metrics().radiusCard, 0);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void CodeGrid::setGroups(const QStringList& groups)
{
    m_groups = groups;
    setAccessibleDescription(groups.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

int CodeGrid::rowStep() const
{
    return m_theme.px(lineHeight) + rowGap;
}

QSize CodeGrid::sizeHint() const
{
    const int rows = std::max(1, (int(m_groups.size()) + columns - 1) / columns);
    return {columns * m_theme.px(80), 2 * verticalPadding + 2 + rows * rowStep() - rowGap};
}

void CodeGrid::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_theme.color(Token::BorderSubtle), 1));
    painter.setBrush(m_theme.color(Token::SurfaceSidebar));
    const int radius = m_theme.metrics().radiusCard;
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    painter.setFont(m_theme.font(TextStyle::Digits));
    painter.setPen(m_theme.color(Token::TextPrimary));
    const int cell = (width() - 2 * horizontalPadding) / columns;
    for (int i = 0; i < m_groups.size(); ++i) {
        const QRect box(horizontalPadding + (i % columns) * cell,
                        verticalPadding + 1 + (i / columns) * rowStep(), cell,
                        m_theme.px(lineHeight));
        painter.drawText(box, Qt::AlignCenter, m_groups.at(i));
    }
}

} // namespace impulse::ui
