#pragma once

#include <QStringList>

#include <optional>

namespace impulse::app {

/// What the command line asks for. Plain values.
struct StartOptions {
    QString profile; ///< empty: `default`
    QString home;    ///< a profile folder in place of the one that belongs to `profile`
    QString server;  ///< fills the server field of the sign-in window
    QString link;    ///< an impulse:// link: a person to look for, or where to register or sign in
};

/// Reads `arguments` (the program's name first). Empty after having printed help, version or what
/// is wrong; then `exitCode` says how to end.
std::optional<StartOptions> readStartOptions(const QStringList& arguments, int& exitCode);

} // namespace impulse::app
