#pragma once

#include "client/core/ClientError.h"
#include "client/core/Password.h"
#include "client/ui/signin/SignInTypes.h"
#include "client/ui/widgets/SecretText.h"

namespace impulse::app {

/// What a window before the chats says about an error of the client core.
ui::SignInProblem problemOf(const client::ClientError& error);

/// Carries what was typed into the type of the client core, leaving no copy behind.
client::Password passwordOf(const ui::SecretText& typed);

} // namespace impulse::app
