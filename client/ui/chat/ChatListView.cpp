#include "client/ui/chat/ChatListView.h"

#include "client/ui/chat/ChatFilter.h"
#include "client/ui/chat/ChatListDelegate.h"
#include "client/ui/theme/Theme.h"

#include <QContextMenuEvent>
#include <QKeyEvent>

namespace impulse::ui {

ChatListView::ChatListView(Theme& theme, client::ChatListModel& chats, QWidget* parent)
    : QListView(parent), m_theme(theme), m_chats(chats), m_filter(new ChatFilter(chats, this))
{
    setObjectName(QStringLiteral("chatList"));
    setFrameShape(QFrame::NoFrame);
    setModel(m_filter);
    setItemDelegate(new ChatListDelegate(theme, this));
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setMouseTracking(true);
    setViewportMargins(0, 2, 0, 0);
    viewport()->setAutoFillBackground(false);
    setAutoFillBackground(false);
    setAccessibleName(tr("Chats"));
    QPalette transparent = palette();
    transparent.setColor(QPalette::Base, Qt::transparent);
    setPalette(transparent);
    // Section headers make rows of two heights; without them the view can do with one.
    const auto updateUniform = [this] {
        const bool uniform = !m_chats.hasRequests();
        if (uniform != uniformItemSizes())
            setUniformItemSizes(uniform);
        scheduleDelayedItemsLayout();
    };
    connect(m_filter, &QAbstractItemModel::modelReset, this, updateUniform);
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, updateUniform);
    connect(m_filter, &QAbstractItemModel::rowsRemoved, this, updateUniform);
    connect(m_filter, &QAbstractItemModel::rowsMoved, this, updateUniform);
    connect(m_filter, &QAbstractItemModel::dataChanged, this, updateUniform);
    connect(&theme, &Theme::changed, this, [this] { scheduleDelayedItemsLayout(); });
    setUniformItemSizes(!chats.hasRequests());
    const auto choose = [this](const QModelIndex& index) {
        if (index.isValid())
            Q_EMIT chatChosen(m_filter->at(index).id);
    };
    connect(this, &QAbstractItemView::clicked, this, choose);
}

void ChatListView::setPresenceKnown(bool known)
{
    m_filter->setPresenceKnown(known);
    viewport()->update();
}

void ChatListView::keyboardSearch(const QString& text)
{
    if (!text.trimmed().isEmpty())
        Q_EMIT typed(text);
}

void ChatListView::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (currentIndex().isValid())
            Q_EMIT chatChosen(m_filter->at(currentIndex()).id);
        return;
    default:
        QListView::keyPressEvent(event);
    }
}

void ChatListView::contextMenuEvent(QContextMenuEvent* event)
{
    const bool mouse = event->reason() == QContextMenuEvent::Mouse;
    const QModelIndex index = mouse ? indexAt(event->pos()) : currentIndex();
    if (!index.isValid())
        return;
    const QPoint place = mouse ? event->pos() : visualRect(index).center();
    Q_EMIT menuWanted(m_filter->at(index).id, viewport()->mapToGlobal(place));
}

void ChatListView::resizeEvent(QResizeEvent* event)
{
    QListView::resizeEvent(event);
    scheduleDelayedItemsLayout();
}

} // namespace impulse::ui
