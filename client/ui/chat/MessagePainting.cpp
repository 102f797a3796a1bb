#include "client/ui/chat/MessageLayout.h"

#include "client/ui/chat/ChatWords.h"
#include "client/ui/chat/Ticks.h"
#include "client/ui/theme/Avatar.h"
#include "client/ui/theme/TextPainting.h"
#include "client/ui/theme/Theme.h"

#include <QPainter>

namespace impulse::ui {

using client::MessageItem;
using client::MessageKind;
using client::MessageState;
using client::SystemLine;
using Group = client::MessageListModel::GroupPosition;

namespace {

void drawText(QPainter& painter, const QRect& rect, const QString& text, const QFont& font,
              const QColor& color, Qt::Alignment alignment = Qt::AlignLeft)
{
    painter.setFont(font);
    painter.setPen(color);
    painter.drawText(rect, int(alignment | Qt::AlignVCenter) | Qt::TextSingleLine,
                     QFontMetrics(font).elidedText(text, Qt::ElideRight, rect.width() + 1));
}

struct LineLook {
    const char* icon;
    Token iconToken;
    Token fill;
    Token text;
};

LineLook lineLook(const MessageItem& item)
{
    if (item.kind == MessageKind::Missing)
        return {"alert", Token::Warning, Token::Chip, Token::ChipText};
    switch (item.system) {
    case SystemLine::IdentityChanged:
        return {"shield-alert", Token::Warning, Token::WarningSubtle, Token::Warning};
    case SystemLine::OlderElsewhere:
        return {"device", Token::ChipText, Token::Chip, Token::ChipText};
    case SystemLine::Encrypted:
        break;
    }
    return {"lock", Token::ChipText, Token::Chip, Token::ChipText};
}

} // namespace

QPainterPath MessageLayout::bubblePath(const QRectF& box, Group group, bool outgoing)
{
    constexpr double round = 16;
    constexpr double joined = 6;
    constexpr double tail = 4;
    const double top = group == Group::Middle || group == Group::Last ? joined : round;
    const double bottom = group == Group::First || group == Group::Middle ? joined : tail;
    const double topLeft = outgoing ? round : top;
    const double topRight = outgoing ? top : round;
    const double bottomLeft = outgoing ? round : bottom;
    const double bottomRight = outgoing ? bottom : round;
    QPainterPath path;
    path.moveTo(box.left() + topLeft, box.top());
    path.lineTo(box.right() - topRight, box.top());
    path.arcTo(box.right() - 2 * topRight, box.top(), 2 * topRight, 2 * topRight, 90, -90);
    path.lineTo(box.right(), box.bottom() - bottomRight);
    path.arcTo(box.right() - 2 * bottomRight, box.bottom() - 2 * bottomRight, 2 * bottomRight,
               2 * bottomRight, 0, -90);
    path.lineTo(box.left() + bottomLeft, box.bottom());
    path.arcTo(box.left(), box.bottom() - 2 * bottomLeft, 2 * bottomLeft, 2 * bottomLeft, 270,
               -90);
    path.lineTo(box.left(), box.top() + topLeft);
    path.arcTo(box.left(), box.top(), 2 * topLeft, 2 * topLeft, 180, -90);
    path.closeSubpath();
    return path;
}

void MessageLayout::paintDayPill(QPainter& painter, const QRect& rect, const QString& text,
                                 const Theme& theme)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.color(Token::Chip));
    painter.drawRoundedRect(rect, rect.height() / 2.0, rect.height() / 2.0);
    drawText(painter, rect, text, theme.font(TextStyle::Meta, QFont::Medium),
             theme.color(Token::ChipText), Qt::AlignHCenter);
}

void MessageLayout::paint(QPainter& painter, const QPoint& topLeft, double flash,
                          bool focused) const
{
    painter.save();
    painter.translate(topLeft);
    painter.setRenderHint(QPainter::Antialiasing);
    if (flash > 0) {
        QColor color = m_theme.color(Token::Highlight);
        color.setAlphaF(float(flash));
        painter.fillRect(QRect(0, m_bubble.top() - 2, m_context.viewWidth,
                               m_height - m_bubble.top() + 2),
                         color);
    }
    if (!m_dayPill.isEmpty())
        paintDayPill(painter, m_dayPill, m_context.day, m_theme);
    if (!m_divider.isEmpty()) {
        const QString text = ChatWords::newMessages();
        const QFont font = m_theme.font(TextStyle::Meta, QFont::DemiBold);
        const int half = QFontMetrics(font).horizontalAdvance(text) / 2 + 12;
        const int y = m_divider.center().y();
        const QColor accent = m_theme.color(Token::Accent);
        painter.fillRect(QRect(QPoint(m_divider.left(), y),
                               QPoint(m_divider.center().x() - half, y)), accent);
        painter.fillRect(QRect(QPoint(m_divider.center().x() + half, y),
                               QPoint(m_divider.right(), y)), accent);
        drawText(painter, m_divider, text, font, accent, Qt::AlignHCenter);
    }
    if (!m_line.isEmpty()) {
        paintSystemLine(painter);
    } else {
        if (!m_emoji) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(m_theme.color(m_item.outgoing ? Token::BubbleOut : Token::BubbleIn));
            painter.drawPath(bubblePath(m_bubble, m_context.group, m_item.outgoing));
        }
        paintQuote(painter);
        paintText(painter);
        paintMeta(painter);
        paintFailure(painter);
    }
    if (focused) {
        const QRect target = m_line.isEmpty() ? m_bubble : m_line;
        painter.setPen(QPen(m_theme.color(Token::Focus), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(target.adjusted(-2, -2, 2, 2), 12, 12);
    }
    painter.restore();
}

Token MessageLayout::textToken() const
{
    if (replacesText())
        return metaToken();
    return m_item.outgoing ? Token::BubbleOutText : Token::BubbleInText;
}

Token MessageLayout::metaToken() const
{
    if (m_emoji)
        return Token::TextSecondary;
    return m_item.outgoing ? Token::BubbleOutMeta : Token::BubbleInMeta;
}

Token MessageLayout::linkToken() const
{
    return m_item.outgoing ? Token::BubbleOutLink : Token::Accent;
}

QColor MessageLayout::quoteColor() const
{
    if (m_item.outgoing || m_item.reply->own)
        return m_theme.color(linkToken());
    return m_theme.avatarForeground(avatarSlot(idBytes(m_item.reply->author)));
}

void MessageLayout::paintSystemLine(QPainter& painter) const
{
    const LineLook look = lineLook(m_item);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(look.fill));
    painter.drawRoundedRect(m_line, m_line.height() / 2.0, m_line.height() / 2.0);
    const int size = m_theme.pxCapped(14);
    painter.drawPixmap(m_line.left() + 12, m_line.top() + (m_line.height() - size) / 2,
                       m_theme.icon(QLatin1String(look.icon), look.iconToken, size,
                                    painter.device()->devicePixelRatioF()));
    drawText(painter, m_line.adjusted(12 + size + 6, 0, -12, 0), ChatWords::body(m_item),
             m_theme.font(TextStyle::Meta, QFont::Medium), m_theme.color(look.text));
}

void MessageLayout::paintQuote(QPainter& painter) const
{
    if (m_quote.width() <= 0)
        return;
    QPainterPath block;
    block.addRoundedRect(m_quote, 6, 6);
    painter.save();
    painter.setPen(Qt::NoPen);
    painter.fillPath(block, m_theme.color(m_item.outgoing ? Token::BubbleOutQuote
                                                          : Token::BubbleInQuote));
    QPainterPath bar;
    bar.addRect(m_quote.left(), m_quote.top(), 3, m_quote.height());
    painter.fillPath(block.intersected(bar), quoteColor());
    painter.restore();
    const int line = m_theme.lineHeight(TextStyle::Small);
    const QRect first(m_quote.left() + 12, m_quote.top() + 4, m_quote.width() - 22, line);
    drawText(painter, first, ChatWords::author(*m_item.reply),
             m_theme.font(TextStyle::Small, QFont::DemiBold), quoteColor());
    drawText(painter, first.translated(0, line), ChatWords::quoted(*m_item.reply),
             m_theme.font(TextStyle::Small), m_theme.color(metaToken()));
}

void MessageLayout::paintText(QPainter& painter) const
{
    painter.setPen(m_theme.color(textToken()));
    m_text.draw(&painter, m_textRect.topLeft());
    if (!replacesText())
        return;
    const char* icon = "info";
    if (m_item.kind == MessageKind::Deleted)
        icon = "trash";
    if (m_item.kind == MessageKind::Refused)
        icon = "shield-alert";
    const int size = m_theme.pxCapped(16);
    painter.drawPixmap(m_textRect.left() - size - 6, m_textRect.top() + (bodyLine() - size) / 2,
                       m_theme.icon(QLatin1String(icon), metaToken(), size,
                                    painter.device()->devicePixelRatioF()));
}

void MessageLayout::paintMeta(QPainter& painter) const
{
    const QFont font = m_theme.font(TextStyle::Meta);
    const QColor color = m_theme.color(metaToken());
    if (!m_edited.isEmpty())
        drawText(painter, m_edited, ChatWords::edited(), font, color);
    drawText(painter, m_meta.adjusted(m_edited.width(), 0, 0, 0), m_metaText, font, color);
    if (!m_item.outgoing)
        return;
    const int size = m_theme.pxCapped(16);
    const Token token = m_item.state == MessageState::Read ? linkToken() : metaToken();
    painter.drawPixmap(m_meta.right() + 1 - size, m_meta.top() + (m_meta.height() - size) / 2,
                       tickPixmap(m_theme, m_item.state, token, size,
                                  painter.device()->devicePixelRatioF()));
}

void MessageLayout::paintFailure(QPainter& painter) const
{
    if (m_failure.isEmpty())
        return;
    const QFont font = m_theme.font(TextStyle::Meta);
    if (m_delete.isEmpty()) {
        drawText(painter, m_failure, ChatWords::removedDevice(m_item.removedDevice), font,
                 m_theme.color(Token::TextSecondary),
                 m_item.outgoing ? Qt::AlignRight : Qt::AlignLeft);
        return;
    }
    const bool held = m_item.state == MessageState::Held;
    const Token token = held ? Token::Warning : Token::Danger;
    const int size = m_theme.pxCapped(14);
    painter.drawPixmap(m_failure.left(), m_failure.top() + (m_failure.height() - size) / 2,
                       m_theme.icon(QLatin1String(held ? "clock" : "alert"), token, size,
                                    painter.device()->devicePixelRatioF()));
    drawText(painter, m_failure.adjusted(size + 5, 0, 0, 0), ChatWords::failure(m_item), font,
             m_theme.color(token));
    const QFont bold = m_theme.font(TextStyle::Meta, QFont::DemiBold);
    drawText(painter, m_retry, ChatWords::retry(m_item), bold, m_theme.color(Token::Accent));
    drawText(painter, m_delete, ChatWords::remove(), bold, m_theme.color(Token::Accent));
}

} // namespace impulse::ui
