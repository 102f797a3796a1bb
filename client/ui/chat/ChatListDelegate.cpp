#include "client/ui/chat/ChatListDelegate.h"

#include "client/ui/chat/ChatFilter.h"
#include "client/ui/chat/ChatWords.h"
#include "client/ui/chat/Ticks.h"
#include "client/ui/theme/Avatar.h"
#include "client/ui/theme/TextPainting.h"
#include "client/ui/theme/Theme.h"

#include <QPainter>

namespace impulse::ui {

using client::ChatItem;
using client::IdentityState;
using client::PreviewKind;

namespace {

constexpr int inset = 8;
constexpr int padding = 10;

/// Draws one elided line, centred in `rect`, and returns the width it took.
int drawLine(QPainter& painter, const QRect& rect, const QString& text, const QFont& font,
             const QColor& color)
{
    if (text.isEmpty() || rect.width() <= 0)
        return 0;
    painter.setFont(font);
    painter.setPen(color);
    const QFontMetrics metrics(font);
    const QString shown = metrics.elidedText(text, Qt::ElideRight, rect.width());
    painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, shown);
    return metrics.horizontalAdvance(shown);
}

/// Draws an icon at the right end of the line and takes it, with a gap, off the line.
void drawIconRight(QPainter& painter, QRect& line, const QPixmap& icon, int gap)
{
    const QSize size = icon.size() / icon.devicePixelRatio();
    painter.drawPixmap(line.right() + 1 - size.width(),
                       line.top() + (line.height() - size.height()) / 2, icon);
    line.setRight(line.right() - size.width() - gap);
}

} // namespace

ChatListDelegate::ChatListDelegate(Theme& theme, QObject* parent)
    : QStyledItemDelegate(parent), m_theme(theme)
{
}

int ChatListDelegate::rowHeight() const
{
    return std::max(m_theme.metrics().chatRowHeight, 2 * m_theme.px(20) + 20);
}

int ChatListDelegate::sectionHeight() const
{
    return 12 + m_theme.lineHeight(TextStyle::Meta) + 6;
}

/// Only while there are requests are there headers, and pinned chats have none of their own.
QString ChatListDelegate::sectionTitle(const QModelIndex& index) const
{
    const auto section = [](const QModelIndex& row) {
        return row.data(client::ChatListModel::SectionRole)
                   .value<client::ChatListModel::Section>()
            == client::ChatListModel::Section::Requests;
    };
    const QModelIndex above = index.sibling(index.row() - 1, 0);
    if (!above.isValid())
        return section(index) ? tr("Requests") : QString();
    return section(above) && !section(index) ? tr("Chats") : QString();
}

QSize ChatListDelegate::sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const
{
    return {option.rect.width(),
            rowHeight() + (sectionTitle(index).isEmpty() ? 0 : sectionHeight())};
}

void ChatListDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const
{
    const auto* filter = qobject_cast<const ChatFilter*>(index.model());
    Q_ASSERT(filter);
    const ChatItem& chat = filter->at(index);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    QRect row = option.rect;
    const QString title = sectionTitle(index);
    if (!title.isEmpty()) {
        const QRect head(row.left() + inset + padding, row.top() + 12, row.width() - 36,
                         m_theme.lineHeight(TextStyle::Meta));
        drawLine(*painter, head, title, m_theme.font(TextStyle::Meta, QFont::DemiBold),
                 m_theme.color(Token::TextSecondary));
        row.setTop(row.bottom() + 1 - rowHeight());
    }
    row.adjust(inset, 0, -inset, 0);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool hovered = option.state.testFlag(QStyle::State_MouseOver);
    Token ring = Token::SurfaceSidebar;
    if (selected || hovered) {
        ring = selected ? Token::StateSelected : Token::StateHover;
        painter->setPen(Qt::NoPen);
        painter->setBrush(m_theme.color(ring));
        painter->drawRoundedRect(row, m_theme.metrics().radiusRow, m_theme.metrics().radiusRow);
    }
    if (option.state.testFlag(QStyle::State_HasFocus) && m_theme.keyboardInUse()) {
        painter->setPen(QPen(m_theme.color(Token::Focus), 2));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(row.adjusted(1, 1, -1, -1), 9, 9);
    }
    const int side = m_theme.pxCapped(44);
    const QRect avatar(row.left() + padding, row.top() + (row.height() - side) / 2, side, side);
    paintAvatar(*painter, avatar,
                {chat.title, avatarSlot(idBytes(chat.peer)), false, false,
                 filter->showsOnline(chat), ring},
                m_theme);
    const int left = avatar.right() + 1 + 12;
    const int line = m_theme.px(20);
    const int top = row.top() + (row.height() - 2 * line - 2) / 2;
    const int width = row.right() + 1 - padding - left;
    paintFirstLine(*painter, QRect(left, top, width, line), chat);
    paintSecondLine(*painter, QRect(left, top + line + 2, width, line), chat);
    painter->restore();
}

void ChatListDelegate::paintFirstLine(QPainter& painter, QRect line, const ChatItem& chat) const
{
    const double ratio = painter.device()->devicePixelRatioF();
    const QFont timeFont = m_theme.font(TextStyle::Meta);
    const QString time = ChatWords::listTime(chat.timeMs);
    const int timeWidth = QFontMetrics(timeFont).horizontalAdvance(time);
    drawLine(painter, line.adjusted(line.width() - timeWidth - 1, 0, 1, 0), time, timeFont,
             m_theme.color(Token::TextSecondary));
    line.setRight(line.right() - timeWidth - 3);
    if (chat.ownState && chat.previewOwn) {
        const bool read = *chat.ownState == client::MessageState::Read;
        drawIconRight(painter, line,
                      tickPixmap(m_theme, *chat.ownState,
                                 read ? Token::Accent : Token::TextSecondary,
                                 m_theme.pxCapped(15), ratio),
                      3);
    }
    line.setRight(line.right() - 5);
    const int glyph = m_theme.pxCapped(15);
    const int glyphs = (chat.identity != IdentityState::Unverified ? glyph + 4 : 0)
        + (chat.muted ? glyph + 4 : 0);
    const int used = drawLine(painter, line.adjusted(0, 0, -glyphs, 0), chat.title,
                              m_theme.font(TextStyle::Body, QFont::DemiBold),
                              m_theme.color(Token::TextPrimary));
    int x = line.left() + used + 4;
    const auto draw = [&](QLatin1String name, Token token, int size) {
        painter.drawPixmap(x, line.top() + (line.height() - size) / 2,
                           m_theme.icon(name, token, size, ratio));
        x += size + 4;
    };
    if (chat.identity == IdentityState::Verified)
        draw(QLatin1String("shield-check"), Token::Success, glyph);
    if (chat.identity == IdentityState::Changed)
        draw(QLatin1String("shield-alert"), Token::Warning, glyph);
    if (chat.muted)
        draw(QLatin1String("bell-off"), Token::TextSecondary, m_theme.pxCapped(14));
}

void ChatListDelegate::paintBadge(QPainter& painter, QRect& line, const ChatItem& chat) const
{
    const QString text = ChatWords::badge(chat.unread);
    const QFont font = m_theme.font(TextStyle::Meta, QFont::DemiBold);
    const int height = m_theme.px(20);
    const int width
        = std::max(height, QFontMetrics(font).horizontalAdvance(text) + m_theme.px(12));
    const QRectF box(line.right() + 1 - width, line.top() + (line.height() - height) / 2.0, width,
                     height);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(chat.muted ? Token::BadgeMuted : Token::AccentFill));
    painter.drawRoundedRect(box, height / 2.0, height / 2.0);
    painter.setFont(font);
    painter.setPen(m_theme.color(Token::OnAccent));
    painter.drawText(box, Qt::AlignCenter, text);
    line.setRight(line.right() - width - 8);
}

void ChatListDelegate::paintSecondLine(QPainter& painter, QRect line, const ChatItem& chat) const
{
    if (chat.unread > 0)
        paintBadge(painter, line, chat);
    else if (chat.pinned)
        drawIconRight(painter, line,
                      m_theme.icon(QLatin1String("pin"), Token::TextSecondary,
                                   m_theme.pxCapped(15), painter.device()->devicePixelRatioF()),
                      8);
    const ChatWords::Preview words = ChatWords::preview(chat);
    const QFont font = m_theme.font(TextStyle::Small);
    Token label = Token::TextPrimary;
    if (chat.previewKind == PreviewKind::Typing)
        label = Token::Accent;
    if (chat.previewKind == PreviewKind::Draft || chat.previewKind == PreviewKind::NotSent)
        label = Token::Danger;
    int used = drawLine(painter, line, words.label, font, m_theme.color(label));
    if (used > 0)
        used += QFontMetrics(font).horizontalAdvance(QLatin1Char(' '));
    const bool loud = chat.unread > 0 && !chat.muted;
    drawLine(painter, line.adjusted(used, 0, 0, 0), words.text, font,
             m_theme.color(loud ? Token::TextPrimary : Token::TextSecondary));
}

} // namespace impulse::ui
