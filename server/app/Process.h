#pragma once

#include <QObject>

class QSocketNotifier;

namespace impulse::server {

/// New files for the owner only, as many descriptors as the system lets us have, and no end by
/// SIGPIPE. First thing in main(), beside crypto::hardenProcess().
void prepareProcess();

/// SIGTERM and SIGINT as a signal of the main thread. One object per process.
class TerminationSignals final : public QObject {
    Q_OBJECT

public:
    explicit TerminationSignals(QObject* parent = nullptr);
    ~TerminationSignals() override;

Q_SIGNALS:
    void received();
};

} // namespace impulse::server
