#include "client/ui/chat/MessageLayout.h"

#include "client/ui/chat/ChatWords.h"
#include "client/ui/theme/Theme.h"

#include <QRegularExpression>
#include <QTextBoundaryFinder>

#include <cmath>

namespace impulse::ui {

using client::MessageItem;
using client::MessageKind;
using client::MessageState;
using Group = client::MessageListModel::GroupPosition;

namespace {

constexpr int sidePadding = 12;
constexpr int topPadding = 7;
constexpr int bottomPadding = 8;
constexpr int metaGap = 10;
constexpr int maximumEmoji = 3;
/// One narrower than this shows its margin as 12 instead of 20.
constexpr int narrowWidth = 520;

int advance(const QFont& font, const QString& text)
{
    return int(std::ceil(QFontMetricsF(font).horizontalAdvance(text)));
}

bool isEmoji(char32_t point)
{
    return point >= 0x1F000 || (point >= 0x2600 && point <= 0x27BF)
        || (point >= 0x2B00 && point <= 0x2BFF);
}

} // namespace

MessageLayout::MessageLayout(const MessageItem& item, const MessageContext& context,
                             const Theme& theme)
    : m_theme(theme), m_item(item), m_context(context),
      m_column(column(context.viewWidth, theme))
{
    m_emoji = emojiOnly();
    placeAbove(context);
    if (item.kind == MessageKind::System || item.kind == MessageKind::Missing)
        placeSystemLine();
    else
        placeBubble(context);
}

QRect MessageLayout::column(int viewWidth, const Theme& theme)
{
    const int margin = viewWidth < narrowWidth ? 12 : 20;
    const int width = std::min(viewWidth - 2 * margin,
                               int(theme.metrics().columnMaxWidth * std::max(1.0, theme.scale())));
    return {(viewWidth - width) / 2, 0, width, 0};
}

QRect MessageLayout::dayPillRect(const QString& text, int viewWidth, int top, const Theme& theme)
{
    const int width = advance(theme.font(TextStyle::Meta, QFont::Medium), text) + 24;
    return {(viewWidth - width) / 2, top, width, theme.lineHeight(TextStyle::Meta) + 8};
}

void MessageLayout::placeAbove(const MessageContext& context)
{
    if (!context.day.isEmpty()) {
        m_dayPill = dayPillRect(context.day, context.viewWidth, m_height + 16, m_theme);
        m_height = m_dayPill.bottom() + 1 + 6;
    }
    if (context.divider) {
        m_divider = QRect(m_column.left(), m_height + 18, m_column.width(),
                          m_theme.lineHeight(TextStyle::Meta));
        m_height = m_divider.bottom() + 1 + 6;
    }
}

void MessageLayout::placeSystemLine()
{
    const QFont font = m_theme.font(TextStyle::Meta, QFont::Medium);
    const int icon = m_theme.pxCapped(14) + 6;
    const int width = std::min(m_column.width(),
                               advance(font, ChatWords::body(m_item)) + 24 + icon);
    m_line = QRect((m_context.viewWidth - width) / 2, m_height + 10, width,
                   m_theme.lineHeight(TextStyle::Meta) + 8);
    m_height = m_line.bottom() + 1 + 2;
}

bool MessageLayout::emojiOnly() const
{
    if (m_item.kind != MessageKind::Text || m_item.reply || m_item.text.size() > 64)
        return false;
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, m_item.text);
    int count = 0;
    for (qsizetype start = 0; start < m_item.text.size();) {
        const qsizetype end = finder.toNextBoundary();
        if (end <= start || !isEmoji(m_item.text.mid(start, end - start).toUcs4().first()))
            return false;
        ++count;
        start = end;
    }
    return count > 0 && count <= maximumEmoji;
}

/// An icon and words in italics stand where the text would be.
bool MessageLayout::replacesText() const
{
    return m_item.kind != MessageKind::Text;
}

int MessageLayout::bodyLine() const
{
    return m_emoji ? m_theme.px(40) : m_theme.lineHeight(TextStyle::Body);
}

void MessageLayout::findLinks()
{
    if (replacesText())
        return;
    static const QRegularExpression pattern(
        QStringLiteral("\\bhttps?://[^\\s<>\"]*[^\\s<>\".,;:!?)'’»]"),
        QRegularExpression::CaseInsensitiveOption);
    QList<QTextLayout::FormatRange> formats;
    auto matches = pattern.globalMatch(m_item.text);
    while (matches.hasNext()) {
        const auto match = matches.next();
        const QUrl url(match.captured(), QUrl::StrictMode);
        if (!url.isValid())
            continue;
        m_links.push_back(url);
        m_linkRanges.emplace_back(match.capturedStart(), match.capturedLength());
        QTextLayout::FormatRange range;
        range.start = int(match.capturedStart());
        range.length = int(match.capturedLength());
        range.format.setForeground(m_theme.color(linkToken()));
        formats.append(range);
    }
    m_text.setFormats(formats);
}

void MessageLayout::layOutText(int width)
{
    QString text = ChatWords::body(m_item);
    text.replace(QLatin1Char('\n'), QChar::LineSeparator);
    m_textFont = m_theme.font(TextStyle::Body);
    if (m_emoji)
        m_textFont.setPixelSize(m_theme.px(32));
    m_textFont.setItalic(replacesText());
    m_text.setText(text);
    m_text.setFont(m_textFont);
    m_text.setCacheEnabled(true);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    m_text.setTextOption(option);
    findLinks();
    const QFontMetricsF metrics(m_textFont);
    const int step = bodyLine();
    m_textNatural = 0;
    m_text.beginLayout();
    for (int count = 0;; ++count) {
        QTextLine line = m_text.createLine();
        if (!line.isValid())
            break;
        line.setLineWidth(width);
        const double baseline = std::round((step - metrics.height()) / 2 + metrics.ascent());
        line.setPosition(QPointF(0, count * step + baseline - line.ascent()));
        m_lastLine = line.naturalTextWidth();
        m_textNatural = std::max(m_textNatural, m_lastLine);
    }
    m_text.endLayout();
}

/// Returns the width that the quote would like to have.
int MessageLayout::placeQuote(int maxText)
{
    if (!m_item.reply || m_item.kind != MessageKind::Text)
        return 0;
    const int wanted = 22
        + std::max(advance(m_theme.font(TextStyle::Small, QFont::DemiBold),
                           ChatWords::author(*m_item.reply)),
                   advance(m_theme.font(TextStyle::Small), ChatWords::quoted(*m_item.reply)));
    m_quote = QRect(0, 0, 0, 9 + 2 * m_theme.lineHeight(TextStyle::Small));
    return std::min(wanted + 1, maxText);
}

void MessageLayout::placeBubble(const MessageContext& context)
{
    const bool starts = context.group == Group::First || context.group == Group::Single;
    m_height += starts ? 12 : 2;
    const int maximum = int(std::min(m_theme.metrics().bubbleMaxShare * m_column.width(),
                                     m_theme.metrics().bubbleMaxWidth * m_theme.scale()));
    const int maxText = std::max(maximum - 2 * sidePadding, 48);
    const int icon = replacesText() ? m_theme.pxCapped(16) + 6 : 0;
    const int quoteWidth = placeQuote(maxText);
    layOutText(maxText - icon);
    m_metaText = ChatWords::clock(m_item.sentMs);
    const QFont metaFont = m_theme.font(TextStyle::Meta);
    const QString edited = ChatWords::edited();
    const bool showEdited = m_item.edited && m_item.kind == MessageKind::Text;
    const int editedWidth = showEdited ? advance(metaFont, edited + QLatin1Char(' ')) : 0;
    const int metaWidth = editedWidth + advance(metaFont, m_metaText)
        + (m_item.outgoing ? 4 + m_theme.pxCapped(16) : 0);
    const bool shares = icon + m_lastLine + metaGap + metaWidth <= maxText;
    const int textLines = m_text.lineCount() * bodyLine();
    int inner = std::max({int(std::ceil(m_textNatural)) + icon, quoteWidth,
                          shares ? int(std::ceil(m_lastLine)) + icon + metaGap + metaWidth
                                 : metaWidth,
                          72 - 2 * sidePadding});
    inner = std::min(inner, maxText);
    const int quoteHeight = m_quote.isValid() || m_quote.height() > 0 ? m_quote.height() + 8 : 0;
    const int height = topPadding + quoteHeight + textLines
        + (shares ? 0 : m_theme.lineHeight(TextStyle::Body)) + bottomPadding;
    const int width = inner + 2 * sidePadding;
    m_bubble = QRect(m_item.outgoing ? m_column.right() + 1 - width : m_column.left(), m_height,
                     width, height);
    if (quoteHeight > 0)
        m_quote = QRect(m_bubble.left() + sidePadding, m_bubble.top() + topPadding + 2, inner,
                        m_quote.height());
    m_textRect = QRect(m_bubble.left() + sidePadding + icon,
                       m_bubble.top() + topPadding + quoteHeight, inner - icon, textLines);
    m_meta = QRect(m_bubble.right() + 1 - sidePadding - metaWidth,
                   m_bubble.bottom() + 1 - 6 - m_theme.lineHeight(TextStyle::Meta), metaWidth,
                   m_theme.lineHeight(TextStyle::Meta));
    if (editedWidth > 0)
        m_edited = QRect(m_meta.left(), m_meta.top(), editedWidth, m_meta.height());
    m_height = m_bubble.bottom() + 1;
    placeFailure();
}

/// The line under the bubble: what went wrong and what helps; also the note of a removed device.
void MessageLayout::placeFailure()
{
    const bool failed = m_item.outgoing
        && (m_item.state == MessageState::Failed || m_item.state == MessageState::Held);
    if (!failed && m_item.removedDevice == client::RemovedDevice::No)
        return;
    const int line = m_theme.lineHeight(TextStyle::Meta);
    const int top = m_height + 4;
    m_height = top + line + 2;
    if (!failed) {
        m_failure = QRect(m_column.left() + 2, top, m_column.width() - 4, line);
        return;
    }
    const QFont bold = m_theme.font(TextStyle::Meta, QFont::DemiBold);
    int right = m_column.right() + 1 - 2;
    const auto place = [&](QRect& rect, const QString& words) {
        const int width = advance(bold, words);
        rect = QRect(right - width, top, width, line);
        right -= width + 11;
    };
    place(m_delete, ChatWords::remove());
    place(m_retry, ChatWords::retry(m_item));
    const int wanted = m_theme.pxCapped(14) + 5
        + advance(m_theme.font(TextStyle::Meta), ChatWords::failure(m_item)) + 1;
    const int width = std::min(wanted, right - m_column.left());
    m_failure = QRect(right - width, top, width, line);
}

MessageHit MessageLayout::hit(const QPoint& position) const
{
    // Targets are at least 24 px high although their words are not.
    const auto near = [&](const QRect& rect) {
        return rect.isValid() && rect.adjusted(-3, -4, 3, 4).contains(position);
    };
    if (near(m_retry))
        return {MessagePart::Retry, {}};
    if (near(m_delete))
        return {MessagePart::Delete, {}};
    if (near(m_edited))
        return {MessagePart::Edited, {}};
    if (m_quote.width() > 0 && m_quote.contains(position))
        return {MessagePart::Reply, {}};
    for (std::size_t i = 0; i < m_linkRanges.size(); ++i) {
        const QPoint inside = position - m_textRect.topLeft();
        const int row = inside.y() / bodyLine();
        if (inside.y() < 0 || row >= m_text.lineCount())
            break;
        const QTextLine line = m_text.lineAt(row);
        if (inside.x() < 0 || inside.x() > line.naturalTextWidth())
            continue;
        const int at = line.xToCursor(inside.x(), QTextLine::CursorOnCharacter);
        const auto [start, length] = m_linkRanges[i];
        if (at >= start && at < start + length)
            return {MessagePart::Link, m_links[i]};
    }
    return {m_bubble.contains(position) ? MessagePart::Bubble : MessagePart::None, {}};
}

} // namespace impulse::ui
