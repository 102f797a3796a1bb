#pragma once

#include "client/cli/Fault.h"
#include "client/core/Password.h"

#include <QString>

#include <optional>

/// What the program asks a person or reads from files: passwords, codes. Nothing is asked when
/// standard input is no terminal. Blocks; called when the event loop has nothing to do but wait for
/// the answer.
namespace impulse::cli {

bool inputIsTerminal();
bool outputIsTerminal();

/// The first line of a file, without its end. At most 1024 bytes of UTF-8.
Result<client::Password, Fault> readPasswordFile(const QString& path);

/// Asks at the terminal without showing what is typed.
Result<client::Password, Fault> askPassword(const QString& prompt);
/// Asks twice, until both are the same and fit the rules for new passwords.
Result<client::Password, Fault> askNewPassword(const QString& prompt);

/// From `file` if it is given, else from the terminal; `option` is named in the refusal.
Result<client::Password, Fault> obtainPassword(const QString& file, const QString& prompt,
                                               const QString& option);
Result<client::Password, Fault> obtainNewPassword(const QString& file, const QString& prompt,
                                                  const QString& option);

/// A line of standard input; with a prompt if it is a terminal.
Result<QString, Fault> readLine(const QString& prompt);

/// Where the recovery code goes: a new file of mode 0600 or the terminal. Made before there is a
/// code, so that an account is never made whose code cannot be kept.
class RecoveryOutput {
public:
    /// An existing file is not overwritten.
    static Result<RecoveryOutput, Fault> prepare(const QString& path);
    RecoveryOutput(RecoveryOutput&& other) noexcept;
    RecoveryOutput& operator=(RecoveryOutput&&) = delete;
    /// Removes the file if nothing was written.
    ~RecoveryOutput();

    /// True: the code is kept (on the disk, or the person proved it by typing two groups of it).
    Result<bool, Fault> write(const QString& code);

private:
    RecoveryOutput(QString path, int file) : m_path(std::move(path)), m_file(file) {}
    static bool confirm(const QString& code);

    QString m_path;
    /// -1: the terminal.
    int m_file = -1;
    bool m_written = false;
};

} // namespace impulse::cli
