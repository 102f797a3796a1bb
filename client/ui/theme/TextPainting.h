#pragma once

#include "client/ui/theme/Tokens.h"

#include <QFont>
#include <QPointF>
#include <QString>

class QPainter;

namespace impulse::ui {

/// Text laid out in lines of a fixed height, as the design measures them (the font's own height is
/// centred in the line). Positions in logical px.
struct TextBlock {
    QString text;
    QFont font;
    int lineHeight = 0;
    Qt::Alignment alignment = Qt::AlignLeft;
    bool wrap = true; ///< false: one line, elided at the end
};

/// Height that `block` needs at `width`.
int textBlockHeight(const TextBlock& block, int width);

/// Widest line without wrapping, rounded up.
int textBlockWidth(const TextBlock& block);

/// Draws in the painter's pen colour.
void paintTextBlock(QPainter& painter, const QPointF& topLeft, int width, const TextBlock& block);

} // namespace impulse::ui
