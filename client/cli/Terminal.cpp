#include "client/cli/Terminal.h"

#include <QFile>

#include <array>
#include <cstdio>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace impulse::cli {

namespace {

constexpr std::size_t maxLine = 1024;
constexpr char interruptCharacter = 3;

/// A line of secret text, wiped when it goes.
class SecretLine {
public:
    SecretLine() = default;
    SecretLine(const SecretLine&) = delete;
    SecretLine& operator=(const SecretLine&) = delete;
    ~SecretLine()
    {
        for (volatile char& byte : m_bytes)
            byte = 0;
    }

    /// Reads byte by byte up to the end of the line, so that no buffer keeps a copy. False if the
    /// line is too long or cannot be read.
    bool read(int file)
    {
        for (m_size = 0; m_size < m_bytes.size(); ++m_size) {
            const ssize_t got = ::read(file, &m_bytes[m_size], 1);
            if (got < 0)
                return false;
            if (got == 0 || m_bytes[m_size] == '\n') {
                if (m_size > 0 && m_bytes[m_size - 1] == '\r')
                    --m_size;
                return true;
            }
        }
        return false;
    }

    bool isEmpty() const { return m_size == 0; }
    bool isInterrupted() const { return text().find(interruptCharacter) != std::string_view::npos; }
    std::string_view text() const { return {m_bytes.data(), m_size}; }

    /// `use` gets the text; the copy is wiped afterwards.
    template <class Use> auto use(Use use) const
    {
        QString copy = QString::fromUtf8(m_bytes.data(), static_cast<qsizetype>(m_size));
        auto result = use(copy);
        copy.fill(QLatin1Char('\0'));
        return result;
    }

private:
    std::array<char, maxLine> m_bytes{};
    std::size_t m_size = 0;
};

/// Switches the terminal's echo off while it lives. Ctrl+C is read as a character meanwhile,
/// because ending by the signal would leave the terminal without echo.
class HiddenInput {
public:
    HiddenInput()
    {
        m_changed = ::tcgetattr(STDIN_FILENO, &m_before) == 0;
        if (!m_changed)
            return;
        termios hidden = m_before;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;
    ~HiddenInput()
    {
        if (m_changed)
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_before);
        std::fputs("\n", stderr);
    }

private:
    termios m_before{};
    bool m_changed = false;
};

void say(const QString& text)
{
    std::fputs(text.toUtf8().constData(), stderr);
    std::fflush(stderr);
}

Result<void, Fault> askHidden(const QString& prompt, SecretLine& line)
{
    bool sound = false;
    {
        // Switching throws away what was typed before: the prompt comes after it.
        const HiddenInput hidden;
        say(prompt);
        sound = line.read(STDIN_FILENO);
    }
    if (!sound)
        return fault(ExitCode::Usage, QStringLiteral("this cannot be read or is too long"));
    if (line.isEmpty() || line.isInterrupted())
        return fault(ExitCode::Usage, QStringLiteral("nothing was entered"));
    return {};
}

/// What is wrong with a new password; nothing if it is good.
std::optional<QString> problemOf(const SecretLine& line)
{
    const auto problem =
        line.use([](const QString& text) { return client::passwordProblem(text); });
    if (problem == client::PasswordProblem::TooShort)
        return QStringLiteral("a password needs at least 10 characters");
    if (problem == client::PasswordProblem::TooCommon)
        return QStringLiteral("this password is among the most common ones");
    return std::nullopt;
}

client::Password passwordOf(const SecretLine& line)
{
    return line.use([](const QString& text) { return client::Password(text); });
}

Result<void, Fault> readFile(const QString& path, SecretLine& line)
{
    const int file = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC);
    const bool sound = file >= 0 && line.read(file);
    if (file >= 0)
        ::close(file);
    if (!sound)
        return fault(ExitCode::Usage,
                     QStringLiteral("cannot read a line of at most 1024 bytes from ") + path);
    if (line.isEmpty())
        return fault(ExitCode::Usage, QStringLiteral("the first line is empty: ") + path);
    return {};
}

Failure<Fault> cannotAsk(const QString& option)
{
    return fault(ExitCode::Usage,
                 QStringLiteral("a password is needed and input is no terminal: give ") + option);
}

} // namespace

bool inputIsTerminal()
{
    return ::isatty(STDIN_FILENO) == 1;
}

bool outputIsTerminal()
{
    return ::isatty(STDOUT_FILENO) == 1;
}

Result<client::Password, Fault> readPasswordFile(const QString& path)
{
    SecretLine line;
    IMPULSE_CHECK(readFile(path, line));
    return passwordOf(line);
}

Result<client::Password, Fault> askPassword(const QString& prompt)
{
    SecretLine line;
    IMPULSE_CHECK(askHidden(prompt, line));
    return passwordOf(line);
}

Result<client::Password, Fault> askNewPassword(const QString& prompt)
{
    for (;;) {
        SecretLine first;
        SecretLine second;
        IMPULSE_CHECK(askHidden(prompt, first));
        if (const auto problem = problemOf(first)) {
            say(*problem + QLatin1Char('\n'));
            continue;
        }
        IMPULSE_CHECK(askHidden(QStringLiteral("The same again: "), second));
        if (first.text() == second.text())
            return passwordOf(first);
        say(QStringLiteral("They differ.\n"));
    }
}

Result<client::Password, Fault> obtainPassword(const QString& file, const QString& prompt,
                                               const QString& option)
{
    if (!file.isEmpty())
        return readPasswordFile(file);
    return inputIsTerminal() ? askPassword(prompt) : cannotAsk(option);
}

Result<client::Password, Fault> obtainNewPassword(const QString& file, const QString& prompt,
                                                  const QString& option)
{
    if (!file.isEmpty()) {
        SecretLine line;
        IMPULSE_CHECK(readFile(file, line));
        if (const auto problem = problemOf(line))
            return fault(ExitCode::Usage, *problem);
        return passwordOf(line);
    }
    return inputIsTerminal() ? askNewPassword(prompt) : cannotAsk(option);
}

Result<QString, Fault> readLine(const QString& prompt)
{
    SecretLine line;
    if (inputIsTerminal())
        say(prompt);
    if (!line.read(STDIN_FILENO) || line.isEmpty())
        return fault(ExitCode::Usage,
                     QStringLiteral("standard input has no line of at most 1024 bytes"));
    return line.use([](const QString& text) { return QString(text.constData(), text.size()); });
}

Result<RecoveryOutput, Fault> RecoveryOutput::prepare(const QString& path)
{
    if (path.isEmpty()) {
        if (!inputIsTerminal() || !outputIsTerminal())
            return fault(ExitCode::Usage,
                         QStringLiteral("the recovery code needs a terminal or --recovery-file"));
        return RecoveryOutput({}, -1);
    }
    const int file =
        ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return fault(ExitCode::Failed,
                     QStringLiteral("cannot make a new file for the recovery code: ") + path);
    return RecoveryOutput(path, file);
}

RecoveryOutput::RecoveryOutput(RecoveryOutput&& other) noexcept
    : m_path(std::move(other.m_path)), m_file(std::exchange(other.m_file, -1)),
      m_written(other.m_written)
{
}

RecoveryOutput::~RecoveryOutput()
{
    if (m_file < 0)
        return;
    ::close(m_file);
    if (!m_written)
        QFile::remove(m_path);
}

Result<bool, Fault> RecoveryOutput::write(const QString& code)
{
    if (m_file < 0) {
        std::printf("Recovery code (write it down, it is shown once):\n\n    %s\n\n",
                    code.toUtf8().constData());
        std::fflush(stdout);
        return confirm(code);
    }
    const QByteArray line = code.toUtf8() + '\n';
    m_written =
        ::write(m_file, line.constData(), static_cast<std::size_t>(line.size())) == line.size() &&
        ::fsync(m_file) == 0;
    if (!m_written)
        return fault(ExitCode::Failed,
                     QStringLiteral("the recovery code could not be written to ") + m_path);
    return true;
}

/// As the windows do: the second and the fifth group are typed again.
bool RecoveryOutput::confirm(const QString& code)
{
    const QStringList groups = code.split(QLatin1Char('-'));
    for (const qsizetype index : {1, 4}) {
        const auto typed = readLine(QStringLiteral("Type group %1 of the code: ").arg(index + 1));
        if (!typed || typed->trimmed().toUpper() != groups.value(index)) {
            say(QStringLiteral(
                "That is not it. The account is made; keep the code all the same.\n"));
            return false;
        }
    }
    return true;
}

} // namespace impulse::cli
