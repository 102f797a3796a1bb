#pragma once

#include <QRect>

class QPainter;

namespace impulse::ui {

class Theme;

/// Level 1: hover bar, jump button (shadow 0/2/8). Level 2: menu, pop-up, switcher (0/8/24).
enum class Elevation { Raised = 1, Floating = 2 };

/// Room that the shadow needs around the box, in px.
int elevationMargin(Elevation level);

/// Draws shadow, fill (`surface.raised`) and 1 px line of a floating box. The shadow is one cached
/// nine-patch per level, radius, theme and pixel ratio.
void paintElevated(QPainter& painter, const QRect& box, int radius, Elevation level,
                   const Theme& theme);

} // namespace impulse::ui
