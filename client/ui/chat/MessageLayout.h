#pragma once

#include "client/core/models/MessageListModel.h"
#include "client/ui/theme/Tokens.h"

#include <QPainterPath>
#include <QRect>
#include <QTextLayout>
#include <QUrl>

class QPainter;

namespace impulse::ui {

class Theme;

/// What the neighbours and the view decide about a row.
struct MessageContext {
    int viewWidth = 0;
    QString day;          ///< text of the date pill above; empty: none
    bool divider = false; ///< "New messages" above
    client::MessageListModel::GroupPosition group
        = client::MessageListModel::GroupPosition::Single;
};

/// What can be clicked inside a row.
enum class MessagePart { None, Bubble, Link, Edited, Reply, Retry, Delete };

struct MessageHit {
    MessagePart part = MessagePart::None;
    QUrl link;
};

/// Geometry of one row of a conversation (design 4.8 and 4.9), computed once per (message, width,
/// theme) and painted as often as needed. Row coordinates: 0, 0 is the row's top left. Main thread.
class MessageLayout {
public:
    MessageLayout(const client::MessageItem& item, const MessageContext& context,
                  const Theme& theme);

    int height() const { return m_height; }
    const QRect& bubble() const { return m_bubble; }
    /// Of the date pill, or empty.
    const QRect& dayPill() const { return m_dayPill; }
    MessageHit hit(const QPoint& position) const;
    const std::vector<QUrl>& links() const { return m_links; }

    /// `flash` 0 to 1: strength of the highlight after a jump.
    void paint(QPainter& painter, const QPoint& topLeft, double flash, bool focused) const;

    /// Area of all conversation rows in a view of this width.
    static QRect column(int viewWidth, const Theme& theme);
    static QRect dayPillRect(const QString& text, int viewWidth, int top, const Theme& theme);
    static void paintDayPill(QPainter& painter, const QRect& rect, const QString& text,
                             const Theme& theme);
    static QPainterPath bubblePath(const QRectF& box,
                                   client::MessageListModel::GroupPosition group, bool outgoing);

private:
    void placeAbove(const MessageContext& context);
    void placeSystemLine();
    void placeBubble(const MessageContext& context);
    int placeQuote(int maxText);
    void layOutText(int width);
    void findLinks();
    void placeMeta(int width);
    void placeFailure();
    bool emojiOnly() const;
    bool replacesText() const;
    Token textToken() const;
    Token metaToken() const;
    Token linkToken() const;
    QColor quoteColor() const;
    int bodyLine() const;

    void paintSystemLine(QPainter& painter) const;
    void paintQuote(QPainter& painter) const;
    void paintText(QPainter& painter) const;
    void paintMeta(QPainter& painter) const;
    void paintFailure(QPainter& painter) const;

    const Theme& m_theme;
    client::MessageItem m_item;
    MessageContext m_context;
    QRect m_column;
    int m_height = 0;
    QRect m_dayPill;
    QRect m_divider;
    QRect m_bubble;
    QRect m_line; ///< of a system line
    QRect m_quote;
    QRect m_textRect;
    QTextLayout m_text;
    QFont m_textFont;
    double m_textNatural = 0;
    double m_lastLine = 0;
    QString m_metaText;
    QRect m_meta;
    QRect m_edited;
    QRect m_failure;
    QRect m_retry;
    QRect m_delete;
    bool m_emoji = false;
    std::vector<QUrl> m_links;
    std::vector<std::pair<int, int>> m_linkRanges;
};

} // namespace impulse::ui
