#include "server/app/Process.h"

#include <QSocketNotifier>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace impulse::server {

namespace {

// A signal handler reaches nothing but globals: the two ends of a pipe.
std::array<int, 2> signalPipe{-1, -1};

void writeToPipe(int number)
{
    const char byte = static_cast<char>(number);
    [[maybe_unused]] const auto written = ::write(signalPipe[1], &byte, 1);
}

} // namespace

void prepareProcess()
{
    ::umask(077);
    ::signal(SIGPIPE, SIG_IGN);
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
        descriptors.rlim_cur = descriptors.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &descriptors);
    }
}

ProcessSignals::ProcessSignals(QObject* parent) : QObject(parent)
{
    if (::pipe(signalPipe.data()) != 0)
        qFatal("cannot make a pipe");
    for (const int end : signalPipe) {
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
        ::fcntl(end, F_SETFL, O_NONBLOCK);
    }
    auto* notifier = new QSocketNotifier(signalPipe[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        bool ends = false;
        bool reloads = false;
        for (char number = 0; ::read(signalPipe[0], &number, 1) > 0;)
            (number == SIGHUP ? reloads : ends) = true;
        if (ends)
            Q_EMIT terminated();
        else if (reloads)
            Q_EMIT reloadAsked();
    });
    struct sigaction action {};
    action.sa_handler = writeToPipe;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGHUP, &action, nullptr);
}

ProcessSignals::~ProcessSignals()
{
    ::signal(SIGTERM, SIG_DFL);
    ::signal(SIGINT, SIG_DFL);
    ::signal(SIGHUP, SIG_DFL);
    for (auto& end : signalPipe)
        ::close(std::exchange(end, -1));
}

} // namespace impulse::server
