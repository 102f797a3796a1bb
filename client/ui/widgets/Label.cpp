#include "client/ui/widgets/Label.h"

#include "client/ui/theme/Theme.h"

#include <QPainter>

namespace impulse::ui {

Label::Label(Theme& theme, TextStyle style, Token token, QWidget* parent)
    : QLabel(parent), m_theme(theme), m_style(style), m_token(token)
{
    setTextFormat(Qt::PlainText);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void Label::setToken(Token token)
{
    m_token = token;
    update();
}

void Label::setWeight(QFont::Weight weight)
{
    m_weight = weight;
    updateGeometry();
}

void Label::setSizes(int fontPx, int linePx)
{
    m_fontPx = fontPx;
    m_linePx = linePx;
    updateGeometry();
}

void Label::setLetterSpacing(double px)
{
    m_letterSpacing = px;
    updateGeometry();
}

TextBlock Label::block() const
{
    TextBlock block;
    block.text = text();
    block.font = m_weight > 0 ? m_theme.font(m_style, QFont::Weight(m_weight))
                              : m_theme.font(m_style);
    if (m_fontPx > 0) {
        block.font.setPixelSize(m_theme.px(m_fontPx));
    }
    if (m_letterSpacing != 0) {
        block.font.setLetterSpacing(QFont::AbsoluteSpacing, m_letterSpacing * m_theme.scale());
    }
    block.lineHeight = m_linePx > 0 ? m_theme.px(m_linePx) : m_theme.lineHeight(m_style);
    block.alignment = alignment();
    block.wrap = wordWrap();
    return block;
}

QSize Label::sizeHint() const
{
    const TextBlock b = block();
    const QMargins m = contentsMargins();
    const int lines = int(text().count(QLatin1Char('\n'))) + 1;
    return {textBlockWidth(b) + m.left() + m.right(),
            lines * b.lineHeight + m.top() + m.bottom()};
}

QSize Label::minimumSizeHint() const
{
    // A label may be narrower than its text: it wraps or is elided.
    return {std::min(sizeHint().width(), m_theme.px(24)), block().lineHeight};
}

int Label::heightForWidth(int width) const
{
    const QMargins m = contentsMargins();
    return textBlockHeight(block(), width - m.left() - m.right()) + m.top() + m.bottom();
}

void Label::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(m_theme.color(isEnabled() ? m_token : Token::TextDisabled));
    const TextBlock b = block();
    const QRect area = contentsRect();
    const int height = textBlockHeight(b, area.width());
    int top = area.top();
    if (alignment() & Qt::AlignVCenter) {
        top += std::max(0, (area.height() - height) / 2);
    }
    paintTextBlock(painter, QPointF(area.left(), top), area.width(), b);
}

} // namespace impulse::ui
