#pragma once

#include <QCoreApplication>
#include <QEvent>
#include <QObject>

#include <atomic>
#include <functional>

namespace impulse {

/// Brings a thread's event loop to call a function soon: once, however often it was asked to
/// meanwhile. request() is for any thread, the rest for the one that it lives on.
class Wakeup final : public QObject {
public:
    explicit Wakeup(std::function<void()> turn) : m_turn(std::move(turn)) {}

    void request()
    {
        if (!m_requested.exchange(true))
            QCoreApplication::postEvent(this, new QEvent(QEvent::User));
    }

protected:
    void customEvent(QEvent*) override
    {
        // Before the turn: what comes during it asks for another.
        m_requested = false;
        m_turn();
    }

private:
    const std::function<void()> m_turn;
    std::atomic<bool> m_requested = false;
};

} // namespace impulse
