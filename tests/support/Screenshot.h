#pragma once

#include <QString>

class QWidget;

namespace impulse::test {

/// Grabs `window` and saves it beside its target picture (target left, grab right) as
/// NAME-THEME-LANG.png in the folder IMPULSE_SCREENSHOTS, by default build/screenshots/compare of
/// the source tree. Targets are `TARGET.png` in tests/ui/targets; without one the grab is saved alone.
/// Returns the file's path, empty if it could not be written.
QString compareScreenshot(QWidget& window, const QString& name, const QString& theme,
                          const QString& language, const QString& target = QString());

} // namespace impulse::test
