#include "client/ui/widgets/IconButton.h"

#include "client/ui/theme/Theme.h"

#include <QPainter>

namespace impulse::ui {

IconButton::IconButton(Theme& theme, QLatin1String iconName, QWidget* parent)
    : QAbstractButton(parent), m_theme(theme), m_iconName(iconName)
{
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    enableFocusRing(*this, theme.metrics().radiusControl, -2);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void IconButton::setIconName(QLatin1String name)
{
    m_iconName = name;
    update();
}

void IconButton::setLabel(const QString& label, const QString& shortcut)
{
    setAccessibleName(label);
    setToolTip(shortcut.isEmpty() ? label : label + QStringLiteral("  ") + shortcut);
}

void IconButton::setSides(int button, int icon)
{
    m_side = button;
    m_iconSide = icon;
    updateGeometry();
}

void IconButton::setFilledRound(bool filled)
{
    m_filled = filled;
    enableFocusRing(*this, filled ? m_side / 2 : m_theme.metrics().radiusControl,
                    filled ? 2 : -2);
    update();
}

void IconButton::setToken(Token token)
{
    m_token = token;
    update();
}

QSize IconButton::sizeHint() const
{
    const int side = m_theme.pxCapped(m_side);
    return {side, side};
}

void IconButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const bool hover = underMouse() && isEnabled();
    Token icon = m_token;
    if (m_filled && isEnabled()) {
        painter.setBrush(m_theme.color(isDown() ? Token::AccentFillPressed
                                       : hover  ? Token::AccentFillHover
                                                : Token::AccentFill));
        painter.drawEllipse(rect());
        icon = Token::OnAccent;
    } else if (isChecked() || isDown() || hover) {
        painter.setBrush(m_theme.color(isDown()       ? Token::StatePressed
                                       : isChecked() ? Token::StateSelected
                                                     : Token::StateHover));
        const int radius = m_theme.metrics().radiusControl;
        painter.drawRoundedRect(rect(), radius, radius);
        if (isChecked()) {
            icon = Token::Accent;
        }
    }
    if (!isEnabled()) {
        icon = Token::TextDisabled;
    }
    const int side = m_theme.pxCapped(m_iconSide);
    painter.drawPixmap((width() - side) / 2, (height() - side) / 2,
                       m_theme.icon(QLatin1String(m_iconName.toLatin1()), icon, side,
                                    devicePixelRatioF()));
}

} // namespace impulse::ui
