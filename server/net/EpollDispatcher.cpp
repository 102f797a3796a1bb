#include "server/net/EpollDispatcher.h"

#include <QCoreApplication>
#include <QSocketNotifier>

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <span>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace impulse::server {

namespace {

constexpr int eventsAtOnce = 512;

/// Errors and hang-ups are news for whoever reads or writes.
constexpr std::uint32_t readEvents = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR;
constexpr std::uint32_t writeEvents = EPOLLOUT | EPOLLHUP | EPOLLERR;

bool send(QSocketNotifier* notifier)
{
    QEvent event(QEvent::SockAct);
    QCoreApplication::sendEvent(notifier, &event);
    return true;
}

} // namespace

QSocketNotifier*& EpollDispatcher::Descriptor::of(int type)
{
    switch (type) {
    case QSocketNotifier::Read:
        return read;
    case QSocketNotifier::Write:
        return write;
    default:
        return exception;
    }
}

std::uint32_t EpollDispatcher::Descriptor::wanted() const
{
    return (read ? EPOLLIN : 0U) | (write ? EPOLLOUT : 0U) | (exception ? EPOLLPRI : 0U);
}

EpollDispatcher::EpollDispatcher(QObject* parent)
    : QAbstractEventDispatcher(parent), m_epoll(::epoll_create1(EPOLL_CLOEXEC)),
      m_wakeUp(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = m_wakeUp;
    if (m_epoll < 0 || m_wakeUp < 0 || ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, m_wakeUp, &event) != 0)
        qFatal("EpollDispatcher: no descriptor for the event loop, error %d", errno);
}

EpollDispatcher::~EpollDispatcher()
{
    ::close(m_wakeUp);
    ::close(m_epoll);
}

bool EpollDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags)
{
    m_interrupted = false;
    Q_EMIT awake();
    QCoreApplication::sendPostedEvents();
    const bool sockets = !flags.testFlag(QEventLoop::ExcludeSocketNotifiers);
    if (sockets)
        applyChanges();
    // An event that was posted meanwhile has left the wake-up descriptor readable.
    int timeoutMs = 0;
    if (flags.testFlag(QEventLoop::WaitForMoreEvents) && !m_interrupted) {
        const auto first = m_timers.untilFirst(TimerQueue::Clock::now());
        timeoutMs = first ? static_cast<int>(std::min<qint64>(first->count(), 1 << 30)) : -1;
        Q_EMIT aboutToBlock();
    }
    bool any = sockets ? waitForEvents(timeoutMs) : waitForWakeUp(timeoutMs);
    any |= m_timers.activateDue();
    return any;
}

void EpollDispatcher::registerSocketNotifier(QSocketNotifier* notifier)
{
    const auto descriptor = static_cast<int>(notifier->socket());
    auto& entry = m_descriptors[descriptor];
    entry.of(notifier->type()) = notifier;
    markChanged(descriptor, entry);
}

void EpollDispatcher::unregisterSocketNotifier(QSocketNotifier* notifier)
{
    const auto descriptor = static_cast<int>(notifier->socket());
    const auto found = m_descriptors.find(descriptor);
    if (found == m_descriptors.end() || found->second.of(notifier->type()) != notifier)
        return;
    auto& entry = found->second;
    entry.of(notifier->type()) = nullptr;
    if (entry.wanted() != 0)
        return markChanged(descriptor, entry);
    // At once: it is probably about to be closed, and the next socket may get its number.
    if (entry.watched != 0) {
        ++m_interestCalls;
        ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
    }
    m_descriptors.erase(found);
}

void EpollDispatcher::registerTimer(int id, qint64 interval, Qt::TimerType type, QObject* object)
{
    m_timers.add(id, std::chrono::milliseconds(interval), type, object);
}

bool EpollDispatcher::unregisterTimer(int id)
{
    return m_timers.remove(id);
}

bool EpollDispatcher::unregisterTimers(QObject* object)
{
    return m_timers.removeAll(object);
}

QList<QAbstractEventDispatcher::TimerInfo> EpollDispatcher::registeredTimers(QObject* object) const
{
    return m_timers.of(object);
}

int EpollDispatcher::remainingTime(int id)
{
    return static_cast<int>(m_timers.remaining(id, TimerQueue::Clock::now()).count());
}

void EpollDispatcher::wakeUp()
{
    if (m_wokenUp.exchange(true))
        return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(m_wakeUp, &one, sizeof one);
}

void EpollDispatcher::interrupt()
{
    m_interrupted = true;
    wakeUp();
}

void EpollDispatcher::markChanged(int descriptor, Descriptor& entry)
{
    if (!std::exchange(entry.changed, true))
        m_changed.push_back(descriptor);
}

void EpollDispatcher::applyChanges()
{
    // Who wrote last goes first: an answer is written before the pushes of the same turn, and makes
    // a client send again. In a large group the next message then does not overtake the last one's
    // pushes (500 members, 1 outstanding: the last has it a quarter sooner).
    const auto writers = m_changed.size();
    for (std::size_t i = 0; i < m_changed.size(); ++i) {
        const int descriptor = m_changed[i < writers ? writers - 1 - i : i];
        auto found = m_descriptors.find(descriptor);
        if (found == m_descriptors.end() || !found->second.changed)
            continue;
        const auto& entry = found->second;
        // Those that came into the list by this wait for the kernel's word: who writes more
        // whenever something was written must not keep the others from their turn.
        if (i < writers && entry.write && entry.writable && (entry.watched & EPOLLOUT) == 0) {
            send(entry.write);
            found = m_descriptors.find(descriptor);
            if (found == m_descriptors.end())
                continue;
        }
        found->second.changed = false;
        watch(descriptor, found->second);
    }
    m_changed.clear();
}

void EpollDispatcher::watch(int descriptor, Descriptor& entry)
{
    const auto wanted = entry.wanted();
    if (wanted == entry.watched)
        return;
    epoll_event event{};
    event.events = wanted;
    event.data.fd = descriptor;
    const int operation = entry.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    ++m_interestCalls;
    if (::epoll_ctl(m_epoll, operation, descriptor, &event) != 0) {
        // A regular file, which is always ready, or one that is closed: its owner will find out.
        qWarning("EpollDispatcher: cannot watch descriptor %d, error %d", descriptor, errno);
        return;
    }
    entry.watched = wanted;
}

bool EpollDispatcher::waitForEvents(int timeoutMs)
{
    std::array<epoll_event, eventsAtOnce> events;
    const int count = ::epoll_wait(m_epoll, events.data(), eventsAtOnce, timeoutMs);
    const std::span happened(events.data(), static_cast<std::size_t>(std::max(count, 0)));
    // Before the sockets: what they post then writes a wake-up of its own, and the next turn does
    // not wait when it has handled that.
    bool any = std::ranges::any_of(
        happened, [this](const epoll_event& event) { return event.data.fd == m_wakeUp; });
    if (any)
        takeWakeUp();
    for (const auto& event : happened) {
        if (event.data.fd != m_wakeUp)
            any |= activate(event.data.fd, event.events);
    }
    return any;
}

bool EpollDispatcher::waitForWakeUp(int timeoutMs)
{
    pollfd wakeUp{m_wakeUp, POLLIN, 0};
    if (::poll(&wakeUp, 1, timeoutMs) <= 0)
        return false;
    takeWakeUp();
    return true;
}

void EpollDispatcher::takeWakeUp()
{
    // In this order: the other way round, a wake-up in between would be read away while its mark
    // stays, and none after it would be written. Here one in between writes nothing and loses its
    // mark. That is enough: the thread is awake, and posted events go out before it waits again.
    std::uint64_t value = 0;
    [[maybe_unused]] const auto read = ::read(m_wakeUp, &value, sizeof value);
    m_wokenUp = false;
}

bool EpollDispatcher::activate(int descriptor, std::uint32_t events)
{
    bool any = false;
    // Looked up anew each time: what is called may take any notifier away.
    const auto turn = [&](std::uint32_t mask, auto notifier) {
        const auto found = m_descriptors.find(descriptor);
        if (found == m_descriptors.end() || (events & mask) == 0)
            return;
        if (mask == writeEvents)
            found->second.writable = true;
        if (auto* present = found->second.*notifier)
            any |= send(present);
    };
    turn(EPOLLPRI, &Descriptor::exception);
    turn(readEvents, &Descriptor::read);
    turn(writeEvents, &Descriptor::write);
    return any;
}

} // namespace impulse::server
