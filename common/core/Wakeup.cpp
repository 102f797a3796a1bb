#include "common/core/Wakeup.h"

#include <QCoreApplication>
#include <QEvent>
#include <QSocketNotifier>

#ifdef Q_OS_LINUX
#include <sys/eventfd.h>
#include <unistd.h>
#endif

namespace impulse {

Wakeup::Wakeup(std::function<void()> turn) : m_turn(std::move(turn))
{
#ifdef Q_OS_LINUX
    m_descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (m_descriptor < 0)
        return;
    auto* notifier = new QSocketNotifier(m_descriptor, QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto read = ::read(m_descriptor, &count, sizeof count);
        takeTurn();
    });
#endif
}

Wakeup::~Wakeup()
{
#ifdef Q_OS_LINUX
    // The notifier first, while its descriptor is there.
    qDeleteAll(children());
    if (m_descriptor >= 0)
        ::close(m_descriptor);
#endif
}

void Wakeup::request()
{
    if (m_requested.exchange(true))
        return;
#ifdef Q_OS_LINUX
    if (m_descriptor >= 0) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(m_descriptor, &one, sizeof one);
        return;
    }
#endif
    QCoreApplication::postEvent(this, new QEvent(QEvent::User));
}

void Wakeup::customEvent(QEvent*)
{
    takeTurn();
}

void Wakeup::takeTurn()
{
    // Before the turn: what comes during it asks for another.
    m_requested = false;
    m_turn();
}

} // namespace impulse
