#pragma once

#include "common/core/Ids.h"

#include <QString>

namespace impulse::ui {

/// What the main window shows of its own user.
struct OwnUser {
    UserId id;
    QString name; ///< display name, or the username
    QString username;
    QString status;
};

} // namespace impulse::ui
