#include "client/ui/chat/MessageListView.h"

#include "client/ui/chat/MessageDelegate.h"
#include "client/ui/chat/MessageOverlays.h"
#include "client/ui/theme/Theme.h"

#include <QContextMenuEvent>
#include <QMouseEvent>
#include <QScrollBar>

namespace impulse::ui {

QModelIndex MessageListView::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers)
{
    Q_UNUSED(modifiers)
    const int count = m_messages.rowCount();
    if (count == 0)
        return {};
    const int current = currentRow() < 0 ? count - 1 : currentRow();
    const auto paged = [&](int direction) {
        const int y = rowTop(current) + direction * viewport()->height();
        const int row = rowAtContent(y);
        return row == current ? current + direction : row;
    };
    int row = current;
    switch (action) {
    case MoveUp:
    case MovePrevious:
        row = currentRow() < 0 ? current : current - 1;
        break;
    case MoveDown:
    case MoveNext:
        row = current + 1;
        break;
    case MoveHome:
        row = 0;
        break;
    case MoveEnd:
        row = count - 1;
        break;
    case MovePageUp:
        row = paged(-1);
        break;
    case MovePageDown:
        row = paged(1);
        break;
    case MoveLeft:
    case MoveRight:
        break;
    }
    return m_messages.index(std::clamp(row, 0, count - 1));
}

bool MessageListView::isIndexHidden(const QModelIndex& index) const
{
    Q_UNUSED(index)
    return false;
}

void MessageListView::setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags command)
{
    // Nothing can be selected; the row with the focus is the current index.
    Q_UNUSED(rect)
    Q_UNUSED(command)
}

QRegion MessageListView::visualRegionForSelection(const QItemSelection& selection) const
{
    Q_UNUSED(selection)
    return {};
}

void MessageListView::keyboardSearch(const QString& text)
{
    // Letters are commands here (reply, edit), not a search.
    Q_UNUSED(text)
}

void MessageListView::focusInEvent(QFocusEvent* event)
{
    if (currentRow() < 0 && m_messages.rowCount() > 0)
        setCurrentIndex(m_messages.index(rowAtContent(verticalOffset() + viewport()->height())));
    QAbstractItemView::focusInEvent(event);
}

void MessageListView::mousePressEvent(QMouseEvent* event)
{
    const QModelIndex index = indexAt(event->position().toPoint());
    m_pressedRow = index.isValid() ? index.row() : -1;
    if (index.isValid() && event->button() == Qt::LeftButton)
        setCurrentIndex(index);
    setFocus(Qt::MouseFocusReason);
    event->accept();
}

void MessageListView::mouseReleaseEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    const QModelIndex index = indexAt(position);
    if (event->button() != Qt::LeftButton || !index.isValid() || index.row() != m_pressedRow)
        return;
    const MessageHit hit
        = m_delegate->layout(index.row()).hit(position - visualRect(index).topLeft());
    if (hit.part != MessagePart::None && hit.part != MessagePart::Bubble)
        Q_EMIT partActivated(index.row(), hit);
}

void MessageListView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const QModelIndex index = indexAt(event->position().toPoint());
    if (index.isValid())
        Q_EMIT replyWanted(index.row());
}

void MessageListView::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    const QModelIndex index = indexAt(position);
    MessageHit hit;
    if (index.isValid())
        hit = m_delegate->layout(index.row()).hit(position - visualRect(index).topLeft());
    const bool clickable = hit.part != MessagePart::None && hit.part != MessagePart::Bubble;
    viewport()->setCursor(clickable ? Qt::PointingHandCursor : Qt::ArrowCursor);
    const int row = index.isValid() ? index.row() : -1;
    if (row != m_hoverRow || (row >= 0 && !m_hover->isVisible()))
        showHover(row);
}

void MessageListView::leaveEvent(QEvent* event)
{
    QAbstractItemView::leaveEvent(event);
    if (!rect().contains(mapFromGlobal(QCursor::pos())))
        showHover(-1);
}

void MessageListView::contextMenuEvent(QContextMenuEvent* event)
{
    QModelIndex index = currentIndex();
    QPoint place = visualRect(index).center();
    if (event->reason() == QContextMenuEvent::Mouse) {
        index = indexAt(event->pos());
        place = event->pos();
    }
    if (index.isValid())
        Q_EMIT menuWanted(index.row(), viewport()->mapToGlobal(place));
}

void MessageListView::timerEvent(QTimerEvent* event)
{
    if (event->timerId() != m_stickyTimer.timerId()) {
        QAbstractItemView::timerEvent(event);
        return;
    }
    m_stickyTimer.stop();
    m_sticky = false;
    viewport()->update();
}

} // namespace impulse::ui
