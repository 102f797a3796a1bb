#include "tests/support/Catch.h"
#include "tests/support/EventLoop.h"
#include "tests/support/Processes.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace impulse::tests;

namespace {

QString word(const char* text)
{
    return QString::fromUtf8(text);
}

/// systemd's end of sd_notify(3).
class NotifySocket {
public:
    explicit NotifySocket(const QByteArray& path)
        : m_descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
        if (address.sun_path[0] == '@')
            address.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) +
                                                 static_cast<std::size_t>(path.size()));
        good = ::bind(m_descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0;
    }
    ~NotifySocket() { ::close(m_descriptor); }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    /// Everything that has come.
    const QList<QByteArray>& all()
    {
        char buffer[4096];
        for (ssize_t size = 0; (size = ::recv(m_descriptor, buffer, sizeof buffer, 0)) > 0;)
            m_all << QByteArray(buffer, static_cast<qsizetype>(size));
        return m_all;
    }
    bool has(const QByteArray& start)
    {
        return waitUntil([&] { return count(start) > 0; });
    }
    qsizetype count(const QByteArray& start)
    {
        return std::ranges::count_if(
            all(), [&](const auto& message) { return message.startsWith(start); });
    }
    void forget()
    {
        all();
        m_all.clear();
    }

    bool good = false;

private:
    int m_descriptor;
    QList<QByteArray> m_all;
};

struct Service {
    QTemporaryDir dir;
    QProcess process;

    void start(const QByteArray& socket, const QByteArray& watchdogUsec)
    {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(word("NOTIFY_SOCKET"), QString::fromUtf8(socket));
        environment.insert(word("WATCHDOG_USEC"), QString::fromUtf8(watchdogUsec));
        process.setProcessEnvironment(environment);
        process.start(impulse::test::serverProgram(),
                      {word("--data"), dir.filePath(word("data")), word("--port"), word("0"),
                       word("--config"), config()});
        REQUIRE(process.waitForStarted());
    }
    int ctl(const char* command) const
    {
        return QProcess::execute(
            impulse::test::serverCommands(),
            {word("ctl"), word("--data"), dir.filePath(word("data")), word(command)});
    }
    QString config() const { return dir.filePath(word("server.conf")); }
    void write(const QByteArray& text) const
    {
        QFile file(config());
        REQUIRE(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    void signal(int number) const { ::kill(static_cast<pid_t>(process.processId()), number); }
    ~Service()
    {
        process.kill();
        process.waitForFinished();
    }
};

} // namespace

TEST_CASE("the service manager hears READY, WATCHDOG, RELOADING and STOPPING")
{
    Service service;
    auto path = QFile::encodeName(service.dir.filePath(word("notify")));
    SECTION("a path") {}
    SECTION("an abstract socket")
    {
        path = "@impulse-test-" + QByteArray::number(::getpid());
    }
    NotifySocket notify(path);
    REQUIRE(notify.good);
    service.write("registration = open\n");
    service.start(path, "400000");
    REQUIRE(notify.has("READY=1\nSTATUS=serving"));
    CHECK(notify.all().front().startsWith("READY=1"));

    // Half of 400 ms: in two seconds about ten, and never fewer than systemd waits for.
    notify.forget();
    waitUntil([] { return false; }, 2000);
    CHECK(notify.count("WATCHDOG=1") >= 6);
    CHECK(notify.count("WATCHDOG=1") <= 14);

    // A process that stands still says nothing.
    service.signal(SIGSTOP);
    waitUntil([] { return false; }, 100);
    notify.forget();
    waitUntil([] { return false; }, 700);
    CHECK(notify.all().isEmpty());
    service.signal(SIGCONT);
    REQUIRE(notify.has("WATCHDOG=1"));

    notify.forget();
    service.signal(SIGHUP);
    REQUIRE(notify.has("READY=1\nSTATUS=serving"));
    const auto find = [&](const QByteArray& start) {
        const auto& all = notify.all();
        return std::ranges::find_if(
                   all, [&](const auto& message) { return message.startsWith(start); }) -
               all.begin();
    };
    REQUIRE(notify.count("RELOADING=1\nMONOTONIC_USEC=") == 1);
    CHECK(find("RELOADING=1") < find("READY=1"));
    CHECK(notify.all()[find("RELOADING=1")].mid(27).toLongLong() > 0);

    notify.forget();
    service.write("nonsense\n");
    service.signal(SIGHUP);
    REQUIRE(notify.has("READY=1\nSTATUS=serving; the new configuration has mistakes"));

    // The operator's command does the same, and does not return before.
    notify.forget();
    service.write("registration = closed\n");
    CHECK(service.ctl("reload") == 0);
    CHECK(notify.count("RELOADING=1\nMONOTONIC_USEC=") == 1);
    CHECK(notify.count("READY=1\nSTATUS=serving") == 1);
    CHECK(find("RELOADING=1") < find("READY=1"));
    notify.forget();
    service.write("nonsense\n");
    CHECK(service.ctl("reload") == 1);
    CHECK(notify.count("RELOADING=1\nMONOTONIC_USEC=") == 1);
    CHECK(notify.count("READY=1\nSTATUS=serving; the new configuration has mistakes") == 1);

    service.signal(SIGTERM);
    REQUIRE(notify.has("STOPPING=1"));
    REQUIRE(waitUntil([&] { return service.process.state() == QProcess::NotRunning; }));
    CHECK(service.process.exitCode() == 0);
}
