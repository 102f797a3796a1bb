#include "client/ui/theme/TextPainting.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QTextLayout>

#include <cmath>

namespace impulse::ui {

namespace {

// Lays the paragraph out at line height steps and returns the number of lines.
int layOut(QTextLayout& layout, const TextBlock& block, int width)
{
    QTextOption option;
    option.setAlignment(block.alignment & Qt::AlignHorizontal_Mask);
    option.setWrapMode(block.wrap ? QTextOption::WrapAtWordBoundaryOrAnywhere
                                  : QTextOption::NoWrap);
    layout.setTextOption(option);
    const QFontMetricsF metrics(block.font);
    int lines = 0;
    layout.beginLayout();
    while (true) {
        QTextLine line = layout.createLine();
        if (!line.isValid()) {
            break;
        }
        line.setLineWidth(width);
        // baseline = top + (line height - natural height) / 2 + ascent
        line.setPosition(
            QPointF(0, lines * block.lineHeight
                        + std::round((block.lineHeight - metrics.height()) / 2 + metrics.ascent())
                        - line.ascent()));
        ++lines;
    }
    layout.endLayout();
    return std::max(lines, 1);
}

} // namespace

int textBlockHeight(const TextBlock& block, int width)
{
    int lines = 0;
    for (const QString& paragraph : block.text.split(QLatin1Char('\n'))) {
        QTextLayout layout(paragraph, block.font);
        lines += block.wrap ? layOut(layout, block, width) : 1;
    }
    return lines * block.lineHeight;
}

int textBlockWidth(const TextBlock& block)
{
    double widest = 0;
    const QFontMetricsF metrics(block.font);
    for (const QString& paragraph : block.text.split(QLatin1Char('\n'))) {
        widest = std::max(widest, metrics.horizontalAdvance(paragraph));
    }
    return int(std::ceil(widest)) + 1;
}

void paintTextBlock(QPainter& painter, const QPointF& topLeft, int width, const TextBlock& block)
{
    int lines = 0;
    const QFontMetricsF metrics(block.font);
    for (QString paragraph : block.text.split(QLatin1Char('\n'))) {
        if (!block.wrap) {
            paragraph = metrics.elidedText(paragraph, Qt::ElideRight, width);
        }
        QTextLayout layout(paragraph, block.font);
        const int count = layOut(layout, block, width);
        layout.draw(&painter, topLeft + QPointF(0, lines * block.lineHeight));
        lines += count;
    }
}

} // namespace impulse::ui
