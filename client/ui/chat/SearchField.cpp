#include "client/ui/chat/SearchField.h"

#include "client/ui/theme/Theme.h"

#include <QKeyEvent>
#include <QKeySequence>
#include <QPainter>

namespace impulse::ui {
namespace {

QFont keyFont(const Theme& theme)
{
    QFont font = theme.font(TextStyle::Meta, QFont::Medium);
    font.setPixelSize(theme.px(11));
    return font;
}

/// "Ctrl K", as the design writes it.
QString searchKeys()
{
    return QKeySequence(Qt::CTRL | Qt::Key_K)
        .toString(QKeySequence::NativeText)
        .replace(QLatin1Char('+'), QLatin1Char(' '));
}

} // namespace

int keyHintWidth(const QString& keys, const Theme& theme)
{
    return QFontMetrics(keyFont(theme)).horizontalAdvance(keys) + 14;
}

int paintKeyHint(QPainter& painter, const QString& keys, int right, int y, const Theme& theme)
{
    const int width = keyHintWidth(keys, theme);
    const int height = theme.px(18);
    const QRect pixels(right - width, y - height / 2, width - 1, height);
    const QRectF box = QRectF(pixels).translated(0.5, 0.5);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme.color(Token::BorderSubtle));
    painter.setBrush(theme.color(Token::SurfaceRaised));
    painter.drawRoundedRect(box, 4, 4);
    painter.setFont(keyFont(theme));
    painter.setPen(theme.color(Token::TextSecondary));
    painter.drawText(box, Qt::AlignCenter, keys);
    return width;
}

SearchField::SearchField(Theme& theme, QWidget* parent) : QLineEdit(parent), m_theme(theme)
{
    setFrame(false);
    setStyleSheet(QStringLiteral("background: transparent; border: 0;"));
    setObjectName(QStringLiteral("searchField"));
    connect(&theme, &Theme::changed, this, &SearchField::applyTheme);
    applyTheme();
    retranslate();
}

void SearchField::applyTheme()
{
    setFont(m_theme.font(TextStyle::Body));
    setTextMargins(10 + m_theme.pxCapped(18) + 4, 0, 8, 0);
    QPalette palette = m_theme.palette();
    palette.setColor(QPalette::Base, Qt::transparent);
    palette.setColor(QPalette::PlaceholderText, m_theme.color(Token::TextSecondary));
    setPalette(palette);
    setFixedHeight(sizeHint().height());
    update();
}

void SearchField::retranslate()
{
    setPlaceholderText(tr("Search"));
    setAccessibleName(tr("Search chats by name"));
}

void SearchField::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QLineEdit::changeEvent(event);
}

QSize SearchField::sizeHint() const
{
    return {160, m_theme.px(34)};
}

void SearchField::paintEvent(QPaintEvent* event)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(hasFocus() ? QPen(m_theme.color(Token::Focus), 2) : QPen(Qt::NoPen));
    painter.setBrush(m_theme.color(Token::SurfaceField));
    const double inset = hasFocus() ? 1 : 0;
    painter.drawRoundedRect(QRectF(rect()).adjusted(inset, inset, -inset, -inset), 8, 8);
    const int size = m_theme.pxCapped(18);
    painter.drawPixmap(10, (height() - size) / 2,
                       m_theme.icon(QLatin1String("search"), Token::TextSecondary, size,
                                    devicePixelRatioF()));
    if (text().isEmpty() && !hasFocus() && m_theme.scale() <= 1.5)
        paintKeyHint(painter, searchKeys(), width() - 8, height() / 2, m_theme);
    painter.end();
    QLineEdit::paintEvent(event);
}

void SearchField::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Down) {
        Q_EMIT leftDown();
        return;
    }
    if (event->key() == Qt::Key_Escape && !text().isEmpty()) {
        clear();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

} // namespace impulse::ui
