#pragma once

namespace impulse::cli {

/// What the program says to its caller. The numbers are part of its interface (README.md).
enum class ExitCode {
    Ok = 0,
    /// Something that fits none of the other kinds: this computer's disk, keychain, files.
    Failed = 1,
    /// The command line, or what the command needs to be told, is wrong or missing.
    Usage = 2,
    /// No server, no answer in time, connection lost.
    Network = 3,
    /// The server or the other side said no: wrong password, unknown user, not allowed, too often.
    Refused = 4,
    /// Something does not verify: server key, identity, directory, signature. Nothing was sent.
    Security = 5,
};

} // namespace impulse::cli
