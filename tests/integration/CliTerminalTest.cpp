#include "client/e2ee/Recovery.h"
#include "tests/integration/CliTown.h"

#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>

#include <array>
#include <vector>

#include <poll.h>
#ifdef __APPLE__
#include <util.h>
#else
#include <pty.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

using namespace impulse::test;

namespace {

/// impulse-cli on a terminal of its own.
class TerminalRun {
public:
    explicit TerminalRun(const QStringList& arguments)
    {
        std::vector<QByteArray> words{programPath("impulse-cli").toUtf8()};
        for (const auto& argument : arguments)
            words.push_back(argument.toUtf8());
        std::vector<char*> argv;
        for (auto& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        m_pid = ::forkpty(&m_terminal, nullptr, nullptr, nullptr);
        if (m_pid == 0) {
            // NOLINTNEXTLINE(concurrency-mt-unsafe): the new process has one thread
            ::setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", 1);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
    }
    TerminalRun(const TerminalRun&) = delete;
    TerminalRun& operator=(const TerminalRun&) = delete;
    ~TerminalRun()
    {
        if (m_pid > 0) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
        ::close(m_terminal);
    }

    /// Reads until the screen shows `text` after what was awaited before.
    bool await(const char* text, int ms = 30'000)
    {
        QElapsedTimer clock;
        clock.start();
        while (clock.elapsed() < ms) {
            const auto found = m_screen.indexOf(text, m_seen);
            if (found >= 0) {
                m_seen = found + static_cast<qsizetype>(std::strlen(text));
                return true;
            }
            if (!readMore())
                return false;
        }
        return false;
    }

    void type(const QByteArray& text)
    {
        REQUIRE(::write(m_terminal, text.constData(), static_cast<std::size_t>(text.size())) ==
                text.size());
    }

    int exitCode()
    {
        while (readMore()) {
        }
        int status = 0;
        ::waitpid(m_pid, &status, 0);
        m_pid = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    const QByteArray& screen() const { return m_screen; }

private:
    bool readMore()
    {
        pollfd waiting{m_terminal, POLLIN, 0};
        if (::poll(&waiting, 1, 30'000) != 1)
            return false;
        std::array<char, 4096> buffer{};
        const ssize_t got = ::read(m_terminal, buffer.data(), buffer.size());
        if (got <= 0)
            return false;
        m_screen.append(buffer.data(), static_cast<qsizetype>(got));
        return true;
    }

    pid_t m_pid = -1;
    int m_terminal = -1;
    QByteArray m_screen;
    qsizetype m_seen = 0;
};

} // namespace

TEST_CASE("cli: at a terminal passwords are asked unseen and the recovery code is confirmed")
{
    QTemporaryDir dir;
    ServerProcess server(dir.filePath(word("server")));
    REQUIRE(server.start({word("--registration"), word("open")}));
    TerminalRun cli({word("--home"), dir.filePath(word("home")), word("--server"), server.url(),
                     word("register"), word("anna")});
    REQUIRE(cli.await("New password: "));
    cli.type("short\n");
    REQUIRE(cli.await("at least 10 characters"));
    REQUIRE(cli.await("New password: "));
    cli.type("sesame in the garden\n");
    REQUIRE(cli.await("The same again: "));
    cli.type("sesame in the gardem\n");
    REQUIRE(cli.await("They differ."));
    REQUIRE(cli.await("New password: "));
    cli.type("sesame in the garden\n");
    REQUIRE(cli.await("The same again: "));
    cli.type("sesame in the garden\n");
    REQUIRE(cli.await("Type group 2 of the code: "));
    const auto code = QRegularExpression(word("([0-9A-Z]{4}-){6}[0-9A-Z]{4}"))
                          .match(QString::fromUtf8(cli.screen()));
    REQUIRE(code.hasMatch());
    const QStringList groups = code.captured().split(QLatin1Char('-'));
    cli.type(groups[1].toLower().toUtf8() + '\n');
    REQUIRE(cli.await("Type group 5 of the code: "));
    cli.type(groups[4].toUtf8() + '\n');
    CHECK(cli.exitCode() == 0);
    CHECK_FALSE(cli.screen().contains("sesame"));

    // On a second computer: the password first, then the code until it is right.
    const QStringList login{word("--home"), dir.filePath(word("second")), word("--server"),
                            server.url(), word("login"), word("anna")};
    TerminalRun refused(login);
    REQUIRE(refused.await("Password: "));
    refused.type("not the password\n");
    CHECK(refused.exitCode() == 4);
    CHECK_FALSE(refused.screen().contains("Recovery code"));
    TerminalRun second(login);
    REQUIRE(second.await("Password: "));
    second.type("sesame in the garden\n");
    REQUIRE(second.await("Recovery code: "));
    impulse::crypto::SystemRng rng;
    const auto other = impulse::e2ee::recoveryCode(impulse::e2ee::makeRecoverySecret(rng));
    second.type(QByteArray::fromStdString(other) + '\n');
    REQUIRE(second.await("password or code is wrong"));
    REQUIRE(second.await("Recovery code: "));
    second.type(code.captured().toLatin1() + '\n');
    REQUIRE(second.await("still yours"));
    second.type("y\n");
    CHECK(second.exitCode() == 0);

    TerminalRun wrong({word("--home"), dir.filePath(word("home")), word("contacts")});
    REQUIRE(wrong.await("Password: "));
    wrong.type("not the password\n");
    CHECK(wrong.exitCode() == 4);
}

TEST_CASE("cli: recovering at a terminal, a device is declared lost and locked out")
{
    Town town;
    town.acquaint();
    QFile file(town.anna.recoveryFile());
    REQUIRE(file.open(QIODevice::ReadOnly));
    const QByteArray code = file.readLine();
    const QString home = town.dir.filePath(word("new"));
    TerminalRun cli(
        {word("--home"), home, word("--server"), town.server.url(), word("recover"), word("anna")});
    REQUIRE(cli.await("Recovery code: "));
    cli.type(code);
    REQUIRE(cli.await("New password: "));
    cli.type("sesame in the garden\n");
    REQUIRE(cli.await("The same again: "));
    cli.type("sesame in the garden\n");
    REQUIRE(cli.await("still yours (y) or lost or stolen (lost)? "));
    cli.type("perhaps\n");
    REQUIRE(cli.await("still yours (y) or lost or stolen (lost)? "));
    cli.type("lost\n");
    CHECK(cli.exitCode() == 0);

    // A message to anna is not for that device any more, and the device is told.
    send(town.bob, town.anna, word("for the new one"));
    const CliRun lost = town.anna.run(words("history bob"));
    CHECK(lost.exitCode == 4);
    CHECK(lost.field("error", "message").toString().contains(word("removed")));
    TerminalRun fresh({word("--home"), home, word("history"), word("bob")});
    REQUIRE(fresh.await("Password: "));
    fresh.type("sesame in the garden\n");
    CHECK(fresh.await("for the new one"));
    CHECK(fresh.exitCode() == 0);
}

TEST_CASE("cli: Ctrl+C at the password ends the command")
{
    QTemporaryDir dir;
    TerminalRun cli({word("--home"), dir.filePath(word("home")), word("--server"),
                     word("ws://127.0.0.1:1"), word("register"), word("anna")});
    REQUIRE(cli.await("New password: "));
    cli.type("\x03\n");
    CHECK(cli.exitCode() == 2);
}
