#pragma once

#include <QString>

namespace impulse::ui {

class Theme;

/// The short style sheet of the parts that are not painted by hand: menus, tooltips, scroll bars,
/// line edits. Style sheets know no variables, so the tokens are filled in here.
QString generatedStyleSheet(const Theme& theme);

} // namespace impulse::ui
