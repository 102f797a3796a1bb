#pragma once

#include <QObject>

class QSocketNotifier;

namespace impulse::server {

/// New files for the owner only, as many descriptors as the system lets us have, and no end by
/// SIGPIPE. First thing in main(), beside crypto::hardenProcess().
void prepareProcess();

/// What the system tells the process, as signals of the main thread. One object per process.
class ProcessSignals final : public QObject {
    Q_OBJECT

public:
    explicit ProcessSignals(QObject* parent = nullptr);
    ~ProcessSignals() override;

Q_SIGNALS:
    /// SIGTERM or SIGINT.
    void terminated();
    /// SIGHUP.
    void reloadAsked();
};

} // namespace impulse::server
