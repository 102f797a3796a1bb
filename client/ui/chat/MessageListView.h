#pragma once

#include "client/ui/chat/MessageLayout.h"
#include "client/ui/chat/RowHeights.h"

#include <QBasicTimer>
#include <QListView>

class QVariantAnimation;

namespace impulse::ui {

class HoverBar;
class JumpButton;
class MessageDelegate;
class TypingIndicator;

/// The messages of a conversation: a list of variable heights that measures only the rows near the
/// viewport, so that opening and scrolling cost the same at any length. What is seen stays where
/// it is while rows are loaded above; at the end it follows new messages. Main thread.
class MessageListView : public QListView {
    Q_OBJECT

public:
    MessageListView(Theme& theme, client::MessageListModel& messages, QWidget* parent = nullptr);

    void setTyping(bool typing);
    /// Nothing was written here yet: says what holds for what will be.
    void setUnwritten(bool unwritten);
    bool isTyping() const;
    /// The last row is fully seen.
    bool atEnd() const;
    /// Scrolls there and flashes it. False if it is not loaded.
    bool showMessage(const MessageId& id);
    void scrollToEnd();
    /// Row under the keyboard focus; -1: none.
    int currentRow() const;

    QRect visualRect(const QModelIndex& index) const override;
    void scrollTo(const QModelIndex& index, ScrollHint hint = EnsureVisible) override;
    QModelIndex indexAt(const QPoint& point) const override;
    void doItemsLayout() override;
    void keyboardSearch(const QString& text) override;

Q_SIGNALS:
    void partActivated(int row, impulse::ui::MessageHit hit);
    void replyWanted(int row);
    void menuWanted(int row, const QPoint& globalPosition);
    /// The end came into view or left it.
    void endReached();

protected:
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    int horizontalOffset() const override { return 0; }
    int verticalOffset() const override;
    bool isIndexHidden(const QModelIndex& index) const override;
    void setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags command) override;
    QRegion visualRegionForSelection(const QItemSelection& selection) const override;
    void updateGeometries() override;
    void scrollContentsBy(int dx, int dy) override;
    void rowsInserted(const QModelIndex& parent, int start, int end) override;
    void dataChanged(const QModelIndex& topLeft, const QModelIndex& bottomRight,
                     const QList<int>& roles) override;
    void reset() override;

    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    /// What keeps its place: a row at a distance from the viewport's top, or the end.
    struct Anchor {
        QPersistentModelIndex row;
        int offset = 0;
        bool end = true;
    };

    int footerHeight() const;
    int contentHeight() const;
    int rowTop(int row) const;
    int rowAtContent(int y) const;
    void settle();
    bool measureNear();
    void place();
    void rememberAnchor(bool fromBottom);
    void relayoutAll();
    void placeOverlays();
    void showHover(int row);
    void animateToEnd(int from);
    void paintSticky(QPainter& painter);
    void paintUnwritten(QPainter& painter) const;
    QString topDay(int& pillTop) const;
    int unreadBelow() const;

    Theme& m_theme;
    client::MessageListModel& m_messages;
    MessageDelegate* m_delegate;
    RowHeights m_heights;
    Anchor m_anchor;
    TypingIndicator* m_typing;
    JumpButton* m_jump;
    HoverBar* m_hover;
    QVariantAnimation* m_glide;
    QVariantAnimation* m_flash;
    MessageId m_flashed;
    QBasicTimer m_stickyTimer;
    int m_hoverRow = -1;
    int m_pressedRow = -1;
    bool m_placing = false;
    bool m_opening = true;
    bool m_sticky = false;
    bool m_unwritten = false;
    bool m_wasAtEnd = true;
};

} // namespace impulse::ui
