#pragma once

#include "client/core/ClientError.h"

#include <QObject>

namespace impulse::client {

enum class ConnectionState {
    /// Not meant to be connected (no account, locked).
    Idle,
    /// No connection; nextRetryMs() says when it is tried again.
    Offline,
    Connecting,
    /// Logged in; fetching what is new.
    Updating,
    Online,
    /// Will not be tried again without the user: see stopReason().
    Stopped,
};

/// The connection to the server as the windows see it. Main thread.
class Connection : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    virtual ConnectionState state() const = 0;
    /// Wall time of the next try while Offline, milliseconds since 1970; else 0.
    virtual std::uint64_t nextRetryMs() const = 0;
    /// Why the last try failed or why it stopped (ServerKeyChanged, DeviceRemoved,
    /// UnsupportedVersion).
    virtual ClientError lastError() const = 0;
    virtual void retryNow() = 0;

Q_SIGNALS:
    void changed();
};

} // namespace impulse::client
