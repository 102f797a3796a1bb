#pragma once

#include "client/ui/chat/MessageLayout.h"

#include <QStyledItemDelegate>

#include <memory>
#include <unordered_map>

namespace impulse::ui {

/// Paints the rows of a conversation from cached layouts. Main thread.
class MessageDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    MessageDelegate(Theme& theme, client::MessageListModel& messages, QObject* parent);

    /// Layouts are made for this width; another one drops the cache.
    void setViewWidth(int width);
    void drop(const MessageId& id) { m_layouts.erase(id); }
    void dropAll() { m_layouts.clear(); }
    const MessageLayout& layout(int row) const;

    /// Strength of the highlight on one message after a jump, 0 to 1.
    void setFlash(const MessageId& id, double strength);

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

private:
    Theme& m_theme;
    client::MessageListModel& m_messages;
    int m_width = 0;
    MessageId m_flash;
    double m_flashStrength = 0;
    mutable std::unordered_map<MessageId, std::unique_ptr<MessageLayout>, FixedHash> m_layouts;
};

} // namespace impulse::ui
