#pragma once

#include <QString>

namespace impulse::ui {

/// Puts a secret on the clipboard, marked so that clipboard histories leave it out, and clears it
/// after `seconds` or when the program ends, unless something else was copied since. Main thread.
void copySecret(const QString& secret, int seconds);

} // namespace impulse::ui
