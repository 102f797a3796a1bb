#include "client/ui/widgets/AvatarView.h"

#include "client/ui/theme/Theme.h"

#include <QPainter>

namespace impulse::ui {

AvatarView::AvatarView(Theme& theme, int side, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_side(side)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void AvatarView::setSpec(const AvatarSpec& spec)
{
    m_spec = spec;
    setAccessibleName(spec.name);
    update();
}

QSize AvatarView::sizeHint() const
{
    const int side = m_theme.pxCapped(m_side);
    return {side, side};
}

void AvatarView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintAvatar(painter, QRect(QPoint(), sizeHint()), m_spec, m_theme);
}

} // namespace impulse::ui
