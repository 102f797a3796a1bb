#include "client/ui/chat/MessageListView.h"

#include "client/ui/chat/ChatWords.h"
#include "client/ui/chat/MessageDelegate.h"
#include "client/ui/chat/MessageOverlays.h"
#include "client/ui/theme/Theme.h"

#include <QScopedValueRollback>
#include <QScrollBar>
#include <QVariantAnimation>

namespace impulse::ui {
namespace {

constexpr int bottomPadding = 12;
/// Rows measured beyond the viewport, so that a wheel step finds them ready.
constexpr int measureMargin = 400;
/// Older messages are asked for when fewer rows than this are above the viewport.
constexpr int olderThreshold = 30;
constexpr int estimatedRow = 44;

} // namespace

MessageListView::MessageListView(Theme& theme, client::MessageListModel& messages, QWidget* parent)
    : QListView(parent), m_theme(theme), m_messages(messages),
      m_delegate(new MessageDelegate(theme, messages, this)),
      m_typing(new TypingIndicator(theme, viewport())), m_jump(new JumpButton(theme, this)),
      m_hover(new HoverBar(theme, viewport())), m_glide(new QVariantAnimation(this)),
      m_flash(new QVariantAnimation(this))
{
    setFrameShape(QFrame::NoFrame);
    setItemDelegate(m_delegate);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSelectionMode(NoSelection);
    setEditTriggers(NoEditTriggers);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Messages"));
    m_typing->hide();
    m_jump->hide();
    m_hover->hide();
    m_heights.setEstimate(theme.px(estimatedRow));
    messages.setDescriber(ChatWords::messageSentence);
    setModel(&messages);
    connect(&messages, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex&, int first, int last) {
                m_heights.remove(first, last - first + 1);
                showHover(-1);
                settle();
            });
    connect(&theme, &Theme::changed, this, &MessageListView::relayoutAll);
    connect(m_glide, &QVariantAnimation::valueChanged, this,
            [this](const QVariant& value) { verticalScrollBar()->setValue(value.toInt()); });
    connect(m_flash, &QVariantAnimation::valueChanged, this, [this](const QVariant& value) {
        m_delegate->setFlash(m_flashed, value.toDouble());
        viewport()->update();
    });
    connect(m_jump, &JumpButton::clicked, this, [this] {
        const int divider = m_messages.unreadFrom() ? m_messages.rowOf(*m_messages.unreadFrom())
                                                    : -1;
        if (divider >= 0 && rowTop(divider) > verticalOffset() + viewport()->height())
            scrollTo(m_messages.index(divider), PositionAtCenter);
        else
            scrollToEnd();
    });
    connect(m_hover, &HoverBar::replyClicked, this, [this] { Q_EMIT replyWanted(m_hoverRow); });
    connect(m_hover, &HoverBar::moreClicked, this, [this] {
        Q_EMIT menuWanted(m_hoverRow, m_hover->mapToGlobal(QPoint(0, m_hover->height() + 2)));
    });
}

int MessageListView::footerHeight() const
{
    return bottomPadding + (m_typing->isVisibleTo(viewport()) ? 12 + m_typing->height() : 0);
}

int MessageListView::contentHeight() const
{
    return m_heights.total() + footerHeight();
}

/// Content coordinates. Few messages stand at the bottom.
int MessageListView::rowTop(int row) const
{
    return std::max(0, viewport()->height() - contentHeight()) + m_heights.top(row);
}

int MessageListView::rowAtContent(int y) const
{
    return m_heights.rowAt(y - rowTop(0));
}

int MessageListView::verticalOffset() const
{
    return verticalScrollBar()->value();
}

int MessageListView::currentRow() const
{
    return currentIndex().isValid() ? currentIndex().row() : -1;
}

bool MessageListView::atEnd() const
{
    return verticalScrollBar()->value() >= verticalScrollBar()->maximum() - 4;
}

bool MessageListView::isTyping() const
{
    return m_typing->isVisibleTo(viewport());
}

void MessageListView::setTyping(bool typing)
{
    if (typing == isTyping())
        return;
    m_typing->setVisible(typing);
    settle();
}

// --- Geometry -----------------------------------------------------------------------------------

/// Measures what is near the viewport and keeps the anchor in its place, until nothing moves.
void MessageListView::settle()
{
    m_delegate->setViewWidth(viewport()->width());
    constexpr int passes = 8;
    for (int pass = 0; pass < passes; ++pass) {
        place();
        if (!measureNear())
            break;
    }
    place();
    viewport()->update();
    placeOverlays();
    if (m_messages.rowCount() > 0 && rowAtContent(verticalOffset()) < olderThreshold)
        QMetaObject::invokeMethod(
            this, [this] { m_messages.requestOlder(); }, Qt::QueuedConnection);
    const bool end = atEnd();
    if (end != m_wasAtEnd || end) {
        m_wasAtEnd = end;
        Q_EMIT endReached();
    }
}

bool MessageListView::measureNear()
{
    if (m_heights.count() == 0)
        return false;
    bool changed = false;
    const int bottom = verticalOffset() + viewport()->height() + measureMargin;
    for (int row = rowAtContent(verticalOffset() - measureMargin);
         row < m_heights.count() && rowTop(row) < bottom; ++row) {
        if (m_heights.measured(row))
            continue;
        const int before = m_heights.height(row);
        m_heights.set(row, m_delegate->layout(row).height());
        changed = changed || before != m_heights.height(row);
    }
    return changed;
}

void MessageListView::place()
{
    const QScopedValueRollback guard(m_placing, true);
    QScrollBar* bar = verticalScrollBar();
    bar->setRange(0, std::max(0, contentHeight() - viewport()->height()));
    bar->setPageStep(viewport()->height());
    bar->setSingleStep(m_theme.px(20));
    if (m_anchor.end || !m_anchor.row.isValid())
        bar->setValue(bar->maximum());
    else
        bar->setValue(rowTop(m_anchor.row.row()) - m_anchor.offset);
}

/// Rows that come into view at the top grow upwards, so the row at the other edge is held.
void MessageListView::rememberAnchor(bool fromBottom)
{
    m_anchor.end = atEnd();
    if (m_heights.count() == 0)
        return;
    // At the very top the first row is held, or estimates would push the beginning out of view.
    fromBottom = fromBottom && verticalOffset() > 0;
    const int y = verticalOffset() + (fromBottom ? viewport()->height() - 1 : 0);
    const int row = rowAtContent(y);
    m_anchor.row = m_messages.index(row);
    m_anchor.offset = rowTop(row) - verticalOffset();
}

void MessageListView::updateGeometries()
{
    QAbstractItemView::updateGeometries();
    settle();
}

void MessageListView::doItemsLayout()
{
    QAbstractItemView::doItemsLayout();
    settle();
}

void MessageListView::relayoutAll()
{
    m_delegate->dropAll();
    m_heights.setEstimate(m_theme.px(estimatedRow));
    m_heights.forgetAll();
    settle();
}

void MessageListView::resizeEvent(QResizeEvent* event)
{
    QAbstractItemView::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        relayoutAll();
    else
        settle();
}

void MessageListView::scrollContentsBy(int dx, int dy)
{
    Q_UNUSED(dx)
    if (m_placing)
        return;
    m_opening = false;
    rememberAnchor(dy > 0);
    showHover(-1);
    m_sticky = true;
    m_stickyTimer.start(1200, this);
    settle();
}

QRect MessageListView::visualRect(const QModelIndex& index) const
{
    if (!index.isValid() || index.row() >= m_heights.count())
        return {};
    return {0, rowTop(index.row()) - verticalOffset(), viewport()->width(),
            m_heights.height(index.row())};
}

QModelIndex MessageListView::indexAt(const QPoint& point) const
{
    if (m_heights.count() == 0)
        return {};
    const int y = point.y() + verticalOffset();
    if (y < rowTop(0) || y >= rowTop(m_heights.count()))
        return {};
    return m_messages.index(rowAtContent(y));
}

void MessageListView::scrollTo(const QModelIndex& index, ScrollHint hint)
{
    if (!index.isValid())
        return;
    m_opening = false;
    const QRect rect = visualRect(index);
    const int height = viewport()->height();
    if (hint == EnsureVisible && rect.top() >= 0 && rect.bottom() < height)
        return;
    m_anchor.end = false;
    m_anchor.row = index;
    if (hint == PositionAtCenter)
        m_anchor.offset = (height - rect.height()) / 2;
    else if (hint == PositionAtBottom || (hint == EnsureVisible && rect.top() > 0))
        m_anchor.offset = height - rect.height() - bottomPadding;
    else
        m_anchor.offset = 0;
    settle();
    m_anchor.end = atEnd();
}

void MessageListView::scrollToEnd()
{
    m_opening = false;
    m_anchor.end = true;
    settle();
}

bool MessageListView::showMessage(const MessageId& id)
{
    const int row = m_messages.rowOf(id);
    if (row < 0)
        return false;
    setCurrentIndex(m_messages.index(row));
    scrollTo(m_messages.index(row), PositionAtCenter);
    m_flash->stop();
    m_flashed = id;
    m_flash->setDuration(m_theme.reducedMotion() ? 1500 : 600);
    m_flash->setStartValue(1.0);
    m_flash->setEndValue(0.0);
    if (m_theme.reducedMotion())
        m_flash->setKeyValueAt(0.99, 1.0);
    m_flash->start();
    return true;
}

// --- The model ----------------------------------------------------------------------------------

void MessageListView::reset()
{
    QAbstractItemView::reset();
    m_heights.reset(m_messages.rowCount());
    m_delegate->dropAll();
    m_anchor = {};
    m_opening = true;
    m_sticky = false;
    m_hoverRow = -1;
    settle();
}

void MessageListView::rowsInserted(const QModelIndex& parent, int start, int end)
{
    const int from = verticalOffset();
    const bool first = m_heights.count() == 0;
    // On its way there, the end is as good as reached: messages may come faster than it scrolls.
    const bool follows = (atEnd() || m_glide->state() == QAbstractAnimation::Running) && !first;
    m_glide->stop();
    m_heights.insert(start, end - start + 1);
    QAbstractItemView::rowsInserted(parent, start, end);
    const bool last = end == m_messages.rowCount() - 1;
    if (last && (follows || m_messages.at(end).outgoing))
        m_anchor.end = true;
    const int divider
        = m_messages.unreadFrom() ? m_messages.rowOf(*m_messages.unreadFrom()) : -1;
    if (m_opening && divider >= 0) {
        // Opened with unread messages: the divider stands in the upper third.
        m_anchor = {m_messages.index(divider), viewport()->height() / 3, false};
    }
    settle();
    if (last && follows && start == end && isVisible())
        animateToEnd(from);
}

void MessageListView::dataChanged(const QModelIndex& topLeft, const QModelIndex& bottomRight,
                                  const QList<int>& roles)
{
    QAbstractItemView::dataChanged(topLeft, bottomRight, roles);
    for (int row = topLeft.row(); row <= bottomRight.row() && row < m_heights.count(); ++row) {
        m_delegate->drop(m_messages.at(row).id);
        if (m_heights.measured(row))
            m_heights.set(row, m_delegate->layout(row).height());
    }
    if (m_opening && m_messages.unreadFrom() && m_messages.rowOf(*m_messages.unreadFrom()) >= 0)
        m_anchor = {m_messages.index(m_messages.rowOf(*m_messages.unreadFrom())),
                    viewport()->height() / 3, false};
    settle();
}

void MessageListView::animateToEnd(int from)
{
    const int to = verticalScrollBar()->maximum();
    const int time = m_theme.duration(m_theme.metrics().motionBase);
    if (time == 0 || to <= from || to - from > viewport()->height())
        return;
    m_glide->stop();
    m_glide->setDuration(time);
    m_glide->setStartValue(from);
    m_glide->setEndValue(to);
    m_glide->start();
}

} // namespace impulse::ui
