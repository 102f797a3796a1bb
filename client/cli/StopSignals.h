#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace impulse::cli {

/// SIGTERM and SIGINT as a signal of the event loop, so that `listen` ends in order. One at a time.
/// Main thread.
class StopSignals : public QObject {
    Q_OBJECT
public:
    explicit StopSignals(QObject* parent = nullptr);
    ~StopSignals() override;

Q_SIGNALS:
    void stopped();

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace impulse::cli
