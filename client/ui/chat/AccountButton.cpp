#include "client/ui/chat/AccountButton.h"

#include "client/ui/chat/Ticks.h"
#include "client/ui/theme/Avatar.h"
#include "client/ui/theme/Theme.h"

#include <QEvent>
#include <QPainter>

namespace impulse::ui {

AccountButton::AccountButton(Theme& theme, QWidget* parent)
    : QAbstractButton(parent), m_theme(theme)
{
    setObjectName(QStringLiteral("accountButton"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus);
    enableFocusRing(*this, 17);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void AccountButton::setUser(const OwnUser& user)
{
    m_user = user;
    retranslate();
    update();
}

void AccountButton::setOnline(bool online)
{
    m_online = online;
    retranslate();
    update();
}

void AccountButton::retranslate()
{
    setAccessibleName(tr("Account: %1").arg(m_user.name));
    setToolTip(m_user.status.isEmpty() ? m_user.name
                                       : QString(m_user.name + QStringLiteral(" · ") + m_user.status));
}

void AccountButton::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QAbstractButton::changeEvent(event);
}

QSize AccountButton::sizeHint() const
{
    const int side = m_theme.pxCapped(34);
    return {side + 2, side + 2};
}

void AccountButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const int side = m_theme.pxCapped(34);
    paintAvatar(painter, QRect(0, 1, side, side),
                {m_user.name, avatarSlot(idBytes(m_user.id)), false, false, m_online,
                 Token::SurfaceSidebar},
                m_theme);
}

} // namespace impulse::ui
