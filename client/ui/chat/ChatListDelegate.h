#pragma once

#include <QStyledItemDelegate>

namespace impulse::client {
struct ChatItem;
}

namespace impulse::ui {

class Theme;

/// Paints a row of the chat list (design 4.6) and says it in one sentence. Works on the model
/// behind a ChatFilter. Main thread.
class ChatListDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    ChatListDelegate(Theme& theme, QObject* parent);

    int rowHeight() const;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

private:
    QString sectionTitle(const QModelIndex& index) const;
    int sectionHeight() const;
    void paintFirstLine(QPainter& painter, QRect line, const client::ChatItem& chat) const;
    void paintSecondLine(QPainter& painter, QRect line, const client::ChatItem& chat) const;
    /// Draws the badge at the right end of the line and takes it off the line.
    void paintBadge(QPainter& painter, QRect& line, const client::ChatItem& chat) const;

    Theme& m_theme;
};

} // namespace impulse::ui
