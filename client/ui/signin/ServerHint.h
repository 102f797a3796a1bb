#pragma once

#include "client/ui/signin/SignInTypes.h"

namespace impulse::ui {

class Field;

/// Shows what is known about the server as the hint of its field. `shownName` replaces the plain
/// sentence of ServerState::Checked.
void showServerHint(Field& field, ServerState state, const QString& shownName);

} // namespace impulse::ui
