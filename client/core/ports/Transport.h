#pragma once

#include "client/core/ServerLink.h"
#include "common/core/Ids.h"

#include <QObject>

namespace impulse::client {

enum class TransportError {
    /// No such host, refused, no route.
    Unreachable,
    /// No answer in time, or the line went silent.
    Timeout,
    /// TLS could not be established.
    TlsFailed,
    /// Something answers there, but not with this protocol, or it broke its rules.
    NotThisProtocol,
    /// An open connection ended.
    Closed,
};

/// One connection to the server at a time, frame by frame. Does not reconnect by itself: when and
/// how often is the session's decision. Lives on the main thread; every signal is emitted from the
/// event loop, never from inside a call.
class Transport : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Drops what is open and connects. Answered by opened() or closed().
    virtual void open(const ServerLink& server) = 0;
    /// Sends one binary frame; dropped if the connection is not open (closed() tells).
    virtual void send(View frame) = 0;
    /// Ends the connection without a closed() signal.
    virtual void close() = 0;

Q_SIGNALS:
    /// `tls`: SHA-256 of the DER leaf certificate; zeros without TLS (encryption.md 2.3).
    void opened(const impulse::Hash32& tls);
    /// At most limits::frame bytes.
    void received(const impulse::Bytes& frame);
    void closed(impulse::client::TransportError error);
};

} // namespace impulse::client
