#include "client/ui/widgets/Menu.h"

#include "client/ui/theme/Theme.h"

#include <QPainter>

namespace impulse::ui {

namespace {

constexpr char iconProperty[] = "impulseIcon";
constexpr char destructiveProperty[] = "impulseDestructive";
// The style sheet's paddings leave room for these.
constexpr int leftInset = 10;
constexpr int rightInset = 12;
constexpr int separatorInset = 8;
constexpr int iconSide = 18;
constexpr int iconGap = 10;
constexpr int arrowSide = 16;

/// The key is called Enter everywhere else.
QString keysOf(const QAction& action)
{
    QString keys = action.shortcut().toString(QKeySequence::NativeText);
    return keys.replace(QLatin1String("Return"), QLatin1String("Enter"));
}

} // namespace

Menu::Menu(Theme& theme, QWidget* parent) : QMenu(parent), m_theme(theme)
{
    setWindowFlags(windowFlags() | Qt::FramelessWindowHint | Qt::NoDropShadowWindowHint);
    setAttribute(Qt::WA_TranslucentBackground);
}

QAction* Menu::addAction(QLatin1String iconName, const QString& text, bool destructive)
{
    QAction* action = QMenu::addAction(text);
    action->setProperty(iconProperty, QString(iconName));
    action->setProperty(destructiveProperty, destructive);
    return action;
}

void Menu::add(QAction* action, QLatin1String iconName, bool destructive)
{
    action->setProperty(iconProperty, QString(iconName));
    action->setProperty(destructiveProperty, destructive);
    QMenu::addAction(action);
}

Menu* Menu::addMenu(QLatin1String iconName, const QString& text)
{
    auto* menu = new Menu(m_theme, this);
    menu->setTitle(text);
    menu->menuAction()->setProperty(iconProperty, QString(iconName));
    QMenu::addMenu(menu);
    return menu;
}

void Menu::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_theme.color(Token::BorderSubtle), 1));
    painter.setBrush(m_theme.color(Token::SurfaceRaised));
    const int radius = m_theme.metrics().radiusRow;
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    for (const QAction* action : actions()) {
        const QRect rect = actionGeometry(const_cast<QAction*>(action));
        if (!action->isVisible() || rect.isEmpty()) {
            continue;
        }
        if (action->isSeparator()) {
            painter.fillRect(QRect(rect.left() + separatorInset, rect.center().y(),
                                   rect.width() - 2 * separatorInset, 1),
                             m_theme.color(Token::BorderSubtle));
        } else {
            paintEntry(painter, *action, rect);
        }
    }
}

void Menu::paintEntry(QPainter& painter, const QAction& action, const QRect& rect) const
{
    const double ratio = devicePixelRatioF();
    const bool destructive = action.property(destructiveProperty).toBool();
    if (activeAction() == &action && action.isEnabled()) {
        painter.setPen(Qt::NoPen);
        // On the raised surface of the dark theme the hover colour could hardly be told apart.
        painter.setBrush(m_theme.color(Token::StatePressed));
        const int radius = m_theme.metrics().radiusSmall;
        painter.drawRoundedRect(rect, radius, radius);
    }
    Token token = destructive ? Token::Danger : Token::TextPrimary;
    Token quiet = destructive ? Token::Danger : Token::TextSecondary;
    if (!action.isEnabled()) {
        token = quiet = Token::TextDisabled;
    }
    const auto draw = [&](const QByteArray& name, Token color, int x, int side) {
        painter.drawPixmap(x, rect.top() + (rect.height() - side) / 2,
                           m_theme.icon(QLatin1String(name), color, side, ratio));
    };
    const int side = m_theme.pxCapped(iconSide);
    const QByteArray icon = action.property(iconProperty).toString().toLatin1();
    if (action.isChecked()) {
        draw("check", Token::Accent, rect.left() + leftInset, side);
    } else if (!icon.isEmpty()) {
        draw(icon, quiet, rect.left() + leftInset, side);
    }
    QRect words = rect.adjusted(leftInset + side + iconGap, 0, -rightInset, 0);
    if (action.menu()) {
        const int arrow = m_theme.pxCapped(arrowSide);
        draw("chevron-right", Token::TextSecondary, words.right() + 1 - arrow, arrow);
        words.setRight(words.right() - arrow);
    }
    painter.setFont(font());
    if (!action.shortcut().isEmpty() && action.isShortcutVisibleInContextMenu()) {
        const QString keys = keysOf(action);
        painter.setPen(
            m_theme.color(action.isEnabled() ? Token::TextSecondary : Token::TextDisabled));
        painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, keys);
        words.setRight(words.right() - fontMetrics().horizontalAdvance(keys) - iconGap);
    }
    painter.setPen(m_theme.color(token));
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                     fontMetrics().elidedText(action.text(), Qt::ElideRight, words.width()));
}

} // namespace impulse::ui
