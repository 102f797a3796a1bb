#pragma once

#include "server/net/TimerQueue.h"

#include <atomic>
#include <unordered_map>
#include <vector>

namespace impulse::server {

/// An event dispatcher on epoll (Linux) for threads with many sockets. Qt's own calls poll() over
/// every descriptor at each wake-up: 9,000 idle connections cost it all but 3 % of its throughput
/// (architecture.md, section 4).
///
/// - What a socket wants to hear is told to the kernel just before the thread waits, so that a
///   change that is taken back costs nothing.
/// - A socket that has something to write is given its turn to do so just before that: everything
///   written in one turn of the loop leaves in one system call, and the kernel is asked to watch
///   only if the peer does not read.
///
/// Made by anyone, given to QThread::setEventDispatcher() before the thread starts; wakeUp() and
/// interrupt() may be called by any thread, everything else is for its own. Of the flags of
/// processEvents() it honours WaitForMoreEvents and ExcludeSocketNotifiers; the others concern
/// windows.
class EpollDispatcher final : public QAbstractEventDispatcher {
    Q_OBJECT

public:
    explicit EpollDispatcher(QObject* parent = nullptr);
    ~EpollDispatcher() override;

    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;
    void registerSocketNotifier(QSocketNotifier* notifier) override;
    void unregisterSocketNotifier(QSocketNotifier* notifier) override;
    void registerTimer(int id, qint64 interval, Qt::TimerType type, QObject* object) override;
    bool unregisterTimer(int id) override;
    bool unregisterTimers(QObject* object) override;
    QList<TimerInfo> registeredTimers(QObject* object) const override;
    int remainingTime(int id) override;
    void wakeUp() override;
    void interrupt() override;

    /// How often the kernel was told what a socket wants to hear: epoll_ctl() calls since the
    /// start. Its own thread.
    std::uint64_t interestCalls() const { return m_interestCalls; }

private:
    struct Descriptor {
        QSocketNotifier* read = nullptr;
        QSocketNotifier* write = nullptr;
        QSocketNotifier* exception = nullptr;
        /// EPOLL… flags that the kernel was told.
        std::uint32_t watched = 0;
        bool changed = false;
        /// The kernel said once that it can be written to (a socket that connects cannot).
        bool writable = false;

        QSocketNotifier*& of(int type);
        std::uint32_t wanted() const;
    };

    void markChanged(int descriptor, Descriptor& entry);
    /// Lets sockets write that want to, then tells the kernel what changed.
    void applyChanges();
    void watch(int descriptor, Descriptor& entry);
    bool waitForEvents(int timeoutMs);
    /// The same while sockets are excluded: they are neither heard nor keep it from waiting.
    bool waitForWakeUp(int timeoutMs);
    void takeWakeUp();
    bool activate(int descriptor, std::uint32_t events);

    int m_epoll = -1;
    int m_wakeUp = -1;
    std::atomic<bool> m_wokenUp = false;
    std::atomic<bool> m_interrupted = false;
    std::unordered_map<int, Descriptor> m_descriptors;
    std::vector<int> m_changed;
    std::uint64_t m_interestCalls = 0;
    TimerQueue m_timers;
};

} // namespace impulse::server
