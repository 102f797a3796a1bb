#include "client/ui/chat/ChatWords.h"
#include "client/ui/chat/MessageDelegate.h"
#include "client/ui/chat/MessageListView.h"
#include "client/ui/chat/MessageOverlays.h"
#include "client/ui/theme/Theme.h"

#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>

/// What the message list paints, and what floats over it.
namespace impulse::ui {

void MessageListView::paintEvent(QPaintEvent* event)
{
    QPainter painter(viewport());
    painter.fillRect(event->rect(), m_theme.color(Token::SurfaceChat));
    if (m_heights.count() == 0) {
        if (m_unwritten)
            paintUnwritten(painter);
        return;
    }
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    for (int row = rowAtContent(verticalOffset() + event->rect().top()); row < m_heights.count();
         ++row) {
        const QModelIndex index = m_messages.index(row);
        option.rect = visualRect(index);
        if (option.rect.top() > event->rect().bottom())
            break;
        option.state.setFlag(QStyle::State_HasFocus, hasFocus() && index == currentIndex());
        m_delegate->paint(&painter, option, index);
    }
    if (m_sticky)
        paintSticky(painter);
}

void MessageListView::setUnwritten(bool unwritten)
{
    m_unwritten = unwritten;
    viewport()->update();
}

void MessageListView::paintUnwritten(QPainter& painter) const
{
    client::MessageItem line;
    line.kind = client::MessageKind::System;
    line.system = client::SystemLine::Encrypted;
    MessageContext context;
    context.viewWidth = viewport()->width();
    const MessageLayout layout(line, context, m_theme);
    layout.paint(painter, QPoint(0, (viewport()->height() - layout.height()) / 2), 0, false);
}

/// The day of the topmost row. `pillTop` is where its own pill, or the next day's, would push it.
QString MessageListView::topDay(int& pillTop) const
{
    const int top = rowAtContent(verticalOffset());
    const int height = m_theme.lineHeight(TextStyle::Meta) + 8;
    pillTop = 8;
    for (int row = top; row < m_heights.count() && row < top + 12; ++row) {
        if (!m_messages.startsDay(row))
            continue;
        const int own = visualRect(m_messages.index(row)).top()
            + m_delegate->layout(row).dayPill().top();
        if (row == top && own >= 0)
            return {};
        if (row > top) {
            pillTop = std::min(pillTop, own - height - 6);
            break;
        }
    }
    return ChatWords::day(m_messages.dayOf(top));
}

void MessageListView::paintSticky(QPainter& painter)
{
    int top = 0;
    const QString day = topDay(top);
    if (day.isEmpty())
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    MessageLayout::paintDayPill(
        painter, MessageLayout::dayPillRect(day, viewport()->width(), top, m_theme), day, m_theme);
}

int MessageListView::unreadBelow() const
{
    const int from = m_messages.unreadFrom() ? m_messages.rowOf(*m_messages.unreadFrom()) : -1;
    if (from < 0)
        return 0;
    const int seen = rowAtContent(verticalOffset() + viewport()->height());
    int count = 0;
    for (int row = std::max(from, seen + 1); row < m_messages.rowCount() && count < 1000; ++row)
        count += m_messages.at(row).outgoing ? 0 : 1;
    return count;
}

void MessageListView::placeOverlays()
{
    const QRect column = MessageLayout::column(viewport()->width(), m_theme);
    if (isTyping())
        m_typing->move(column.left(),
                       rowTop(m_heights.count()) - verticalOffset() + 12);
    const int distance = verticalScrollBar()->maximum() - verticalOffset();
    m_jump->setVisible(distance > viewport()->height());
    m_jump->setUnread(m_jump->isVisible() ? unreadBelow() : 0);
    m_jump->move(viewport()->width() - m_jump->width() - 20 + JumpButton::margin,
                 height() - m_jump->height() - 20 + JumpButton::margin);
}

void MessageListView::showHover(int row)
{
    m_hoverRow = row;
    if (row < 0 || m_delegate->layout(row).bubble().isEmpty()) {
        m_hover->hide();
        return;
    }
    const client::MessageItem& item = m_messages.at(row);
    const QRect bubble = m_delegate->layout(row).bubble().translated(
        0, visualRect(m_messages.index(row)).top());
    m_hover->setReplyPossible(item.kind == client::MessageKind::Text);
    m_hover->adjustSize();
    const int beside = 8 - HoverBar::margin;
    int x = item.outgoing ? bubble.left() - beside - m_hover->width()
                          : bubble.right() + 1 + beside;
    x = std::clamp(x, 0, std::max(0, viewport()->width() - m_hover->width()));
    m_hover->move(x, bubble.center().y() - m_hover->height() / 2 + 1);
    m_hover->show();
    m_hover->raise();
}

} // namespace impulse::ui
