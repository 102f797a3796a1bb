#include "client/ui/widgets/Menu.h"

#include "client/ui/theme/Theme.h"

namespace impulse::ui {

Menu::Menu(Theme& theme, QWidget* parent) : QMenu(parent), m_theme(theme)
{
    setWindowFlags(windowFlags() | Qt::FramelessWindowHint | Qt::NoDropShadowWindowHint);
    setAttribute(Qt::WA_TranslucentBackground);
}

QAction* Menu::addAction(QLatin1String iconName, const QString& text, bool destructive)
{
    const Token token = destructive ? Token::Danger : Token::TextSecondary;
    QAction* action = QMenu::addAction(text);
    action->setIcon(m_theme.icon(iconName, token, m_theme.pxCapped(18), devicePixelRatioF()));
    return action;
}

} // namespace impulse::ui
