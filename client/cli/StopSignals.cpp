#include "client/cli/StopSignals.h"

#include <array>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace impulse::cli {

namespace {

// A signal handler can reach nothing else.
std::array<int, 2> stopPipe{-1, -1};

extern "C" void onStopSignal(int)
{
    const char byte = 1;
    // Full or closed: the first byte is enough.
    [[maybe_unused]] const ssize_t written = ::write(stopPipe[1], &byte, 1);
}

} // namespace

StopSignals::StopSignals(QObject* parent) : QObject(parent)
{
    if (::pipe(stopPipe.data()) != 0)
        return;
    for (const int file : stopPipe) {
        ::fcntl(file, F_SETFD, FD_CLOEXEC);
        ::fcntl(file, F_SETFL, O_NONBLOCK);
    }
    m_notifier = std::make_unique<QSocketNotifier>(stopPipe[0], QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        m_notifier->setEnabled(false);
        Q_EMIT stopped();
    });
    struct sigaction action {};
    action.sa_handler = onStopSignal;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
}

StopSignals::~StopSignals()
{
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    m_notifier.reset();
    for (int& file : stopPipe) {
        if (file >= 0)
            ::close(file);
        file = -1;
    }
}

} // namespace impulse::cli
