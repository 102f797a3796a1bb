#pragma once

namespace impulse::ui {

/// What the user has to decide before the connection is tried again, at a server that was put back
/// from an older backup.
enum class ServerQuestion {
    None,
    /// It has gone on without what this device knows: does whoever runs it confirm that?
    ConfirmRestore,
    /// The backup is older than the account: the password brings it back.
    BringAccountBack
};

} // namespace impulse::ui
