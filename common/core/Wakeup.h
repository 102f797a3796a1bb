#pragma once

#include <QObject>

#include <atomic>
#include <functional>

namespace impulse {

/// Brings a thread's event loop to call a function soon: once, however often it was asked to
/// meanwhile. request() is for any thread, the rest for the one that it lives on, which has made
/// it.
///
/// On Linux it is an eventfd: ThreadSanitizer sees that one end of it comes after the other, but
/// not into the locks of Qt's queue of posted events, which is used elsewhere, and when there is no
/// descriptor left.
class Wakeup final : public QObject {
public:
    explicit Wakeup(std::function<void()> turn);
    ~Wakeup() override;

    void request();

protected:
    void customEvent(QEvent* event) override;

private:
    void takeTurn();

    const std::function<void()> m_turn;
    std::atomic<bool> m_requested = false;
    /// -1: there is none.
    int m_descriptor = -1;
};

} // namespace impulse
