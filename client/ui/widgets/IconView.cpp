#include "client/ui/widgets/IconView.h"

#include "client/ui/theme/Theme.h"

#include <QPainter>

namespace impulse::ui {

IconView::IconView(Theme& theme, QLatin1String name, Token token, int side, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_name(name), m_token(token), m_side(side)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void IconView::setIcon(QLatin1String name, Token token)
{
    m_name = name;
    m_token = token;
    update();
}

void IconView::setLineHeight(int px)
{
    m_line = px;
    updateGeometry();
}

QSize IconView::sizeHint() const
{
    const int side = m_theme.pxCapped(m_side);
    return {side, m_line > 0 ? std::max(side, m_theme.px(m_line)) : side};
}

void IconView::paintEvent(QPaintEvent*)
{
    if (m_name.isEmpty()) {
        return;
    }
    QPainter painter(this);
    const int side = m_theme.pxCapped(m_side);
    const QByteArray name = m_name.toLatin1();
    painter.drawPixmap((width() - side) / 2, (height() - side) / 2,
                       m_theme.icon(QLatin1String(name),
                                    isEnabled() ? m_token : Token::TextDisabled, side,
                                    devicePixelRatioF()));
}

} // namespace impulse::ui
